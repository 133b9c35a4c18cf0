import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/db/restored.js'
import * as work from '../../work/delivery/restored.js'
import { findReleaseProposal, proposeRelease } from '../../work/office/restored-release.js'
import { decideAsViewer, proposalView } from '../office/proposals.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const view = async (context: GraphqlContext, restored: store.RestoredDatabase) => {
  const { parts } = context
  const waiting = restored.releasedAt === null ? await findReleaseProposal(parts.db, restored.id) : null
  return {
    ...restored,
    ...reachesOf(restored),
    earlier: restored.earlier.map((one) => ({ ...one, foundAt: new Date(one.foundAt), ...reachesOf(one) })),
    waiting: waiting && proposalView(context, waiting),
    compared: await work.listComparisonsSince(parts.db, restored, parts.office.configured().platforms),
  }
}

const reachesOf = (of: Omit<store.RestoreFinding, 'foundAt'>) => ({
  deliveries: { noted: of.notedDelivery, had: of.hadDelivery },
  sequence: { noted: of.notedSequence, had: of.hadSequence },
})

const byPerson = (args: { reason: string }, { viewer, parts, now, log }: GraphqlContext) => ({
  ...refuseUnstorableText(args),
  by: viewer.sub ?? '',
  pseudonymOf: parts.rules.pseudonymOf,
  platforms: parts.platforms.map(({ id }) => id),
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
      const { parts } = context
      const given = byPerson(args, context)
      const open = await store.currentRestore(parts.db)
      const waiting = open && (await findReleaseProposal(parts.db, open.id))
      if (waiting === null) await proposeRelease(parts.db, parts, given)
      else await decideAsViewer(context, { id: waiting.id, verdict: 'CONFIRM', note: given.reason })
      const [newest] = await store.listRestores(parts.db)
      if (newest === undefined) throw new Refusal('NOT_RESTORED')
      return view(context, newest)
    },
  },
}
