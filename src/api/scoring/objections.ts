import { type Act, may, mayInRegion, mayOnFeed, maySeeOperator, regionBoundOf } from '../../domain/access/viewer.js'
import {
  describeConsequence,
  isObjectionLate,
  type ObjectionState,
  reasonRestsOn,
} from '../../domain/scoring/objection.js'
import type { Reason } from '../../domain/scoring/score.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import * as store from '../../store/scoring/objections.js'
import * as scores from '../../store/scoring/scores.js'
import * as work from '../../work/scoring/objection.js'
import { recordById } from '../records/records.js'
import { connectionById, type OrderedPageArgs } from '../request/connection.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'
import { readOperatorWords } from '../request/operator-words.js'
import { NO_ID } from '../request/viewer.js'
import { findNumberInRegion, performAct } from './acts.js'
import { getPointInTimeOfScore, type ScoreView, scoreResolvers } from './score.js'

const objectionView = (context: GraphqlContext, objection: store.Objection) => {
  const { record, openedBy } = objection
  // A party learns the decision, not who made it.
  const named = may(context.viewer, 'see_operations')
  return {
    ...objection,
    __typename: 'Objection' as const,
    id: makeGlobalId('Objection', objection.id),
    operator: () => operatorById(context, objection.operatorId),
    record: () => (record === null ? null : recordById(context, record)),
    openedBy: named || openedBy === context.viewer.sub ? openedBy : null,
    decidedBy: named || objection.decidedBy === context.viewer.sub ? objection.decidedBy : null,
    attachments: () => context.load.objectionPapers(objection.id),
    late: isObjectionLate(objection, context.today),
    consequence: describeConsequence(objection),
  }
}

const sees = (context: GraphqlContext, { feed }: store.Objection, owner: StoredOperator | null): boolean =>
  context.viewer.role === 'party'
    ? may(viewerTowards(context, owner), 'see_score_reasons')
    : mayOnFeed(context.viewer, 'see_objections', { agency: senderOf(context, feed) ?? '' }) &&
      maySeeOperator(context.viewer, owner)

const senderOf = ({ parts }: GraphqlContext, feed: string): string | null =>
  parts.agencies.find(({ sends }) => sends.includes(feed))?.id ?? null

export const objectionById = async (context: GraphqlContext, id: number) => {
  const objection = may(context.viewer, 'see_score_reasons') ? await store.byId(context.parts.db, id) : null
  const owner = await context.load.operator(objection?.operatorId ?? NO_ID)
  return objection && sees(context, objection, owner) ? objectionView(context, objection) : null
}

interface ObjectionArgs extends OrderedPageArgs {
  state?: ObjectionState | null
  filter?: {
    feed?: string | null
    late?: boolean | null
    correctionPending?: boolean | null
    region?: string | null
    name?: string | null
  } | null
}

const list = async (_: unknown, args: ObjectionArgs, context: GraphqlContext) => {
  const { viewer, parts, today } = context
  const { feed = null, late, correctionPending, ...words } = args.filter ?? {}
  const theirFeeds = parts.agencies.filter(({ id }) => id === viewer.agency).flatMap(({ sends }) => sends)
  const feeds = viewer.role === 'agency' ? theirFeeds.filter((id) => feed === null || id === feed) : feed && [feed]
  const filter = {
    feeds: feeds || null,
    state: args.state ?? 'OPEN',
    lateOn: late === true ? today : null,
    pending: correctionPending === true,
    ...readOperatorWords(words),
    sight: regionBoundOf(viewer),
  }
  return connectionById(
    args,
    (page) => store.list(parts.db, filter, { ...page, order: args.order ?? 'OLDEST' }),
    (each) => objectionView(context, each),
    (most) => store.countOf(parts.db, filter, most),
  )
}

interface OpenObjectionInput {
  operator: string
  record: string
  statement: string
}

const openObjection = (_: unknown, { input }: { input: OpenObjectionInput }, context: GraphqlContext) =>
  performAct(context, objectionView, input, ({ db, rules }, { operator, record, statement }, who) => {
    const mayFor = (one: StoredOperator) => mayInRegion(viewerTowards(context, one), 'open_objection', one.region)
    // A malformed id becomes one that matches no record.
    const made = { operator, record: readNumberInGlobalId(record, 'Record') ?? NO_ID, statement, mayFor, ...who }
    return work.openObjection(db, rules, made)
  })

interface DecideObjectionInput {
  id: string
  verdict: 'UPHELD' | 'REJECTED'
  note: string
}

const decideObjection = (_: unknown, { input }: { input: DecideObjectionInput }, context: GraphqlContext) =>
  performAct(context, objectionView, input, async ({ db, rules }, { id, verdict, note }, who) => {
    const objection = await theirs(context, 'decide_objection', id)
    const made = { objection, verdict, note, senderOf: (feed: string) => senderOf(context, feed) }
    return work.decideObjection(db, rules, { ...made, ...who })
  })

const withdrawObjection = (_: unknown, args: { id: string }, context: GraphqlContext) =>
  performAct(context, objectionView, args, async ({ db, rules }, { id }, who) => {
    const objection = await theirs(context, 'open_objection', id)
    return work.withdrawObjection(db, rules, { objection, ...who })
  })

const theirs = (context: GraphqlContext, act: Act, id: string): Promise<number> =>
  findNumberInRegion(context, act, { id, type: 'Objection', unknown: 'OBJECTION_UNKNOWN' }, (number) =>
    store.byId(context.parts.db, number),
  )

const reasonsOf = async (of: ScoreView, { load, parts }: GraphqlContext): Promise<readonly Reason[]> => {
  if (of.reasons.length > 0) return of.reasons
  const whole = of.when
    ? await load.score({ operator: of.operatorId, when: of.when })
    : (await scores.byIds(parts.db, [of.id])).get(of.id)
  return whole?.reasons ?? []
}

const contestedIn = (of: ScoreView, context: GraphqlContext): Promise<number[]> =>
  context.load.contested({ operator: of.operatorId, when: getPointInTimeOfScore(context, of) })

export const objectionResolvers = {
  Query: { objections: list },
  Mutation: { openObjection, decideObjection, withdrawObjection },
  Operator: {
    objections: async ({ operator }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
      const objections = await context.load.objections(operator.id)
      return objections.filter((each) => sees(context, each, operator)).map((each) => objectionView(context, each))
    },
  },
  Score: {
    objected: async (of: ScoreView, _: unknown, context: GraphqlContext) => {
      const contested = await contestedIn(of, context)
      return contested.length > 0 && (await reasonsOf(of, context)).some((reason) => reasonRestsOn(reason, contested))
    },
    reasons: async (of: ScoreView, args: unknown, context: GraphqlContext) => {
      const contested = async (reason: Reason) => reasonRestsOn(reason, await contestedIn(of, context))
      const all = await scoreResolvers.Score.reasons(of, args, context)
      return all.map((reason) => ({ ...reason, objected: () => contested(reason) }))
    },
  },
}
