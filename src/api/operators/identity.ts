import { may, mayOnFeed, regionBoundOf } from '../../domain/access/viewer.js'
import type { MergerCause } from '../../domain/operators/merger.js'
import type { RecordKind } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/intake/unmatched.js'
import type { IdentityDecisionRow } from '../../store/operators/identity-decisions.js'
import * as division from '../../work/operators/division.js'
import * as work from '../../work/operators/identity.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type FieldResolver, type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'
import { readOperatorWords } from '../request/operator-words.js'
import { seesOperator } from '../request/viewer.js'

const unmatchedView = (context: GraphqlContext, record: store.UnmatchedRecord) => {
  const { proposedOperator, evidence } = record
  return {
    ...record,
    __typename: 'Unmatched' as const,
    number: record.id,
    id: makeGlobalId('Unmatched', record.id),
    source: { run: makeGlobalId('Run', record.run), file: record.file, page: record.page, row: record.row },
    proposal: async () => {
      const operator = proposedOperator === null ? null : await operatorById(context, proposedOperator)
      return operator && { operator, evidence: evidence?.evidence ?? [] }
    },
    noProposal: proposedOperator === null ? (evidence?.because ?? 'UNKNOWN_NAME') : null,
    decision: () => (record.decision === null ? null : decisionById(context, record.decision)),
  }
}

const decisionView = (context: GraphqlContext, decision: IdentityDecisionRow) => {
  const { evidence, operatorId, mergedId, successorId } = decision
  return {
    ...decision,
    __typename: 'IdentityDecision' as const,
    id: makeGlobalId('IdentityDecision', decision.id),
    operator: () => (operatorId === null ? null : operatorById(context, operatorId)),
    merged: () => (mergedId === null ? null : operatorById(context, mergedId)),
    successor: () => (successorId === null ? null : operatorById(context, successorId)),
    on: evidence['on'] ?? null,
    documentNumber: evidence['documentNumber'] ?? null,
    cause: evidence['cause'] ?? null,
    madeOperator: evidence['madeOperator'] === true,
    subject: evidence['subject'] ?? null,
    evidence: evidence['evidence'] ?? [],
  }
}

export const decisionById = async (context: GraphqlContext, id: number) => {
  const decision = may(context.viewer, 'see_queue') ? await context.load.decision(id) : null
  const sees = await seesOperator(context, decision?.operatorId ?? null)
  return decision && sees && seesDecision(context, decision) ? decisionView(context, decision) : null
}

const seesDecision = (context: GraphqlContext, { feed }: IdentityDecisionRow): boolean =>
  feed === null
    ? context.viewer.role !== 'agency' && may(context.viewer, 'see_queue')
    : mayOnFeed(context.viewer, 'see_queue', { agency: senderOf(context, feed) })

const senderOf = ({ parts }: GraphqlContext, feed: string): string =>
  parts.agencies.find(({ sends }) => sends.includes(feed))?.id ?? ''

export const unmatchedById = async (context: GraphqlContext, id: number) => {
  const record = may(context.viewer, 'see_queue') ? await store.byId(context.parts.db, id) : null
  const sees = await seesOperator(context, record?.operatorId ?? null)
  const isTheirs = record && mayOnFeed(context.viewer, 'see_queue', { agency: senderOf(context, record.feed) })
  return isTheirs && sees ? unmatchedView(context, record) : null
}

interface UnmatchedArgs extends OrderedPageArgs {
  feed?: string | null
  state?: store.UnmatchedState | null
  filter?: { kind?: RecordKind | null; region?: string | null; name?: string | null } | null
}

const unmatched = async (_: unknown, args: UnmatchedArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { feed = null, state } = refuseUnstorableText(args)
  const { kind = null, ...words } = args.filter ?? {}
  const filter = {
    feeds: visible(context, feed),
    state: state ?? 'OPEN',
    kind,
    ...readOperatorWords(words),
    sight: regionBoundOf(context.viewer),
  }
  const page = { first: readPageSize(args) + 1, after: readNumberInCursor(args.after), order: args.order ?? 'OLDEST' }
  const records = await store.list(db, filter, page)
  return makeConnection(
    records.map((each) => unmatchedView(context, each)),
    args,
    ({ number }) => makeCursor(number),
    (most) => store.countOf(db, filter, most),
  )
}

const visible = ({ viewer, parts }: GraphqlContext, feed: string | null): string[] | null => {
  if (viewer.role !== 'agency') return feed === null ? null : [feed]
  const theirFeeds = parts.agencies.filter(({ id }) => id === viewer.agency).flatMap(({ sends }) => sends)
  return feed === null ? [...theirFeeds] : theirFeeds.filter((id) => id === feed)
}

