import { may } from '../../domain/access/viewer.js'
import { GRADES } from '../../domain/scoring/scorecard.js'
import type { MovedOperator } from '../../domain/scoring/trial.js'
import { Refusal } from '../../foundation/errors.js'
import * as activations from '../../store/scoring/activations.js'
import * as trials from '../../store/scoring/trials.js'
import { familiesWithSource } from '../../work/intake/source-families.js'
import * as work from '../../work/scoring/activation.js'
import { tryForRequest } from '../../work/scoring/trial.js'
import { makeConnection, type PageArgs, pageSizeOf } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { cursorOf, globalId, numberInCursor, numberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-view.js'

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

const scorecardTrial = async (
  _: unknown,
  args: { version: string; against?: string | null },
  context: GraphqlContext,
) => {
  const { db, rules, agencies } = context.parts
  const trial = await tryForRequest(db, {
    ...refuseUnstorableText(args),
    by: context.viewer.sub,
    lists: rules.lists,
    families: await familiesWithSource(
      db,
      agencies.flatMap(({ feeds }) => feeds),
    ),
    now: () => context.now,
  })
  return trialView(context, trial)
}

type TrialLoader = (hash: string) => Promise<trials.TrialRow | undefined>

const trialsOf = ({ parts }: GraphqlContext, hashes: readonly string[]): TrialLoader => {
  let found: Promise<Map<string, trials.TrialRow>> | null = null
  return async (hash) => {
    found ??= trials.latestOf(parts.db, [...new Set(hashes)])
    return (await found).get(hash)
  }
}

const activationView = (context: GraphqlContext, activation: activations.ActivationRow, trialOf: TrialLoader) => {
  return {
    ...activation,
    __typename: 'ScorecardActivation' as const,
    number: activation.id,
    id: globalId('ScorecardActivation', activation.id),
    trial: async () => {
      const trial = await trialOf(activation.hash)
      return trial ? trialView(context, trial) : null
    },
  }
}

const oneView = (context: GraphqlContext, activation: activations.ActivationRow) =>
  activationView(context, activation, trialsOf(context, [activation.hash]))

export const activationById = async (context: GraphqlContext, id: number) => {
  const found = may(context.viewer, 'see_trials') ? await activations.byId(context.parts.db, id) : null
  return found && oneView(context, found)
}

const scorecardActivations = async (_: unknown, args: PageArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const found = await activations.list(db, { first: pageSizeOf(args) + 1, after: numberInCursor(args.after) })
  const trialOf = trialsOf(
    context,
    found.map(({ hash }) => hash),
  )
  return makeConnection(
    found.map((each) => activationView(context, each, trialOf)),
    args,
    ({ number }) => cursorOf(number),
    () => activations.count(db),
  )
}

const scorecards = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const found = await work.listScorecards(context.parts.db, context.today)
  return found
}

interface ProposeScorecardInput {
  version: string
  effectiveOn: string
  reason: string
}

const proposeScorecard = async (_: unknown, args: { input: ProposeScorecardInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const made = { ...refuseUnstorableText(args.input), by: context.viewer.sub ?? '', now: context.now }
  return { activation: oneView(context, await work.proposeScorecard(db, rules, made)) }
}

interface DecideScorecardInput {
  id: string
  activate: boolean
  note?: string | null
}

const decideScorecard = async (_: unknown, args: { input: DecideScorecardInput }, context: GraphqlContext) => {
  const { id, activate, note = null } = refuseUnstorableText(args.input)
  const activation = numberInGlobalId(id, 'ScorecardActivation')
  if (activation === null) throw new Refusal('ADOPTION_UNKNOWN')
  const { db, rules } = context.parts
  const made = { activation, activate, note, by: context.viewer.sub ?? '', now: context.now }
  return { activation: oneView(context, await work.decideScorecard(db, rules, made)) }
}

export const scorecardResolvers = {
  Query: { scorecardTrial, scorecardActivations, scorecards },
  Mutation: { proposeScorecard, decideScorecard },
}
