import type { AgencyFeed, WatchedFeed } from '../../agencies/feed.js'
import type { MapLine } from '../../domain/intake/feed-maps.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/intake/feed-maps.js'
import type { RunRow } from '../../store/timetable/runs.js'
import { samplesOfFeed } from '../../work/intake/feed-columns.js'
import * as work from '../../work/intake/feed-maps.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const mapView = ({ id, headings, values, ...map }: store.FeedMapRow) => ({
  ...map,
  number: id,
  lines: [
    ...Object.entries(headings).map(([heading, field]): MapLine => ({ heading, field, value: null })),
    ...Object.entries(values).map(([field, value]): MapLine => ({ heading: null, field, value })),
  ],
})

const feedIn = ({ parts }: GraphqlContext, id: string): AgencyFeed => {
  const feeds = parts.agencies.flatMap(({ feeds }) => feeds)
  const feed = feeds.find((each) => each.id === id)
  if (feed === undefined) throw new Refusal('FEED_UNKNOWN', { feed: id, known: feeds.map(({ id }) => id).join(' ') })
  return feed
}

const feedMaps = async (_: unknown, args: { feed: string }, context: GraphqlContext) => {
  const { id } = feedIn(context, refuseUnstorableText(args).feed)
  return (await store.listOfFeed(context.parts.db, id)).map(mapView)
}

const feedSamples = (_: unknown, args: { feed: string }, context: GraphqlContext) => {
  const { feed } = refuseUnstorableText(args)
  if (context.parts.agencies.some(({ sends, feeds }) => sends.includes(feed) && !feeds.some(({ id }) => id === feed)))
    return []
  return samplesOfFeed(feedIn(context, feed)).map((columns) => ({ columns }))
}

const addFeedMap = async (_: unknown, args: { feed: string; lines: Partial<MapLine>[] }, context: GraphqlContext) => {
  const { parts, viewer, now } = context
  const fields = refuseUnstorableText(args)
  const lines = fields.lines.map(({ heading = null, field = null, value = null }) => ({ heading, field, value }))
  const of = {
    feed: feedIn(context, fields.feed),
    lines,
    by: viewer.sub ?? '',
    pseudonymOf: parts.keys.pseudonymOf,
    now,
  }
  return mapView(await work.add(parts.db, of))
}

const endFeedMap = async (_: unknown, args: { feed: string; map: number }, context: GraphqlContext) => {
  const { parts, viewer, now } = context
  const { feed, map } = refuseUnstorableText(args)
  const of = { feed: feedIn(context, feed).id, id: map, by: viewer.sub ?? '', now }
  return mapView(await work.end(parts.db, of))
}

export const feedMapResolvers = {
  Query: { feedMaps, feedSamples },
  Mutation: { addFeedMap, endFeedMap },
  Run: {
    maps: async ({ maps }: RunRow, _: unknown, { parts }: GraphqlContext) =>
      (await store.byIds(parts.db, maps)).map(mapView),
  },
  Feed: { forms: ({ forms }: WatchedFeed) => forms.map(({ names }) => ({ fields: names })) },
}