interface DecideSubjectInput {
  id: string
  verdict: work.SubjectDecisionInput['verdict']
  operator?: string | null
  reason: string
}

const decideSubject = (_: unknown, { input }: { input: DecideSubjectInput }, context: GraphqlContext) =>
  decided(context, input, ({ db, rules }, { id, verdict, operator, reason }, who) => {
    const number = readNumberInGlobalId(id, 'Unmatched')
    if (number === null) throw new Refusal('UNMATCHED_UNKNOWN')
    const made = { unmatched: number, verdict, ...(operator != null && { operator }), reason, ...who }
    return work.decideSubject(db, rules, made)
  })

const undoDecision = (_: unknown, { input }: { input: { id: string; reason: string } }, context: GraphqlContext) =>
  decided(context, input, ({ db, rules }, { id, reason }, who) => {
    const number = readNumberInGlobalId(id, 'IdentityDecision')
    if (number === null) throw new Refusal('DECISION_UNKNOWN')
    return work.undoDecision(db, rules, { decision: number, reason, ...who })
  })

interface MergeOperatorsInput {
  from: string
  into: string
  cause: MergerCause
  reason: string
}

const mergeOperators = (_: unknown, { input }: { input: MergeOperatorsInput }, context: GraphqlContext) =>
  decided(context, input, ({ db, rules }, given, who) => work.mergeOperators(db, rules, { ...given, ...who }))

interface DivideOperatorInput {
  from: string
  into: string[]
  on: string
  documentNumber: string
  reason: string
}

const divideOperator = async (_: unknown, { input }: { input: DivideOperatorInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const who = { by: context.viewer.sub ?? '', now: context.now }
  const { decisions, leads } = await division.divideOperator(db, rules, { ...refuseUnstorableText(input), ...who })
  renewLoaders(context)
  return { decisions: decisions.map((each) => decisionView(context, each)), leads }
}

const findPartnersInDivisions = async (
  { operator, when }: OperatorAtTime,
  context: GraphqlContext,
  side: 'operatorId' | 'successorId',
): Promise<OperatorAtTime[]> => {
  const found = (await context.load.decisionsOf(operator.id)).map(({ decision }) => decision).toReversed()
  const divisions = found.filter(
    ({ verdict, evidence, decidedAt, undoneAt, ...ends }) =>
      verdict === 'DIVIDE' &&
      String(evidence['on']) <= when.asOf &&
      decidedAt <= when.knownAt &&
      (undoneAt === null || undoneAt > when.knownAt) &&
      ends[side] === operator.id,
  )
  const other = side === 'operatorId' ? 'successorId' : 'operatorId'
  return operatorsByIds(
    context,
    divisions.map((division) => division[other]),
  )
}

const operatorsByIds = async (context: GraphqlContext, ids: readonly (number | null)[]): Promise<OperatorAtTime[]> =>
  (await Promise.all(ids.map((id) => (id === null ? null : operatorById(context, id))))).filter((each) => each !== null)

const decided = async <I>(
  context: GraphqlContext,
  input: I,
  deed: (parts: GraphqlContext['parts'], input: I, who: { by: string; now: Date }) => Promise<work.IdentityResult>,
) => {
  const who = { by: context.viewer.sub ?? '', now: context.now }
  const { decision, records } = await deed(context.parts, refuseUnstorableText(input), who)
  renewLoaders(context)
  return { decision: decisionView(context, decision), records }
}

const REASONS = {
  CODE_DIGIT: 'code.digit',
  CODE_UNKNOWN: 'code.unknown',
  NAME_ONLY: 'name.only',
  SUBJECT_NONE: 'subject.none',
}

export const identityResolvers = {
  UnmatchedReason: REASONS,
  Query: { unmatched },
  Mutation: { decideSubject, undoDecision, mergeOperators, divideOperator },
  Operator: {
    mergedFrom: async ({ operator }, _, context) => {
      const parts = await context.load.mergedFrom(operator.id)
      return operatorsByIds(
        context,
        parts.map(({ id }) => id),
      )
    },
    dividedInto: (view, _, context) => findPartnersInDivisions(view, context, 'operatorId'),
    dividedFrom: (view, _, context) => findPartnersInDivisions(view, context, 'successorId'),
    decisions: async ({ operator }, _, context) => {
      const found = await context.load.decisionsOf(operator.id)
      return found
        .filter(({ decision }) => seesDecision(context, decision))
        .map(({ decision }) => decisionView(context, decision))
    },
  } satisfies Record<string, FieldResolver<OperatorAtTime>>,
}
