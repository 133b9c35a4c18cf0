import { may, regionBoundOf, type Viewer } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/listing/concerns.js'
import * as runs from '../../store/timetable/runs.js'
import { rollBack } from '../../work/intake/rollback.js'
import * as work from '../../work/listing/concerns.js'
import { recordById } from '../records/records.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { isInViewersRegion, NO_ID, NO_SUBJECT, seesSubject } from '../request/viewer.js'
import { makeRunView } from '../timetable/operations.js'
import { listingById } from './listing-by-id.js'

export const makeConcernView = (context: GraphqlContext, concern: store.Concern) => {
  const { record, run, listingId } = concern
  return {
    ...concern,
    __typename: 'Concern' as const,
    key: concern.id,
    id: makeGlobalId('Concern', concern.id),
    listing: () => listingById(context, makeGlobalId('Listing', listingId)),
    record: () => (record === null ? null : recordById(context, record)),
    run: run === null ? null : makeGlobalId('Run', run),
  }
}

type ConcernFilterInput = { [K in 'cause' | 'list' | 'settled' | 'region' | 'name']?: store.ConcernFilter[K] | null }

const listConcerns = async (
  _: unknown,
  args: OrderedPageArgs & { filter?: ConcernFilterInput | null },
  context: GraphqlContext,
) => {
  const { db } = context.parts
  const { cause = null, settled, list = null, ...words } = args.filter ?? {}
  const filter = {
    cause,
    settled: settled ?? false,
    ...refuseUnstorableText({ list }),
    ...readOperatorWords(words),
    sight: regionBoundOf(context.viewer),
  }
  const page = { first: readPageSize(args) + 1, after: readNumberInCursor(args.after), order: args.order ?? 'OLDEST' }
  const concerns = await store.list(db, filter, page)
  return makeConnection(
    concerns.map((one) => makeConcernView(context, one)),
    args,
    ({ key }) => makeCursor(key),
    (most) => store.count(db, filter, most),
  )
}

export const concernById = async (context: GraphqlContext, id: number) => {
  const concern = may(context.viewer, 'see_moves') ? await store.byId(context.parts.db, id) : null
  const sees = await seesSubject(context, concern?.listingId ?? NO_SUBJECT)
  return concern && sees ? makeConcernView(context, concern) : null
}

const settleConcern = async (_: unknown, args: { id: string; note: string }, context: GraphqlContext) => {
  const { id, note } = refuseUnstorableText(args)
  const key = readNumberInGlobalId(id, 'Concern') ?? NO_ID
  const theirs = await isInViewersRegion(context, 'settle_concern', async () => {
    const concern = await store.byId(context.parts.db, key)
    return (await context.load.listing(concern?.listingId ?? NO_SUBJECT))?.operatorId
  })
  const { db, rules } = context.parts
  const made = { id: theirs ? key : NO_ID, note, by: nameOf(context.viewer), now: context.now }
  const concern = await work.settleOpenConcern(db, rules, made)
  renewLoaders(context)
  return makeConcernView(context, concern)
}

const rollBackRun = async (_: unknown, args: { id: string; reason: string }, context: GraphqlContext) => {
  const { id, reason } = refuseUnstorableText(args)
  const run = readNumberInGlobalId(id, 'Run')
  if (run === null) throw new Refusal('RUN_UNKNOWN')
  const { db, rules, now } = context.parts
  const { viewer, log } = context
  const who = { by: nameOf(viewer), mayMove: may(viewer, 'move_listing') }
  await rollBack(db, { run, reason, ...who, rules, now, pseudonymOf: rules.pseudonymOf, log })
  renewLoaders(context)
  const taken = await runs.findRun(db, run)
  if (taken === null) throw new Error(`run ${run} is gone`)
  return makeRunView(taken)
}

const nameOf = ({ sub }: Viewer): string => sub ?? ''

export const concernResolvers = {
  Query: { concerns: listConcerns },
  Mutation: { settleConcern, rollBackRun },
}
