import type { Agency, WatchedFeed } from '../../agencies/feed.js'
import { may, RECORD_KINDS_SEEN, regionBoundOf, visibleSenderOf } from '../../domain/access/viewer.js'
import { isFeedStale } from '../../domain/intake/bounds.js'
import { lateShare } from '../../domain/intake/timeliness.js'
import { LIST_COUNTED_MOST } from '../../foundation/pages.js'
import type * as feedHealth from '../../store/intake/feed-health.js'
import * as rejects from '../../store/intake/reject-desk.js'
import * as unmatched from '../../store/intake/unmatched.js'
import * as runs from '../../store/timetable/runs.js'
import { cronOfFeed } from '../../work/timetable/timetable.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import type { FieldResolver, GraphqlContext } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'

/** The largest GraphQL Int, about 24 days in milliseconds. */
const MS_MOST = 2_147_483_647

export const makeRunView = (run: runs.RunRow) => ({
  __typename: 'Run' as const,
  ...run,
  key: run.id,
  id: makeGlobalId('Run', run.id),
  subject: run.subject || null,
  ms: run.endedAt && Math.min(run.endedAt.getTime() - run.startedAt.getTime(), MS_MOST),
  rollback: run.rolledBackAt && { at: run.rolledBackAt, by: run.rolledBackBy, reason: run.rolledBackReason },
})

interface RunArgs extends PageArgs {
  job?: runs.Job | null
  subject?: string | null
}

const runPage = async (_: unknown, args: RunArgs, context: GraphqlContext) => {
  const { job = null, subject = null } = refuseUnstorableText(args)
  const found = await runs.listRuns(context.parts.db, {
    job,
    subject,
    first: readPageSize(args) + 1,
    before: readNumberInCursor(args.after),
  })
  return makeConnection(found.map(makeRunView), args, (run) => makeCursor(run.key))
}

export const runById = async (context: GraphqlContext, id: number) => {
  const run = may(context.viewer, 'see_operations') ? await runs.findRun(context.parts.db, id) : null
  return run && makeRunView(run)
}

const watched = async (context: GraphqlContext, { id }: WatchedFeed): Promise<feedHealth.FeedHealth> => {
  const found = (await context.load.watched()).get(id)
  if (found === undefined) throw new Error(`nobody watches ${id}`)
  return found
}

export const operationResolvers = {
  Query: {
    runs: runPage,
    agencies: (_: unknown, __: unknown, { parts }: GraphqlContext) => parts.agencies,
    viewer: (_: unknown, __: unknown, { viewer }: GraphqlContext) => {
      return { ...viewer, kinds: RECORD_KINDS_SEEN[viewer.role], mayMove: may(viewer, 'move_listing') }
    },
  },
  Agency: {
    feeds: ({ watched }) => watched,
    configured: ({ id }, _, { parts }) => parts.office.configured().agencies.has(id),
  } satisfies Record<string, FieldResolver<Agency>>,
  Feed: {
    every: ({ id }) => cronOfFeed(id),
    configured: ({ agency }, _, { parts }) => parts.office.configured().agencies.has(agency),
    staleAfterHours: ({ bounds }) => bounds.staleAfterHours,
    lastGoodPullAt: async ({ id }, _, { load }) => (await load.pulls()).get(id) ?? null,
    stale: async ({ id, bounds }, _, { load, now }) => isFeedStale(bounds, (await load.pulls()).get(id) ?? null, now),
    items: async (feed, _, context) => (await watched(context, feed)).last?.received ?? null,
    rejects: async (feed, _, context) => (await watched(context, feed)).last?.rejected ?? null,
    rejectsByRule: async (feed, _, context) => {
      const { last } = await watched(context, feed)
      return last === null ? [] : context.load.rejectRules(last.run)
    },
    lastError: async (feed, _, context) => (await watched(context, feed)).last?.error ?? null,
    openRejects: async (feed, _, context) => {
      const by = visibleSenderOf(context.viewer)
      if (by === null) return (await watched(context, feed)).openRejects
      return rejects.count(context.parts.db, { feeds: [feed.id], state: 'OPEN', by }, LIST_COUNTED_MOST)
    },
    unmatched: async (feed, _, context) => {
      const sight = regionBoundOf(context.viewer)
      if (sight === null) return (await watched(context, feed)).unmatched
      return unmatched.countOf(context.parts.db, { feeds: [feed.id], state: 'OPEN', sight }, LIST_COUNTED_MOST)
    },
    dutyWorkdays: ({ duty }) => duty?.workdays ?? null,
    timeliness: async (feed, _, context) => {
      const { late, timely } = await watched(context, feed)
      return { late, timely, share: lateShare({ late, timely }) }
    },
  } satisfies Record<string, FieldResolver<WatchedFeed>>,
}
