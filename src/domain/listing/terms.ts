/**
 * When an entry ends here: with the earliest of its list's term and the clocks of publication (公示系统, 信用中国). One place,
 * for whatever sets or renews an end. Pure.
 */

import { type ListKind, termEnd } from './lists.js'
import { type ClockRow, type ClockRules, clocksOf } from './publication-clocks.js'

export interface Standing {
  decidedOn: string | null
  /** Null: not published yet; it is then counted as if it were published with the decision. */
  publishedOn: string | null
  /**
   * The day on which it was restored after a repair on false materials: its term and 公示系统 count anew from it. What
   * 信用中国 may show at most is counted from the listing's own document all the same, and ends it here as well.
   */
  anewFrom: string | null
  /** Rows in force by this day are known. */
  asOf: string
}

interface EndRules {
  list: Pick<ListKind, 'id' | 'terms'>
  clocks: ClockRules
}

/**
 * The last day on which it stands; null where nothing fixes one. A ban that law sets lengthens what 公示系统 shows,
 * never this.
 */
export const endHere = ({ list, clocks }: EndRules, standing: Standing): string | null => {
  const { decidedOn, anewFrom, asOf } = standing
  if (decidedOn === null) return null
  const publishedOn = standing.publishedOn ?? decidedOn
  const term = termEnd(list, decidedOn, { from: anewFrom, publishedOn, asOf })
  const entry = { list: list.id, documentOn: decidedOn, publishedOn, banUntil: null, anewFrom, today: asOf }
  const ends = [term, clocksOf(clocks, entry).here?.on ?? null]
  return ends.filter((end) => end !== null).sort()[0] ?? null
}

/** The first day of the newest row, of a term or a clock, that has something to say about entries decided before it. */
export const newestRow = ({ list, clocks }: EndRules, today: string): string | null => {
  const ofList = ({ list: id }: ClockRow): boolean => id === null || id === list.id
  return (
    [...list.terms, ...clocks.clocks.filter(ofList)]
      .filter(({ from, standing }) => from !== null && from <= today && standing !== 'KEEP')
      .map(({ from }) => from ?? '')
      .sort()
      .at(-1) ?? null
  )
}
