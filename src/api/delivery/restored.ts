import * as store from '../../store/db/restored.js'
import * as work from '../../work/delivery/restored.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const view = async ({ parts }: GraphqlContext, restored: store.RestoredDatabase) => {
  return {
    ...restored,
    deliveries: { noted: restored.notedDelivery, had: restored.hadDelivery },
    sequence: { noted: restored.notedSequence, had: restored.hadSequence },
    compared: await work.listComparisonsSince(parts.db, restored, parts.office.configured().platforms),
  }
}

const byPerson = (args: { reason: string }, { viewer, parts, now, log }: GraphqlContext) => ({
  ...refuseUnstorableText(args),
  by: viewer.sub ?? '',
  mark: parts.rules.mark,
  platforms: parts.platforms.map(({ id }) => id),
  configured: parts.office.configured().platforms,
  now,
  log,
})

export const restoredDatabaseResolvers = {
  Query: {
    databaseRestored: async (_: unknown, __: unknown, context: GraphqlContext) => {
      const open = await store.currentRestore(context.parts.db)
      return open && view(context, open)
    },
    databaseRestorations: async (_: unknown, __: unknown, context: GraphqlContext) => {
      const all = await store.listRestores(context.parts.db)
      return all.map((one) => view(context, one))
    },
  },
  Mutation: {
    declareRestored: async (_: unknown, args: { reason: string }, context: GraphqlContext) => {
      return view(context, await work.declareRestored(context.parts.db, byPerson(args, context)))
    },
    releaseRestored: async (_: unknown, args: { reason: string }, context: GraphqlContext) => {
      const released = await work.releaseRestored(context.parts.db, byPerson(args, context))
      // Only this row explains why the restored audit log lacks rows.
      await writeAuditRow(context.parts, context, context.viewer, { kind: 'RELEASED', asked: 'releaseRestored' })
      return view(context, released)
    },
  },
}
