import type { ServerResponse } from 'node:http'
import type { GraphQLResolveInfo } from 'graphql'
import { type OperatorScope, type Viewer, viewerOfFile } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as auditLog from '../../store/audit/audit-log.js'
import type { Db } from '../../store/db/db.js'
import type { PointInTime } from '../../store/records/versions.js'
import { type Loaders, makeLoaders } from '../loaders/loaders.js'
import type { Lookups } from '../loaders/lookups.js'
import type { ApiDependencies } from './dependencies.js'
import type { SignInLimits } from './rate-limit.js'
import type { HttpRequestContext } from './request-context.js'
import { ANSWER_BEGINS_WITHIN_MS } from './request-database.js'

export interface SeenOperators {
  codes: Set<string>
  operators: Set<number>
  known: Set<number>
  subjects: Set<string>
}

export interface OperatorReference {
  code?: string | null | undefined
  operator?: number | null | undefined
  subject?: string | null | undefined
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const noteOperator = (seen: SeenOperators, { code, operator, subject }: OperatorReference): void => {
  if (code != null && code !== '') {
    seen.codes.add(code)
    if (operator != null) seen.known.add(operator)
  } else if (operator != null) seen.operators.add(operator)
  else if (subject != null && UUID.test(subject)) seen.subjects.add(subject)
}

export const findCodesOfSeenOperators = async (
  parts: { db: Db },
  seen: SeenOperators,
): Promise<ReadonlySet<string>> => {
  const operators = [...seen.operators].filter((id) => !seen.known.has(id))
  if (operators.length + seen.subjects.size === 0) return seen.codes
  const stored = await auditLog.findCodesOfOperatorsAndSubjects(parts.db, { operators, subjects: [...seen.subjects] })
  return new Set([...seen.codes, ...stored])
}

interface AuditNotes {
  isAct: boolean
  text: string
  faults: string[]
  issuedTo: string | null
  /** A digest of sealed text could be guessed. */
  isSealed: boolean
}

export const QUERY_COST_MOST = 10_000

type RequestFacts = Pick<HttpRequestContext, 'now' | 'requestId' | 'address' | 'purpose' | 'log' | 'refused'>

interface GraphqlContextInput {
  asked: RequestFacts
  viewer: Viewer
  limits: SignInLimits
}

type ResponseReader = Pick<ServerResponse, 'destroyed'>
const WAITING: ResponseReader = { destroyed: false }

export const makeContext = (
  parts: ApiDependencies,
  given: GraphqlContextInput,
  { reader = WAITING, began = performance.now() }: { reader?: ResponseReader; began?: number } = {},
): GraphqlContext => new GraphqlContext(parts, given, reader, began)

/** This class has no `#private` members, because Apollo copies its objects. */
export class GraphqlContext {
  readonly viewer: Viewer
  readonly limits: SignInLimits
  readonly now: Date
  readonly today: string
  readonly requestId: string
  readonly address: string
  readonly refused: string[]
  readonly purpose: string | null
  readonly lookups: Lookups
  load: Loaders
  readonly seen: SeenOperators = { codes: new Set(), operators: new Set(), known: new Set(), subjects: new Set() }
  readonly auditNotes: AuditNotes = { isAct: false, text: '', faults: [], issuedTo: null, isSealed: false }
  readonly budget = { left: QUERY_COST_MOST }

  constructor(
    readonly parts: ApiDependencies,
    private readonly given: GraphqlContextInput,
    private readonly reader: ResponseReader,
    private readonly began: number,
  ) {
    const { asked } = given
    this.viewer = given.viewer
    this.limits = given.limits
    this.now = asked.now
    this.today = shanghaiDate(asked.now)
    this.requestId = asked.requestId
    this.address = asked.address
    this.refused = asked.refused
    this.purpose = asked.purpose
    this.lookups = ((given.viewer.sub === null && parts.publicPath) || parts.answerPath).lookups(parts)
    this.load = makeLoaders(parts, this.lookups, this.now)
  }

  /**
   * True when the client has gone or ANSWER_BEGINS_WITHIN_MS have passed. A mutation must report its outcome: never
   * true.
   */
  isOver(): boolean {
    return !this.auditNotes.isAct && (this.reader.destroyed || performance.now() - this.began > ANSWER_BEGINS_WITHIN_MS)
  }

  /** Audits an operator that `audited-operators.ts` cannot find in the answer. */
  shown(code: string): void {
    noteOperator(this.seen, { code })
  }

  get log(): Log {
    return this.given.asked.log
  }
}

export type FieldResolver<S> = (
  source: S,
  args: never,
  context: GraphqlContext,
  question: GraphQLResolveInfo,
) => unknown

export const renewLoaders = (context: GraphqlContext): void => {
  context.load = makeLoaders(context.parts, context.lookups, context.now)
}

/** Takes `cost` from the query's budget. Refusals QUERY_TOO_COSTLY, and ANSWER_TIMEOUT when `isOver`. */
export const chargeCost = (context: Pick<GraphqlContext, 'budget' | 'isOver'>, cost: number): void => {
  if (context.isOver()) throw new Refusal('ANSWER_TIMEOUT')
  context.budget.left -= cost
  if (context.budget.left < 0) throw new Refusal('QUERY_TOO_COSTLY', { limit: QUERY_COST_MOST })
}

export const readAnswerCost = ({ budget }: Pick<GraphqlContext, 'budget'>): number => QUERY_COST_MOST - budget.left

const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')

export const choosePointInTime = (
  context: GraphqlContext,
  { asOf, knownAt }: { asOf?: string | null; knownAt?: Date | null },
): PointInTime => ({ asOf: asOf ?? context.today, knownAt: knownAt ?? ALL_KNOWLEDGE })

export const isPastMoment = (context: GraphqlContext, when: PointInTime): boolean =>
  when.asOf !== context.today || when.knownAt.getTime() !== ALL_KNOWLEDGE.getTime()

export const viewerTowards = ({ viewer }: GraphqlContext, operator: OperatorScope | null): Viewer =>
  viewerOfFile(viewer, operator)
