/** What the hub itself is doing: agencies, platforms, runs; and who asks. */
import type { Agency, Feed } from '../../agencies/feed.js'
import { isStale } from '../../domain/bounds.js'
import { KINDS_SEEN, may } from '../../domain/viewer.js'
import * as deliveries from '../../store/deliveries.js'
import * as runs from '../../store/runs.js'
import { connection, firstOf, type PageArgs } from '../connection.js'
import type { Context } from '../context.js'
import { cursorOf, globalId, numberAfter } from '../ids.js'
import { allow, signedIn } from '../viewer.js'

const runView = (run: runs.Run) => ({
  __typename: 'Run' as const,
  ...run,
  key: run.id,
  id: globalId('Run', run.id),
  subject: run.subject || null,
})

const runPage = async (_: unknown, args: PageArgs, context: Context) => {
  allow(context.viewer, 'see_operations')
  const found = await runs.list(context.parts.db, { first: firstOf(args) + 1, before: numberAfter(args.after) })
  return connection(found.map(runView), args, (run) => cursorOf(run.key))
}

export const runById = async (context: Context, id: number) => {
  const run = may(context.viewer, 'see_operations') ? await runs.byId(context.parts.db, id) : null
  return run && runView(run)
}

const platforms = async (_: unknown, __: unknown, context: Context) => {
  allow(context.viewer, 'see_operations')
  const { db, configured } = context.parts
  const backlog = new Map((await deliveries.backlog(db)).map((row) => [row.platform, row]))
  return context.parts.platforms.map(({ id, name }) => ({
    ...(backlog.get(id) ?? { outstanding: 0, refused: 0, confirmed: 0, lastConfirmedAt: null }),
    id,
    name,
    configured: configured.platforms.has(id),
  }))
}

export const operations = {
  Query: {
    runs: runPage,
    platforms,
    agencies: (_: unknown, __: unknown, context: Context) => {
      allow(context.viewer, 'see_operations')
      return context.parts.agencies
    },
    viewer: (_: unknown, __: unknown, { viewer }: Context) => {
      signedIn(viewer)
      return { ...viewer, kinds: KINDS_SEEN[viewer.role], mayMove: may(viewer, 'move_listing') }
    },
  },
  Agency: {
    configured: ({ id }: Agency, _: unknown, { parts }: Context) => parts.configured.agencies.has(id),
  },
  Feed: {
    configured: ({ agency }: Feed, _: unknown, { parts }: Context) => parts.configured.agencies.has(agency),
    staleAfterHours: ({ bounds }: Feed) => bounds.staleAfterHours,
    lastGoodPullAt: async ({ id }: Feed, _: unknown, context: Context) =>
      (await context.load.pulls()).get(id)?.at ?? null,
    stale: async ({ id, bounds }: Feed, _: unknown, context: Context) =>
      isStale(bounds, (await context.load.pulls()).get(id)?.at ?? null, context.now),
  },
}
