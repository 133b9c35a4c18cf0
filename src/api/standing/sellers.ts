import { may } from '../../domain/access/viewer.js'
import { isAuthorisationInForce } from '../../domain/standing/authorisation.js'
import { describeClosedGrades, findListLapseDate } from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import type * as store from '../../store/standing/authorisations.js'
import * as sellers from '../../store/standing/sellers.js'
import * as work from '../../work/standing/authorisations.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'

const sellerList = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const list = await sellers.readCurrentList(context.parts.db, context.viewer.sub ?? '')
  if (list === null) return null
  const [until, notice] = [findListLapseDate(list.dated), describeClosedGrades(list.gradesClosed, list.unconfirmedMost)]
  return { ...list, holdsUntil: until, holds: until > context.today, notice }
}

type RecordAuthorisationInput = Pick<work.NewAuthorisation, 'operator' | 'document' | 'givenOn' | 'endsOn'> & {
  sha256?: string | null
}

const recordAuthorisation = async (
  _: unknown,
  { input }: { input: RecordAuthorisationInput },
  context: GraphqlContext,
) => {
  const { viewer, now, parts } = context
  const made = { sha256: null, ...refuseUnstorableText(input), client: viewer.sub ?? '', now }
  const recorded = await work.recordScoreAuthorisation(parts.db, parts.rules, made)
  renewLoaders(context)
  return authorisationView(context, recorded)
}

const withdrawAuthorisation = async (_: unknown, { id }: { id: string }, context: GraphqlContext) => {
  const { viewer, now, parts } = context
  const key = readNumberInGlobalId(id, 'Authorisation')
  if (key === null) throw new Refusal('AUTHORISATION_UNKNOWN')
  const withdrawn = await work.withdrawScoreAuthorisation(parts.db, key, { viewer, now })
  renewLoaders(context)
  return authorisationView(context, withdrawn)
}

const authorisationView = (context: GraphqlContext, one: store.Authorisation) => {
  return {
    ...one,
    __typename: 'Authorisation' as const,
    id: makeGlobalId('Authorisation', one.id),
    holds: isAuthorisationInForce(one, context.today),
    operator: () => operatorById(context, one.operatorId),
  }
}

export const authorisationById = async (context: GraphqlContext, key: number) => {
  const authorisation = await context.load.authorisation(key)
  const operator = authorisation && (await context.load.operator(authorisation.operatorId))
  if (!authorisation || !operator) return null
  const viewer = viewerTowards(context, operator)
  const sees =
    may(viewer, 'see_authorisations') || (may(viewer, 'record_authorisation') && authorisation.client === viewer.sub)
  return sees ? authorisationView(context, authorisation) : null
}

const authorisations = async ({ operator }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
  const viewer = viewerTowards(context, operator)
  const all = may(viewer, 'see_authorisations')
  if (!all && !may(viewer, 'record_authorisation')) return []
  const held = await context.load.authorisations(operator.id)
  return held.filter(({ client }) => all || client === viewer.sub).map((one) => authorisationView(context, one))
}

export const sellerResolvers = {
  Query: { sellerList },
  Mutation: { recordAuthorisation, withdrawAuthorisation },
  Operator: { authorisations },
}
