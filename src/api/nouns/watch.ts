/** The internal watch list: for authorities alone, since nothing may rest on it. */
import { may } from '../../domain/viewer.js'
import * as store from '../../store/watch-entries.js'
import { connection, firstOf, type PageArgs } from '../connection.js'
import type { Context } from '../context.js'
import { cursorOf, numberAfter } from '../ids.js'
import { allow } from '../viewer.js'
import { type OperatorView, operatorById } from './operator.js'

const entryView = (context: Context, entry: store.WatchEntry) => {
  return { ...entry, key: entry.id, operator: () => operatorById(context, entry.operatorId) }
}

const watchList = async (_: unknown, args: PageArgs, context: Context) => {
  allow(context.viewer, 'see_watch_list')
  const { db } = context.parts
  const found = await store.list(db, { first: firstOf(args) + 1, after: numberAfter(args.after) })
  return connection(
    found.map((each) => entryView(context, each)),
    args,
    ({ key }) => cursorOf(key),
    () => store.count(db),
  )
}

const watchOf = async ({ operator, when }: OperatorView, _: unknown, context: Context) => {
  if (!may(context.viewer, 'see_watch_list')) return null
  const entry = await context.load.watchEntry({ operator: operator.id, when })
  return entry && entryView(context, entry)
}

export const watch = { Query: { watchList }, Operator: { watch: watchOf } }
