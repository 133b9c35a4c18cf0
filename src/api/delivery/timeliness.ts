import { regionBoundOf } from '../../domain/access/viewer.js'
import { compareTimeliness, type MonthlyTimeliness } from '../../domain/delivery/timeliness.js'
import {
  type DueDelivery,
  dueDeliveries as dueList,
  monthlyReport,
  PUBLICITY_SYSTEM,
} from '../../work/delivery/timeliness.js'
import { connection, firstOf, type PageArgs } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { dueAfter, dueCursor, globalId, timelinessAfter, timelinessCursor } from '../request/ids.js'
import { withoutNul } from '../request/limits.js'

const nameOf = ({ parts }: GraphqlContext, id: string) =>
  [PUBLICITY_SYSTEM, ...parts.platforms].find((platform) => platform.id === id)?.name ?? { zh: id, en: id }

const figureView = (context: GraphqlContext, figure: MonthlyTimeliness) => {
  return { ...figure, platformName: nameOf(context, figure.platform) }
}

const timeliness = async (_: unknown, args: PageArgs & { month: string }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const all = await monthlyReport(db, rules, args.month, context.today)
  const after = timelinessAfter(args.after)
  const rest = after === null ? all : all.filter((figure) => compareTimeliness(figure, after) > 0)
  return connection(
    rest.slice(0, firstOf(args) + 1).map((figure) => figureView(context, figure)),
    args,
    (figure) => timelinessCursor(figure),
    () => all.length,
  )
}

const dueView = (context: GraphqlContext, due: DueDelivery) => {
  const { basis, confirmed, workdays } = due.limit
  return {
    ...due,
    platformName: nameOf(context, due.platform),
    kind: due.kind.toUpperCase(),
    key: due.subjectId,
    delivery: globalId('Delivery', due.delivery),
    listing: due.kind === 'listing' ? globalId('Listing', due.subjectId) : null,
    countedFrom: due.from,
    limit: { workdays, basis, confirmed },
  }
}

const dueDeliveries = async (
  _: unknown,
  args: PageArgs & { lateOnly?: boolean | null; platform?: string | null },
  context: GraphqlContext,
) => {
  const { db, rules } = context.parts
  const { lateOnly, platform } = withoutNul(args)
  const list = await dueList(db, rules, {
    lateOnly: lateOnly ?? false,
    platform: platform ?? null,
    sight: regionBoundOf(context.viewer),
    today: context.today,
  })
  const due = await list.page({ first: firstOf(args) + 1, after: dueAfter(args.after) })
  return connection(
    due.map((due) => dueView(context, due)),
    args,
    ({ countedFrom, id }) => dueCursor({ dueOn: countedFrom, id }),
    list.count,
  )
}

export const timelinessOf = { Query: { timeliness, dueDeliveries } }
