import { regionBoundOf } from '../../domain/access/viewer.js'
import { compareTimeliness, type MonthlyTimeliness } from '../../domain/delivery/timeliness.js'
import {
  type DueDelivery,
  listDueDeliveries,
  PUBLICITY_SYSTEM,
  reportMonthlyTimeliness,
} from '../../work/delivery/timeliness.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import {
  makeDueCursor,
  makeGlobalId,
  makeTimelinessCursor,
  readDueInCursor,
  readTimelinessInCursor,
} from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'

const nameOf = ({ parts }: GraphqlContext, id: string) =>
  [PUBLICITY_SYSTEM, ...parts.platforms].find((platform) => platform.id === id)?.name ?? { zh: id, en: id }

const figureView = (context: GraphqlContext, figure: MonthlyTimeliness) => {
  return { ...figure, platformName: nameOf(context, figure.platform) }
}

const timeliness = async (_: unknown, args: PageArgs & { month: string }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const all = await reportMonthlyTimeliness(db, rules, args.month, context.today)
  const after = readTimelinessInCursor(args.after)
  const rest = after === null ? all : all.filter((figure) => compareTimeliness(figure, after) > 0)
  return makeConnection(
    rest.slice(0, readPageSize(args) + 1).map((figure) => figureView(context, figure)),
    args,
    (figure) => makeTimelinessCursor(figure),
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
    delivery: makeGlobalId('Delivery', due.delivery),
    listing: due.kind === 'listing' ? makeGlobalId('Listing', due.subjectId) : null,
    countedFrom: due.from,
    limit: { workdays, basis, confirmed },
  }
}

interface DueDeliveriesArgs extends PageArgs {
  lateOnly?: boolean | null
  platform?: string | null
  filter?: { region?: string | null; name?: string | null } | null
}

const dueDeliveries = async (_: unknown, args: DueDeliveriesArgs, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const { lateOnly, platform, filter } = refuseUnstorableText(args)
  const list = await listDueDeliveries(db, rules, {
    lateOnly: lateOnly ?? false,
    platform: platform ?? null,
    ...readOperatorWords(filter ?? {}),
    sight: regionBoundOf(context.viewer),
    today: context.today,
  })
  const due = await list.page({ first: readPageSize(args) + 1, after: readDueInCursor(args.after) })
  return makeConnection(
    due.map((due) => dueView(context, due)),
    args,
    ({ countedFrom, id }) => makeDueCursor({ dueOn: countedFrom, id }),
    list.count,
  )
}

export const timelinessResolvers = { Query: { timeliness, dueDeliveries } }
