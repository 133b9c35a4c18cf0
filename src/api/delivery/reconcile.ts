import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as store from '../../store/delivery/discrepancies.js'
import { listingById } from '../listing/listing-by-id.js'
import { makeConnection, type OrderedPageArgs, type PageArgs, readPageSize } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { NO_ID, NO_SUBJECT, seesSubject } from '../request/viewer.js'

const discrepancyView = (context: GraphqlContext, finding: store.StoredDiscrepancy) => {
  return {
    ...finding,
    __typename: 'Discrepancy' as const,
    number: finding.id,
    id: makeGlobalId('Discrepancy', finding.id),
    listing: () => (finding.kind === 'listing' ? listingById(context, makeGlobalId('Listing', finding.key)) : null),
  }
}

export const discrepancyById = async (context: GraphqlContext, id: number) => {
  const discrepancy = may(context.viewer, 'see_operations') ? await store.byId(context.parts.db, id) : null
  const sees = await seesSubject(context, discrepancy?.key ?? NO_SUBJECT)
  return discrepancy && sees ? discrepancyView(context, discrepancy) : null
}

const comparisonPage = async (_: unknown, args: PageArgs & { platform?: string | null }, context: GraphqlContext) => {
  const { db } = context.parts
  const platform = refuseUnstorableText(args.platform) ?? null
  const rows = await comparisons.list(db, {
    platform,
    first: readPageSize(args) + 1,
    before: readNumberInCursor(args.after),
  })
  return makeConnection(
    rows,
    args,
    ({ id }) => makeCursor(id),
    () => comparisons.count(db, platform),
  )
}

type DiscrepancyArgs = OrderedPageArgs & { filter?: Omit<store.DiscrepancyFilter, 'sight'> | null }

const discrepancyPage = async (_: unknown, args: DiscrepancyArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { region = null, name = null, ...columns } = refuseUnstorableText(args.filter) ?? {}
  const filter = { ...columns, ...readOperatorWords({ region, name }), sight: regionBoundOf(context.viewer) }
  const page = { first: readPageSize(args) + 1, after: readNumberInCursor(args.after), order: args.order ?? 'NEWEST' }
  const discrepancies = await store.list(db, filter, page)
  return makeConnection(
    discrepancies.map((one) => discrepancyView(context, one)),
    args,
    ({ number }) => makeCursor(number),
    (most) => store.count(db, filter, most),
  )
}

const settleDiscrepancy = async (_: unknown, args: { id: string; note: string }, context: GraphqlContext) => {
  const { id, note: text } = refuseUnstorableText(args)
  const { db, rules } = context.parts
  const note = checkAndRedactText(text, '说明 the note', rules.pseudonymOf)
  const discrepancy = await store.byId(db, readNumberInGlobalId(id, 'Discrepancy') ?? NO_ID)
  const sees = await seesSubject(context, discrepancy?.key ?? NO_SUBJECT)
  const key = discrepancy && sees ? discrepancy.id : NO_ID
  const by = context.viewer.sub ?? ''
  const settled = await store.settle(db, key, { by, note, now: context.now })
  if (settled === null) throw new Refusal('DISCREPANCY_UNKNOWN')
  return discrepancyView(context, settled)
}

export const comparisonResolvers = {
  Query: { comparisons: comparisonPage, discrepancies: discrepancyPage },
  Mutation: { settleDiscrepancy },
}
