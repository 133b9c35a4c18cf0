/** A history of three firms, and what its next step may start from. */
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { uscc } from '../../api/record-drafts.js'
import type { Row } from '../../support/feed.js'
import type { Random } from '../random.js'
import type { FeedName } from './feeds.js'
import type { Beliefs, Case, Operator, Version } from './naive-reader.js'

const FIRMS = ['91', '91', '92'] as const
interface Firm {
  code: string
  name: string
}

export interface History {
  n: number
  firms: Firm[]
  /** Rounds in which the history takes a step. */
  length: number
  /** Records sent so far, by feed and key. */
  sent: { feed: FeedName; row: Row }[]
  runs: number[]
  steps: string[]
}

/** Digits of names are written so that no name reads as a number of a person. */
const SIGNS = '甲乙丙丁戊己庚辛壬癸'
const written = (n: number): string => [...String(n)].map((digit) => SIGNS[Number(digit)]).join('')

export const makeHistory = (n: number, random: Random): History => ({
  n,
  firms: FIRMS.map((kind, k) => ({
    code: uscc(1_000 + n * FIRMS.length + k, kind),
    name: `虚构${written(n)}${SIGNS[k]}商行`,
  })),
  length: 4 + random.below(11),
  sent: [],
  runs: [],
  steps: [],
})

export interface Scene {
  db: JobDb
  rules: WorkRules
  random: Random
  beliefs: Beliefs
  now: () => Date
}

export type Step = { name: string; about: string } & (
  | { feed: FeedName; row: Row }
  | { act: () => Promise<unknown> }
  /** Operators whose scores a person asks for, together with those of other histories. */
  | { only: number[] }
  /** The run to roll back. It may hold rows of other histories. */
  | { run: number }
)

export type StepMaker = (history: History, scene: Scene) => Step | null

export const today = ({ now }: Scene): string => shanghaiDate(now())

export const operatorOf = ({ code }: Firm, { beliefs }: Scene): Operator | null => beliefs.byCode.get(code) ?? null

export const ownersIn = (history: History, scene: Scene): Operator[] =>
  history.firms.flatMap((firm) => {
    const one = operatorOf(firm, scene)
    return one !== null && one.mergedInto === null ? [one] : []
  })

export const casesIn = (history: History, scene: Scene): Case[] => {
  const ids = new Set(ownersIn(history, scene).map(({ id }) => id))
  return scene.beliefs.cases.filter(({ operator }) => ids.has(operator))
}

export const recordsIn = (history: History, { beliefs }: Scene): Version[] =>
  [...new Set(history.sent.map(({ feed, row }) => `${feed} ${row.key}`))].flatMap(
    (record) => beliefs.standing.get(record) ?? [],
  )

export const pick = <T>(random: Random, list: readonly T[]): T | null => (list.length === 0 ? null : random.one(list))
