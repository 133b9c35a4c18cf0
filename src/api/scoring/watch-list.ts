/** Only authorities see the watch list: no decision may rest on it. */
import { regionBoundOf } from '../../domain/access/viewer.js'
import * as store from '../../store/scoring/watch-entries.js'
import { makeConnection, type PageArgs, pageSizeOf } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { cursorOf, numberInCursor } from '../request/ids.js'
import { type OperatorView, operatorById } from '../request/operator-view.js'

const entryView = (context: GraphqlContext, entry: store.WatchEntry) => {
  return { ...entry, key: entry.id, operator: () => operatorById(context, entry.operatorId) }
}

const watchList = async (_: unknown, args: PageArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const sight = regionBoundOf(context.viewer)
  const entries = await store.list(db, { first: pageSizeOf(args) + 1, after: numberInCursor(args.after), sight })
  return makeConnection(
    entries.map((each) => entryView(context, each)),
    args,
    ({ key }) => cursorOf(key),
    () => store.count(db, sight),
  )
}

const watchOf = async ({ operator, when }: OperatorView, _: unknown, context: GraphqlContext) => {
  const entry = await context.load.watchEntry({ operator: operator.id, when })
  return entry && entryView(context, entry)
}

export const watchListResolvers = { Query: { watchList }, Operator: { watch: watchOf } }
