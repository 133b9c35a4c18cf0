/** One question: who asks, at which instant, and the batched way to the store. */
import { dateIn } from '../domain/dates.js'
import { type Owner, type Viewer, viewerOf } from '../domain/viewer.js'
import { Refusal } from '../errors.js'
import type { Log } from '../log.js'
import type { When } from '../store/versions.js'
import type { Asked } from './asked.js'
import { type Loads, makeLoads } from './loads.js'
import { ANSWER_MOST_MS } from './own.js'
import type { ApiParts } from './parts.js'
import type { Limits } from './rate-limit.js'
import { note, nothingSeen, type Seen } from './shown.js'
import { type Asking, noAsking } from './trail.js'

/** What one answer may cost; what each field does, api/costs says. */
export const COST_MOST = 10_000

export interface Context {
  viewer: Viewer
  now: Date
  /** The day of `now` in Asia/Shanghai. */
  today: string
  requestId: string
  /** Whose request it is, for limits. */
  address: string
  log: Log
  refused: string[]
  parts: ApiParts
  limits: Limits
  load: Loads
  /** What this question may still cost. */
  budget: { left: number }
  /** Whether nobody waits for the answer any more, or it has taken too long. */
  isOver: () => boolean
  /** Why it is asked, as whoever asks says; null: not said. */
  purpose: string | null
  /** For the trail: what is asked, and which operators were shown. */
  asking: Asking
  seen: Seen
  /** Notes an operator that the answer shows and that no object of a type that is noted by itself says (api/shown). */
  shown: (code: string) => void
}

export const makeContext = (
  parts: ApiParts,
  asked: Pick<Asked, 'now' | 'requestId' | 'address' | 'purpose' | 'log' | 'refused'> &
    Pick<Context, 'viewer' | 'limits'>,
  {
    seen = nothingSeen(),
    hasLeft = () => false,
    began = performance.now(),
  }: { seen?: Seen; hasLeft?: () => boolean; began?: number } = {},
  asking = noAsking(),
): Context => ({
  viewer: asked.viewer,
  now: asked.now,
  // What changes something is told as it went, whoever still hears it.
  isOver: () => !asking.isAct && (hasLeft() || performance.now() - began > ANSWER_MOST_MS),
  asking,
  seen,
  shown: (code) => note(seen, { code }),
  today: dateIn(asked.now),
  requestId: asked.requestId,
  address: asked.address,
  purpose: asked.purpose,
  // Made when it is first written to.
  get log() {
    return asked.log
  },
  refused: asked.refused,
  parts,
  limits: asked.limits,
  load: makeLoads(parts, asked.now),
  budget: { left: COST_MOST },
})

/** Before an answer is made a second time: nothing has been spent on it or shown. */
export const afresh = ({ budget, seen }: Pick<Context, 'budget' | 'seen'>): void => {
  budget.left = COST_MOST
  for (const noted of Object.values(seen)) noted.clear()
}

/**
 * Lists within lists multiply, and are stopped here, as is an answer that takes too long or that nobody waits for. Refusals: QUERY_TOO_COSTLY, ANSWER_TIMEOUT.
 */
export const spend = ({ budget, isOver }: Pick<Context, 'budget' | 'isOver'>, cost: number): void => {
  if (isOver()) throw new Refusal('ANSWER_TIMEOUT')
  budget.left -= cost
  if (budget.left < 0) throw new Refusal('QUERY_TOO_COSTLY', { limit: COST_MOST })
}

/** What it has cost so far, also where it was too much. */
export const costOfAnswer = ({ budget }: Pick<Context, 'budget'>): number => COST_MOST - budget.left

/** All that the hub knows, also what it learned after this question's instant was fixed. */
const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')

export const whenOf = (context: Context, { asOf, knownAt }: { asOf?: string | null; knownAt?: Date | null }): When => ({
  asOf: asOf ?? context.today,
  knownAt: knownAt ?? ALL_KNOWLEDGE,
})

/** Whether a question is about another day than today or another knowledge than the present. */
export const isPast = (context: Context, when: When): boolean =>
  when.asOf !== context.today || when.knownAt.getTime() !== ALL_KNOWLEDGE.getTime()

/** The viewer as far as this operator goes: see `viewerOf`. */
export const viewerOn = ({ viewer }: Context, operator: Owner | null): Viewer => viewerOf(viewer, operator)
