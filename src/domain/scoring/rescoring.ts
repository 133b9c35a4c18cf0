import { canonicalJson, type Json } from '../records/records.js'
import type { Reason, Score } from './score.js'
import type { Scorecard } from './scorecard.js'

export interface ScoreHashes {
  factsHash: string
  scorecardHash: string
}

export interface EarlierScore extends ScoreHashes, Pick<Score, 'value' | 'nextChangeOn'> {
  asOf: string
}

const holdsSame = (earlier: ScoreHashes, { factsHash, scorecardHash }: ScoreHashes): boolean =>
  earlier.factsHash === factsHash && earlier.scorecardHash === scorecardHash

/** The same facts and scorecard give the same score until the day on which time alone changes it. */
export const scoreStillHolds = (
  earlier: EarlierScore,
  hashes: ScoreHashes,
  asOf: string,
  comingOn: string | null,
): boolean => {
  if (!holdsSame(earlier, hashes) || earlier.asOf > asOf) return false
  const { nextChangeOn } = earlier
  if (nextChangeOn === null) return comingOn === null
  return asOf < nextChangeOn && (comingOn ?? nextChangeOn) >= nextChangeOn
}

export const isSameResult = (
  earlier: EarlierScore,
  now: ScoreHashes & Pick<Score, 'value' | 'nextChangeOn'>,
): boolean => holdsSame(earlier, now) && earlier.value === now.value && earlier.nextChangeOn === now.nextChangeOn

export const hasSameReasons = (before: readonly Reason[] | undefined, now: readonly Reason[]): boolean =>
  bytes(before ?? null) === bytes(now)

export type ScoreCause = 'FIRST' | 'RECORD' | 'SCORECARD' | 'TIME'

export const findScoreCause = (earlier: ScoreHashes | undefined, now: ScoreHashes): ScoreCause => {
  if (earlier === undefined) return 'FIRST'
  if (earlier.scorecardHash !== now.scorecardHash) return 'SCORECARD'
  return earlier.factsHash === now.factsHash ? 'TIME' : 'RECORD'
}

export const findReplayFault = (
  { factsHash, scorecard, value, grade, reasons, nextChangeOn }: Score & { factsHash: string; scorecard: string },
  card: Pick<Scorecard, 'version'>,
  { factsHash: factsHashAgain, ...again }: Score & { factsHash: string },
): 'FACTS' | 'CARD' | 'SUM' | 'RESULT' | null => {
  if (factsHashAgain !== factsHash) return 'FACTS'
  if (card.version !== scorecard) return 'CARD'
  if (reasons.reduce((sum, { points }) => sum + points, 0) !== value) return 'SUM'
  return bytes(again) === bytes({ value, grade, reasons, nextChangeOn }) ? null : 'RESULT'
}

const bytes = (value: unknown): string => canonicalJson(value as Json)
