/** Computes the last day of an entry: the earliest of its list's term and the publication clocks (公示系统, 信用中国). */

import { type ListKind, termEnd } from './lists.js'
import { type ClockRow, type ClockRules, clocksOf } from './publication-clocks.js'

export interface TermDays {
  decidedOn: string | null
  /** Null before publication: the decision day is used instead. */
  publishedOn: string | null
  /**
   * Day on which a repair obtained by false materials was revoked, else null. The terms on the list and in 公示系统 start
   * again on it; the term at 信用中国 does not.
   */
  anewFrom: string | null
  /** Rules that came into force by this day apply. */
  asOf: string
}

interface EndRules {
  list: Pick<ListKind, 'id' | 'terms'>
  clocks: ClockRules
}

/** Last day of the entry in this hub. A legal ban lengthens only the display in 公示系统. */
export const lastDayInHub = ({ list, clocks }: EndRules, standing: TermDays): string | null => {
  const { decidedOn, anewFrom, asOf } = standing
  if (decidedOn === null) return null
  const publishedOn = standing.publishedOn ?? decidedOn
  const term = termEnd(list, decidedOn, { from: anewFrom, publishedOn, asOf })
  const entry = { list: list.id, documentOn: decidedOn, publishedOn, banUntil: null, anewFrom, today: asOf }
  const ends = [term, clocksOf(clocks, entry).here?.on ?? null]
  return ends.filter((end) => end !== null).sort()[0] ?? null
}

/** First day of the newest term or clock row that affects entries decided before it. */
export const newestRuleDay = ({ list, clocks }: EndRules, today: string): string | null => {
  const ofList = ({ list: id }: ClockRow): boolean => id === null || id === list.id
  return (
    [...list.terms, ...clocks.clocks.filter(ofList)]
      .filter(({ from, standing }) => from !== null && from <= today && standing !== 'KEEP')
      .map(({ from }) => from ?? '')
      .sort()
      .at(-1) ?? null
  )
}
