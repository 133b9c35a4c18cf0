/** An entry ends with the earliest of its list's term and the publication clocks (公示系统, 信用中国). */

import type { Case, MoveRules } from './case.js'
import { computeTermEnd } from './lists.js'
import { type ClockRow, computePublicationClocks } from './publication-clocks.js'

type EndRules = Pick<MoveRules, 'list' | 'clocks'>

/**
 * Before publication, the decision day replaces the publication day. A legal ban lengthens only the display in 公示系统.
 */
export const computeLastDayInHub = (
  { list, clocks }: EndRules,
  { decidedOn, publishedOn, termFrom }: Pick<Case, 'decidedOn' | 'publishedOn' | 'termFrom'>,
  asOf: string,
): string | null => {
  if (decidedOn === null) return null
  const shown = { publishedOn: publishedOn ?? decidedOn }
  const term = computeTermEnd(list, decidedOn, { ...shown, from: termFrom, asOf })
  const entry = { ...shown, list: list.id, documentOn: decidedOn, banUntil: null, anewFrom: termFrom, today: asOf }
  const ends = [term, computePublicationClocks(clocks, entry).here?.on ?? null]
  return ends.filter((end) => end !== null).sort()[0] ?? null
}

export const findNewestRuleDay = ({ list, clocks }: EndRules, today: string): string | null => {
  const ofList = ({ list: id }: ClockRow): boolean => id === null || id === list.id
  return (
    [...list.terms, ...clocks.clocks.filter(ofList)]
      .filter(({ from, standing }) => from !== null && from <= today && standing !== 'KEEP')
      .map(({ from }) => from ?? '')
      .sort()
      .at(-1) ?? null
  )
}
