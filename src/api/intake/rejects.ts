import { type Act, may, mayOnFeed, type Viewer, visibleSenderOf } from '../../domain/access/viewer.js'
import type { ItemProblem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import * as work from '../../work/intake/rejects.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'

const view = (reject: rejectDesk.StoredReject) => ({
  ...reject,
  __typename: 'Reject' as const,
  key: reject.id,
  id: makeGlobalId('Reject', reject.id),
  source: { run: makeGlobalId('Run', reject.run), file: reject.file, page: reject.page, row: reject.row },
  receivedAt: reject.at,
  takenRun: reject.takenRun === null ? null : makeGlobalId('Run', reject.takenRun),
})

interface RejectsArgs extends OrderedPageArgs {
  feed?: string | null
  run?: string | null
  state?: rejectDesk.RejectState | null
  rule?: string | null
  field?: string | null
}

const rejects = async (_: unknown, args: RejectsArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const filter = filterOf(context, args)
  const rows = await rejectDesk.list(db, filter, {
    first: readPageSize(args) + 1,
    after: readNumberInCursor(args.after),
    order: args.order ?? 'NEWEST',
  })
  return makeConnection(
    rows.map(view),
    args,
    ({ key }) => makeCursor(key),
    (most) => rejectDesk.count(db, filter, most),
  )
}

const rejectRules = (_: unknown, args: RejectsArgs, context: GraphqlContext) =>
  rejectDesk.countByRule(context.parts.db, filterOf(context, args))

const filterOf = (context: GraphqlContext, args: RejectsArgs): rejectDesk.RejectFilter => {
  const { feed = null, run = null, state = null, rule = null, field = null } = refuseUnstorableText(args)
  // Run 0 stands for an unknown id: it has no rejects.
  return {
    feeds: visible(context, feed),
    run: run === null ? null : (readNumberInGlobalId(run, 'Run') ?? 0),
    state,
    rule,
    field,
    by: visibleSenderOf(context.viewer),
  }
}

const visible = ({ viewer, parts }: GraphqlContext, feed: string | null): string[] | null => {
  if (viewer.role !== 'agency') return feed === null ? null : [feed]
  const theirFeeds = parts.agencies.filter(({ id }) => id === viewer.agency).flatMap(({ sends }) => sends)
  return feed === null ? [...theirFeeds] : theirFeeds.filter((id) => id === feed)
}

const seen = async (context: GraphqlContext, id: number | null, act: Act): Promise<rejectDesk.StoredReject | null> => {
  const reject = id === null ? null : await rejectDesk.byId(context.parts.db, id)
  if (reject === null || !mayOnFeed(context.viewer, act, { agency: senderOf(context, reject.feed) })) return null
  const by = visibleSenderOf(context.viewer)
  return by === null || by === reject.by ? reject : null
}

const senderOf = ({ parts }: GraphqlContext, feed: string): string =>
  parts.agencies.find(({ sends }) => sends.includes(feed))?.id ?? ''

export const rejectById = async (context: GraphqlContext, id: number) => {
  const reject = may(context.viewer, 'see_rejects') ? await seen(context, id, 'see_rejects') : null
  return reject && view(reject)
}

interface RejectSettlement {
  id: string
  note: string
}

const correctReject = async (_: unknown, args: RejectSettlement & { fields: unknown }, context: GraphqlContext) => {
  const reject = await toSettle(context, args.id)
  const feed = context.parts.agencies.flatMap(({ feeds }) => feeds).find(({ id }) => id === reject.feed)
  if (feed === undefined) throw new Refusal('REJECT_MIRRORED')
  const { fields, note } = refuseUnstorableText(args)
  const made = { ...settling(context, reject.id, note), fields, rules: context.parts.rules, log: context.log }
  const corrected = await work.takeCorrection(context.parts.db, feed, made)
  const problems: readonly ItemProblem[] = corrected.taken ? [] : corrected.problems
  return { ...(await payload(context, reject.id)), problems, effect: corrected.taken ? corrected.effect : null }
}

const dropReject = async (_: unknown, args: RejectSettlement, context: GraphqlContext) => {
  const reject = await toSettle(context, args.id)
  await work.dropOpenReject(context.parts.db, settling(context, reject.id, refuseUnstorableText(args.note)))
  return payload(context, reject.id)
}

const toSettle = async (context: GraphqlContext, id: string) => {
  const reject = await seen(context, readNumberInGlobalId(id, 'Reject'), 'correct_rejects')
  if (reject === null || senderOf(context, reject.feed) === '') throw new Refusal('REJECT_UNKNOWN')
  return reject
}

const settling = ({ viewer, parts, now }: GraphqlContext & { viewer: Viewer }, reject: number, note: string) => ({
  reject,
  note,
  by: viewer.sub ?? '',
  pseudonymOf: parts.keys.pseudonymOf,
  now: () => now,
})

const payload = async (context: GraphqlContext, id: number) => {
  renewLoaders(context)
  const reject = await rejectDesk.byId(context.parts.db, id)
  if (reject === null) throw new Error(`reject ${id} is gone`)
  return { reject: view(reject) }
}

export const rejectResolvers = {
  Query: { rejects, rejectRules },
  Mutation: { correctReject, dropReject },
}
