import { addDays, isDate } from '../../foundation/time/dates.js'
import { factRow } from '../records/facts.js'
import {
  type ConsentRule,
  LEGAL_NUMBER_NAMES,
  type LegalNumber,
  type LegalNumberName,
  type ListKind,
  type ListTerm,
  type RuleDates,
} from './lists.js'

export interface ListFault {
  place: string
  reason: string
}

export const checkLists = (rows: readonly ListKind[], items: readonly string[]): ListFault[] => {
  const faults: ListFault[] = []
  const say: ListFaultReporter = (place, reason) => {
    faults.push({ place, reason })
  }
  const ids = new Set<string>()
  for (const row of rows) {
    if (ids.has(row.id)) say(row.id, '名单类别重复。The kind is there twice.')
    ids.add(row.id)
    checkBasis(row, say)
    checkRow(row, say)
    checkDated(row.terms, `${row.id}.terms`, say)
    checkSettings(row.consents, `${row.id}.consents`, say)
    checkMeasures(row, items, say)
    for (const name of new Set(row.numbers.map((each) => each.name))) {
      const same = row.numbers.filter((each) => each.name === name)
      checkDated(same, `${row.id}.numbers.${name}`, say)
    }
  }
  return faults
}

type ListFaultReporter = (place: string, reason: string) => void

const checkBasis = (row: ListKind, say: ListFaultReporter): void => {
  if (row.legalBasis.length === 0) {
    say(`${row.id}.legalBasis`, '没有法定依据，不得设立名单。A kind without a legal basis cannot be made.')
  } else if (row.scope === 'PROVINCIAL' && !row.legalBasis.some((basis) => basis.type === 'LOCAL_REGULATION')) {
    say(`${row.id}.legalBasis`, '仅在本省实施的名单须有地方性法规依据。A provincial kind needs a local regulation.')
  }
  row.legalBasis.forEach((basis, i) => {
    if (basis.title.trim() === '') say(`${row.id}.legalBasis[${i}].title`, '缺少依据名称。The title is missing.')
  })
}

const checkRow = (row: ListKind, say: ListFaultReporter): void => {
  const texts = {
    zh: row.zh,
    en: row.en,
    authority: row.authority,
    'threshold.zh': row.threshold.zh,
    'threshold.en': row.threshold.en,
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text.trim() === '') say(`${row.id}.${name}`, '缺少文字。The text is missing.')
  }
  if (row.fact !== null && factRow(row.fact)?.tone !== 'adverse') {
    say(`${row.id}.fact`, `不是不良事实：${row.fact}。Not an adverse fact.`)
  }
  const reasons = new Set(row.removals.map((removal) => removal.reason))
  if (reasons.size < row.removals.length) say(`${row.id}.removals`, '移出事由重复。A reason of removal is there twice.')
  if (row.terms.length > 0 && !reasons.has('EXPIRED')) {
    say(`${row.id}.removals`, '有期限却未规定期满移出。It has a term and no removal at its end.')
  }
  if (!row.decidedHere) {
    if (row.blacklist)
      say(`${row.id}.blacklist`, '不在此认定的名单不得影响“在列”。A kind not decided here cannot set `listed`.')
    if (row.public) say(`${row.id}.public`, '不在此认定的名单不得在此公示。A kind not decided here is not public here.')
    return
  }
  if (row.deciders.length === 0)
    say(`${row.id}.deciders`, '在此认定的名单须写明由哪一级认定。A kind decided here needs those who may decide.')
  if (row.terms.length === 0) say(`${row.id}.terms`, '在此认定的名单须有期限。A kind decided here needs a term.')
  for (const name of LEGAL_NUMBER_NAMES) checkCovered(row, name, say)
}

/**
 * From its first row on, each legal number needs a row for every day, even one without a value. Otherwise its deadline
 * would silently be missing.
 */
const checkCovered = (row: ListKind, name: LegalNumberName, say: ListFaultReporter): void => {
  const rows = row.numbers.filter((each) => each.name === name)
  const place = `${row.id}.numbers.${name}`
  if (rows.length === 0)
    say(place, '缺少该项规则；没有期限的写明“无”及出处。The row is missing: a value, or none with its source.')
  const ordered = [...rows].sort((a, b) => ((a.from ?? FIRST_DAY) < (b.from ?? FIRST_DAY) ? -1 : 1))
  ordered.forEach(({ to, value }, i) => {
    const next = ordered[i + 1]
    if (to !== null && next?.from !== addDays(to, 1))
      say(place, `${to} 之后没有适用的规则。No row applies after ${to}.`)
    if (name === 'DEFENCE_WORKDAYS' && value === null)
      say(place, '在此认定的名单须有陈述申辩期限。A kind decided here needs a time for the defence.')
  })
}

const checkMeasures = (row: ListKind, items: readonly string[], say: ListFaultReporter): void => {
  row.measures.forEach(({ item, basis }, i) => {
    if (!items.includes(item) || basis.trim() === '')
      say(`${row.id}.measures[${i}]`, '惩戒措施须为基础清单中的一项。A measure must be an item of the basic list.')
  })
}

const checkSettings = (rows: readonly ConsentRule[], place: string, say: ListFaultReporter): void => {
  rows.forEach((row, i) => {
    const here = `${place}[${i}]`
    checkDays(row, here, say)
    if (row.needed && row.levels.length === 0)
      say(here, '须经上级同意，却未写明哪一级。Consent is needed and no level is named.')
    if (rows.slice(i + 1).some((other) => overlap(row, other))) say(here, OVERLAP)
  })
}

const OVERLAP = '适用日期重叠。Two rows apply on one day.'

const checkDays = (row: RuleDates & { basis: string }, here: string, say: ListFaultReporter): void => {
  for (const day of [row.from, row.to]) if (day !== null && !isDate(day)) say(here, `不是日期：${day}。Not a day.`)
  if (row.basis.trim() === '') say(here, '缺少出处。The source is missing.')
  if (row.from !== null && row.to !== null && row.to < row.from) say(here, '止期早于起期。It ends before it begins.')
}

/** Rows of one legal number may not overlap. Only rows found in a published text (F) may be confirmed. */
const checkDated = (rows: readonly (ListTerm | LegalNumber)[], place: string, say: ListFaultReporter): void => {
  rows.forEach((row, i) => {
    const here = `${place}[${i}]`
    const value = 'years' in row ? row.years : row.value
    if (value !== null && (!Number.isSafeInteger(value) || value < ('years' in row ? 1 : 0)))
      say(here, `不是合适的整数：${value}。Not a fitting integer.`)
    checkDays(row, here, say)
    if (row.confirmed !== (row.mark === 'F'))
      say(here, '未经核实（M）的不得标为已确认。Confirmed is only what was found (F).')
    if (rows.slice(i + 1).some((other) => overlap(row, other))) say(here, OVERLAP)
    if (rows.slice(i + 1).some(({ selectedBy }) => selectedBy !== row.selectedBy))
      say(here, '同一数字由不同的日期选定。Rows of one number are selected by different days.')
  })
}

const FIRST_DAY = '0000-01-01'
const LAST_DAY = '9999-12-31'
const overlap = (a: RuleDates, b: RuleDates): boolean =>
  (a.from ?? FIRST_DAY) <= (b.to ?? LAST_DAY) && (b.from ?? FIRST_DAY) <= (a.to ?? LAST_DAY)
