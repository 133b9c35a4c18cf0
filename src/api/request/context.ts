/** One question: who asks, at which instant, and the batched way to the store. */
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

/** What one answer may cost; what each field does, api/request/costs says. */
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
  isOver(): boolean
  /** Why it is asked, as whoever asks says; null: not said. */
  purpose: string | null
  /** For the trail: what is asked, and which operators were shown. */
  asking: Asking
  seen: Seen
  /** Notes an operator that the answer shows and that no object of a type that is noted by itself says (api/graphql/audited-operators). */
  shown(code: string): void
}

type Request = Pick<Asked, 'now' | 'requestId' | 'address' | 'purpose' | 'log' | 'refused'>

type Given = { asked: Request } & Pick<Context, 'viewer' | 'limits'>
/** Whoever waits for the answer; `destroyed`: no longer. */
type Reader = Pick<ServerResponse, 'destroyed'>
const WAITING: Reader = { destroyed: false }

export const makeContext = (
  parts: ApiParts,
  given: Given,
  { reader = WAITING, began = performance.now() }: { reader?: Reader; began?: number } = {},
): Context => new Question(parts, given, reader, began)

/** A class, for its accessor and its methods: see `askedBy`. Apollo copies it, which members that are `#private` would not survive. */
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

  /** What changes something is told as it went, whoever still hears it. */
  isOver(): boolean {
    return !this.asking.isAct && (this.reader.destroyed || performance.now() - this.began > ANSWER_MOST_MS)
  }

  shown(code: string): void {
    note(this.seen, { code })
  }

  /** Made when it is first written to. */
  get log(): Log {
    return this.given.asked.log
  }
}

/** Before an answer is made a second time: nothing has been spent on it or shown. */
export const afresh = ({ budget, seen }: Pick<Context, 'budget' | 'seen'>): void => {
  budget.left = COST_MOST
  for (const noted of Object.values(seen)) noted.clear()
}

/**
 * Lists within lists multiply, and are stopped here, as is an answer that takes too long or that nobody waits for. Refusals: QUERY_TOO_COSTLY, ANSWER_TIMEOUT.
 */
export const spend = (context: Pick<Context, 'budget' | 'isOver'>, cost: number): void => {
  if (context.isOver()) throw new Refusal('ANSWER_TIMEOUT')
  context.budget.left -= cost
  if (context.budget.left < 0) throw new Refusal('QUERY_TOO_COSTLY', { limit: COST_MOST })
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
