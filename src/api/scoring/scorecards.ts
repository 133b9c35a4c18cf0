import { may } from '../../domain/access/viewer.js'
import { GRADES } from '../../domain/scoring/scorecard.js'
import type { MovedOperator } from '../../domain/scoring/trial.js'
import { Refusal } from '../../foundation/errors.js'
import * as activations from '../../store/scoring/activations.js'
import * as trials from '../../store/scoring/trials.js'
import { findFamiliesWithSource } from '../../work/intake/source-families.js'
import * as work from '../../work/scoring/activation.js'
import { tryScorecardForRequest } from '../../work/scoring/trial.js'
import { connectionById, type PageArgs } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-at-time.js'

const trialView = (context: GraphqlContext, { result, ...trial }: trials.TrialRow) => {
  const moved = ({ operatorId, ...move }: MovedOperator) => ({
    ...move,
    operator: () => operatorById(context, operatorId),
  })
  const { grades, up, down } = result
  return {
    ...result,
    ...trial,
    grades: GRADES.flatMap((before) => GRADES.map((after) => ({ before, after, operators: grades[before][after] }))),
    up: up.map(moved),
    down: down.map(moved),
  }
}

interface TrialArgs {
  version: string
  against?: string | null
}

const scorecardTrial = async (_: unknown, args: TrialArgs, context: GraphqlContext) => {
  const { db, rules, agencies } = context.parts
  const feeds = agencies.flatMap((agency) => agency.feeds)
  const about = { by: context.viewer.sub, lists: rules.lists, families: await findFamiliesWithSource(db, feeds) }
  const trial = await tryScorecardForRequest(db, { ...refuseUnstorableText(args), ...about, now: () => context.now })
  return trialView(context, trial)
}

const activationView = (
  context: GraphqlContext,
  activation: activations.ActivationRow,
  trialsByHash = trialsOf(context, [activation.hash]),
) => ({
  ...activation,
  __typename: 'ScorecardActivation' as const,
  id: makeGlobalId('ScorecardActivation', activation.id),
  trial: async () => {
    const trial = (await trialsByHash()).get(activation.hash)
    return trial ? trialView(context, trial) : null
  },
})

const trialsOf = ({ parts }: GraphqlContext, hashes: Iterable<string>) => {
  let found: ReturnType<typeof trials.latestOf> | null = null
  return () => {
    found ??= trials.latestOf(parts.db, [...hashes])
    return found
  }
}

export const activationById = async (context: GraphqlContext, id: number) => {
  const found = may(context.viewer, 'see_trials') ? await activations.byId(context.parts.db, id) : null
  return found && activationView(context, found)
}

const scorecardActivations = async (_: unknown, args: PageArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const hashes = new Set<string>()
  const trialsByHash = trialsOf(context, hashes)
  return connectionById(
    args,
    (page) => activations.list(db, page),
    (each) => {
      hashes.add(each.hash)
      return activationView(context, each, trialsByHash)
    },
    () => activations.count(db),
  )
}

const scorecards = (_: unknown, __: unknown, { parts, today }: GraphqlContext) => work.listScorecards(parts.db, today)

interface ProposeScorecardInput {
  version: string
  effectiveOn: string
  reason: string
}

const proposeScorecard = async (_: unknown, args: { input: ProposeScorecardInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const made = { ...refuseUnstorableText(args.input), by: context.viewer.sub ?? '', now: context.now }
  return { activation: activationView(context, await work.proposeScorecard(db, rules, made)) }
}

interface DecideScorecardInput {
  id: string
  activate: boolean
  note?: string | null
}

const decideScorecard = async (_: unknown, args: { input: DecideScorecardInput }, context: GraphqlContext) => {
  const { id, activate, note = null } = refuseUnstorableText(args.input)
  const activation = readNumberInGlobalId(id, 'ScorecardActivation')
  if (activation === null) throw new Refusal('ADOPTION_UNKNOWN')
  const { db, rules } = context.parts
  const made = { activation, activate, note, by: context.viewer.sub ?? '', now: context.now }
  return { activation: activationView(context, await work.decideScorecard(db, rules, made)) }
}

export const scorecardResolvers = {
  Query: { scorecardTrial, scorecardActivations, scorecards },
  Mutation: { proposeScorecard, decideScorecard },
}
