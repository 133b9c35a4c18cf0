import { type Act, may, mayInRegion, regionBoundOf } from '../../domain/access/viewer.js'
import { vetoBlocksOverride } from '../../domain/scoring/override.js'
import type { Grade } from '../../domain/scoring/scorecard.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import * as store from '../../store/scoring/overrides.js'
import * as work from '../../work/scoring/override.js'
import { connectionById, type OrderedPageArgs } from '../request/connection.js'
import { choosePointInTime, type GraphqlContext, viewerTowards } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'
import { readOperatorWords } from '../request/operator-words.js'
import { NO_ID } from '../request/viewer.js'
import { findNumberInRegion, performAct } from './acts.js'
import { getPointInTimeOfScore, type ScoreView } from './score.js'

const overrideView = (context: GraphqlContext, override: store.OverrideRow) => ({
  ...override,
  __typename: 'Override' as const,
  id: makeGlobalId('Override', override.id),
  operator: () => operatorById(context, override.operatorId),
  proposedBy: override.askedBy,
  proposedAt: override.askedAt,
})

export const overrideById = async (context: GraphqlContext, id: number) => {
  const found = may(context.viewer, 'see_score_reasons')
    ? await store.byId(context.parts.db, id, choosePointInTime(context, {}))
    : null
  const owner = await context.load.operator(found?.operatorId ?? NO_ID)
  return found && may(viewerTowards(context, owner), 'see_score_reasons') ? overrideView(context, found) : null
}

interface OverrideArgs extends OrderedPageArgs {
  state?: store.OverrideState | null
  filter?: { grade?: Grade | null; region?: string | null; name?: string | null } | null
}

const list = async (_: unknown, args: OverrideArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { grade = null, ...words } = args.filter ?? {}
  const sight = regionBoundOf(context.viewer)
  const state = args.state ?? 'PROPOSED'
  const filter = { state, grade, ...readOperatorWords(words), sight, ...choosePointInTime(context, {}) }
  return connectionById(
    args,
    (page) => store.list(db, filter, { ...page, order: args.order ?? 'OLDEST' }),
    (each) => overrideView(context, each),
    (most) => store.countOf(db, filter, most),
  )
}

interface ProposeOverrideInput {
  operator: string
  grade: Grade
  endsOn: string
  reason: string
}

const proposeOverride = (_: unknown, { input }: { input: ProposeOverrideInput }, context: GraphqlContext) =>
  performAct(context, overrideView, input, ({ db, rules }, given, who) => {
    const mayFor = ({ region }: StoredOperator) => mayInRegion(context.viewer, 'propose_override', region)
    return work.proposeOverride(db, rules, { ...given, mayFor, ...who })
  })

interface DecideOverrideInput {
  id: string
  verdict: 'CONFIRM' | 'REFUSE'
  note?: string | null
}

const decideOverride = (_: unknown, { input }: { input: DecideOverrideInput }, context: GraphqlContext) =>
  performAct(context, overrideView, input, async ({ db, rules }, { id, verdict, note = null }, who) => {
    const override = await theirs(context, 'decide_override', id)
    return work.decideOverride(db, rules, { override, verdict, note, ...who })
  })

const withdrawOverride = (_: unknown, { input }: { input: { id: string; reason: string } }, context: GraphqlContext) =>
  performAct(context, overrideView, input, async ({ db, rules }, { id, reason }, who) => {
    const override = await theirs(context, 'propose_override', id)
    return work.withdrawOverride(db, rules, { override, reason, ...who })
  })

const theirs = (context: GraphqlContext, act: Act, id: string): Promise<number> =>
  findNumberInRegion(context, act, { id, type: 'Override', unknown: 'OVERRULE_UNKNOWN' }, (number) =>
    store.byId(context.parts.db, number, choosePointInTime(context, {})),
  )

const overrideOf = async (of: ScoreView, _: unknown, context: GraphqlContext) => {
  if (of.reasons.length === 0) return null
  const when = getPointInTimeOfScore(context, of)
  const all = await context.load.overrides({ operator: of.operatorId, when })
  const holds = all.find(
    ({ state, grade, decidedAt }) =>
      state === 'IN_FORCE' &&
      decidedAt !== null &&
      shanghaiDate(decidedAt) <= when.asOf &&
      !vetoBlocksOverride(of, grade),
  )
  return holds === undefined ? null : overrideView(context, holds)
}

export const overrideResolvers = {
  Query: { overrides: list },
  Mutation: { proposeOverride, decideOverride, withdrawOverride },
  Operator: {
    overrides: async ({ operator: one, when }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
      const found = await context.load.overrides({ operator: one.id, when })
      return found.map((each) => overrideView(context, each))
    },
  },
  Score: { override: overrideOf },
}
