/** One question: who asks, at which instant, and the batched way to the store. */
import { dateIn } from '../domain/dates.js'
import { mayOperator, PUBLIC, type Viewer } from '../domain/viewer.js'
import { Refusal } from '../errors.js'
import type { Log } from '../log.js'
import type { When } from '../store/versions.js'
import type { Asked } from './asked.js'
import { type Loads, makeLoads } from './loads.js'
import type { Served } from './parts.js'
import type { Limits } from './rate-limit.js'

/** Objects in one answer. */
export const OBJECTS_MOST = 10_000

export interface Context {
  viewer: Viewer
  now: Date
  /** The day of `now` in Asia/Shanghai. */
  today: string
  requestId: string
  /** Whose request it is, for limits. */
  address: string
  log: Log
  parts: Served
  limits: Limits
  load: Loads
  /** Objects that this question may still be answered with. */
  budget: { left: number }
}

export const makeContext = (parts: Served, asked: Asked, viewer: Viewer, limits: Limits): Context => ({
  viewer,
  now: asked.now,
  today: dateIn(asked.now),
  requestId: asked.requestId,
  address: asked.address,
  get log() {
    return asked.log
  },
  parts,
  limits,
  load: makeLoads(parts, asked.now),
  budget: { left: OBJECTS_MOST },
})

/** Each object of an answer costs one: lists within lists multiply, and are stopped here. Refusal QUERY_TOO_COSTLY. */
export const spend = ({ budget }: Context, objects = 1): void => {
  budget.left -= objects
  if (budget.left < 0) throw new Refusal('QUERY_TOO_COSTLY', { limit: OBJECTS_MOST })
}

/** All that the hub knows, also what it learned after this question's instant was fixed. */
const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')

export const whenOf = (context: Context, { asOf, knownAt }: { asOf?: string | null; knownAt?: Date | null }): When => ({
  asOf: asOf ?? context.today,
  knownAt: knownAt ?? ALL_KNOWLEDGE,
})

/** Whether a question is about another day than today or another knowledge than the present. */
export const isPast = (context: Context, when: When): boolean =>
  when.asOf !== context.today || when.knownAt.getTime() !== ALL_KNOWLEDGE.getTime()

/** The viewer as far as this operator goes: a party is the public to every operator but its own. */
export const viewerOn = (
  { viewer }: Context,
  operator: { uscc: string | null; shop: string | null } | null,
): Viewer => {
  if (viewer.role !== 'party') return viewer
  return mayOperator(viewer, operator?.uscc ?? operator?.shop ?? null) ? viewer : PUBLIC
}
