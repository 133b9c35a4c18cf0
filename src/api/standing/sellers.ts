import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { isAuthorisationInForce } from '../../domain/standing/authorisation.js'
import { describeClosedGrades, findListLapseDate } from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/standing/authorisations.js'
import * as sellers from '../../store/standing/sellers.js'
import * as work from '../../work/standing/authorisations.js'
import { connectionById, type OrderedPageArgs } from '../request/connection.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'
import { readOperatorWords } from '../request/operator-words.js'

const sellerList = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const list = await sellers.readCurrentList(context.parts.db, context.viewer.sub ?? '')
  return list && sellerListView(context, list)
}

const sellerListView = ({ today }: GraphqlContext, list: sellers.SellerList) => {
  const [until, notice] = [findListLapseDate(list.dated), describeClosedGrades(list.gradesClosed, list.unconfirmedMost)]
  return { ...list, holdsUntil: until, holds: until > today, notice }
}

const sellerLists = async (_: unknown, __: unknown, context: GraphqlContext) =>
  (await sellers.listCurrentLists(context.parts.db)).map(({ client, ...list }) => ({
    client,
    list: sellerListView(context, list),
  }))

interface AuthorisationsArgs extends OrderedPageArgs {
  filter?: { client?: string | null; holds?: boolean | null; region?: string | null; name?: string | null } | null
}

const listAuthorisations = async (_: unknown, args: AuthorisationsArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { client = null, holds, ...words } = args.filter ?? {}
  const filter = {
    ...refuseUnstorableText({ client }),
    holdsOn: holds === true ? context.today : null,
    ...readOperatorWords(words),
    sight: regionBoundOf(context.viewer),
  }
  return connectionById(
    args,
    (page) => store.listAuthorisations(db, filter, { ...page, order: args.order ?? 'NEWEST' }),
    (each) => authorisationView(context, each),
    (most) => store.countAuthorisations(db, filter, most),
  )
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
  Query: { sellerList, sellerLists, authorisations: listAuthorisations },
  Mutation: { recordAuthorisation, withdrawAuthorisation },
  Operator: { authorisations },
}
