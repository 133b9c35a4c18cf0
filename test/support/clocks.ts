/** Publication clocks with invented numbers, not those of the law. */
import type { ClockRow, SeverityRow, SiteClockRules } from '../../src/domain/listing/publication-clocks.js'

export const GENERAL: SeverityRow = {
  list: 'serious',
  from: null,
  to: null,
  severity: 'GENERAL',
  basis: '测试',
  mark: 'M',
  confirmed: false,
}

export const clockRow = (more: Partial<ClockRow> = {}): ClockRow => ({
  clock: 'CREDITCHINA',
  list: null,
  severity: 'GENERAL',
  from: null,
  to: null,
  selectedBy: 'DOCUMENT',
  countedFrom: 'DOCUMENT',
  minimumMonths: 3,
  maximumMonths: 12,
  legalBan: 'NOTHING',
  standing: null,
  basis: '测试',
  mark: 'M',
  confirmed: false,
  ...more,
})

/** Rules whose only clock ends at most `maximumMonths` months after the document. */
export const shorterClocks = (maximumMonths: number): SiteClockRules => ({
  severities: [GENERAL],
  clocks: [clockRow({ maximumMonths })],
  lowerFines: [],
})
