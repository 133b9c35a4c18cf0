/** The GraphQL context of one request: viewer, instant, cost budget and data loaders. */
import type { ServerResponse } from 'node:http'
import { type Owner, type Viewer, viewerOf } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { When } from '../../store/records/versions.js'
import { type Loads, makeLoads } from '../fast/loaders.js'
import type { ApiParts } from './dependencies.js'
import { type Asking, noAsking } from './question.js'
import type { Limits } from './rate-limit.js'
import type { Asked } from './request-context.js'
import { ANSWER_MOST_MS } from './request-database.js'
import { note, nothingSeen, type Seen } from './seen-operators.js'

export const COST_MOST = 10_000

export interface Context {
  viewer: Viewer
  now: Date
  /** The day of `now` in Asia/Shanghai. */
  today: string
  requestId: string
  address: string
  log: Log
  refused: string[]
  parts: ApiParts
  limits: Limits
  load: Loads
  budget: { left: number }
  /** True when the client has gone or the answer has taken too long. */
  isOver(): boolean
  purpose: string | null
  asking: Asking
  seen: Seen
  /** Notes an operator that no object type notes automatically (`audited-operators.ts`). */
  shown(code: string): void
}

type Request = Pick<Asked, 'now' | 'requestId' | 'address' | 'purpose' | 'log' | 'refused'>

type Given = { asked: Request } & Pick<Context, 'viewer' | 'limits'>
type Reader = Pick<ServerResponse, 'destroyed'>
const WAITING: Reader = { destroyed: false }

export const makeContext = (
  parts: ApiParts,
  given: Given,
  { reader = WAITING, began = performance.now() }: { reader?: Reader; began?: number } = {},
): Context => new Question(parts, given, reader, began)

/**
 * A class, because literals with accessors are slow to collect (see `requestContextOf`). No `#private` members: Apollo copies the object
 * and would lose them.
 */
class Question implements Context {
  readonly viewer: Viewer
  readonly limits: Limits
  readonly now: Date
  readonly today: string
  readonly requestId: string
  readonly address: string
  readonly refused: string[]
  readonly purpose: string | null
  readonly load: Loads
  readonly seen = nothingSeen()
  readonly asking = noAsking()
  readonly budget = { left: COST_MOST }

  constructor(
    readonly parts: ApiParts,
    private readonly given: Given,
    private readonly reader: Reader,
    private readonly began: number,
  ) {
    const { asked } = given
    this.viewer = given.viewer
    this.limits = given.limits
    this.now = asked.now
    this.today = dateIn(asked.now)
    this.requestId = asked.requestId
    this.address = asked.address
    this.refused = asked.refused
    this.purpose = asked.purpose
    this.load = makeLoads(parts, asked.now)
  }

  /** A mutation always reports its outcome, so it is never over. */
  isOver(): boolean {
    return !this.asking.isAct && (this.reader.destroyed || performance.now() - this.began > ANSWER_MOST_MS)
  }

  shown(code: string): void {
    note(this.seen, { code })
  }

  get log(): Log {
    return this.given.asked.log
  }
}

/** Resets budget and seen operators before an answer is made a second time. */
export const afresh = ({ budget, seen }: Pick<Context, 'budget' | 'seen'>): void => {
  budget.left = COST_MOST
  for (const noted of Object.values(seen)) noted.clear()
}

/** Charges `cost` to the budget. Refusals: QUERY_TOO_COSTLY, ANSWER_TIMEOUT when slow or the client has gone. */
export const spend = (context: Pick<Context, 'budget' | 'isOver'>, cost: number): void => {
  if (context.isOver()) throw new Refusal('ANSWER_TIMEOUT')
  context.budget.left -= cost
  if (context.budget.left < 0) throw new Refusal('QUERY_TOO_COSTLY', { limit: COST_MOST })
}

export const costOfAnswer = ({ budget }: Pick<Context, 'budget'>): number => COST_MOST - budget.left

/** Includes what the hub learned after this request's instant was fixed. */
const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')

export const whenOf = (context: Context, { asOf, knownAt }: { asOf?: string | null; knownAt?: Date | null }): When => ({
  asOf: asOf ?? context.today,
  knownAt: knownAt ?? ALL_KNOWLEDGE,
})

/** True for another day than today, or past knowledge. */
export const isPast = (context: Context, when: When): boolean =>
  when.asOf !== context.today || when.knownAt.getTime() !== ALL_KNOWLEDGE.getTime()

export const viewerOn = ({ viewer }: Context, operator: Owner | null): Viewer => viewerOf(viewer, operator)
