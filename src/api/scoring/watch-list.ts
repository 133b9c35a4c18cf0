/** Only authorities see the watch list: a hint, never the basis of a decision. */
import { regionBoundOf } from '../../domain/access/viewer.js'
import * as store from '../../store/scoring/watch-entries.js'
import { connectionById, type OrderedPageArgs } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'
import { readOperatorWords } from '../request/operator-words.js'

const entryView = (context: GraphqlContext, entry: store.WatchEntry) => ({
  ...entry,
  operator: () => operatorById(context, entry.operatorId),
})

interface WatchListArgs extends OrderedPageArgs {
  filter?: { region?: string | null; name?: string | null } | null
}

const watchList = async (_: unknown, args: WatchListArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const filter = { ...readOperatorWords(args.filter ?? {}), sight: regionBoundOf(context.viewer) }
  return connectionById(
    args,
    (page) => store.list(db, filter, { ...page, order: args.order ?? 'NEWEST' }),
    (each) => entryView(context, each),
    (most) => store.count(db, filter, most),
  )
}

const watchOf = async ({ operator, when }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
  const entry = await context.load.watchEntry({ operator: operator.id, when })
  return entry && entryView(context, entry)
}

export const watchListResolvers = { Query: { watchList }, Operator: { watch: watchOf } }
