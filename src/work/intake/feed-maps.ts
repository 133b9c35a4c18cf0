import type { AgencyFeed } from '../../agencies/feed.js'
import { type HeadingMap, isSameHeadingMap, type MapLine, parseHeadingMap } from '../../domain/intake/feed-maps.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { trimmedTextOrNull } from '../../foundation/text/values.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as feedMaps from '../../store/intake/feed-maps.js'

export interface FeedMapInput {
  feed: Pick<AgencyFeed, 'id' | 'forms'>
  lines: readonly MapLine[]
  by: string
  pseudonymOf: (id: string) => string
  now: Date
}

export const readMap = ({
  feed,
  lines,
  pseudonymOf,
}: Pick<FeedMapInput, 'feed' | 'lines' | 'pseudonymOf'>): HeadingMap => {
  const read = lines.map(({ heading, field, value }) => ({
    heading: trimmedTextOrNull(redactIdNumbers(heading, pseudonymOf)),
    field: trimmedTextOrNull(field),
    value: trimmedTextOrNull(redactIdNumbers(value, pseudonymOf)),
  }))
  const made = parseHeadingMap(
    read.filter(({ heading, field, value }) => heading !== null || field !== null || value !== null),
    feed.forms.map(({ names }) => names),
  )
  if ('fault' in made) throw new Refusal('FEED_MAP_INVALID', { feed: feed.id, reason: made.fault })
  return made.map
}

/** Refusal FEED_MAP_INVALID, also when a map of the same headings is in force. */
export const add = (db: Db, input: FeedMapInput): Promise<feedMaps.FeedMapRow> =>
  db.transaction((tx) => addWithin(tx, input))

export const addWithin = async (tx: Tx, { by, now, ...input }: FeedMapInput): Promise<feedMaps.FeedMapRow> => {
  const { id: feed } = input.feed
  const map = readMap(input)
  await feedMaps.lock(tx, feed)
  const same = (await feedMaps.inForce(tx, feed)).find((other) => isSameHeadingMap(other, map))
  if (same) {
    const reason = `映射 ${same.id} 的表头相同且有效，须先停用 map ${same.id} has the same headings; end it first`
    throw new Refusal('FEED_MAP_INVALID', { feed, reason })
  }
  const whole = { feed, ...map, madeBy: by, madeAt: now }
  return { ...whole, id: await feedMaps.add(tx, whole), endedBy: null, endedAt: null }
}

/** Records read with the map stay. Refusal FEED_MAP_UNKNOWN. */
export const end = async (
  db: Db,
  { feed, id, by, now }: { feed: string; id: number; by: string; now: Date },
): Promise<feedMaps.FeedMapRow> => {
  const ended = await feedMaps.end(db, feed, id, by, now)
  if (ended === null) throw new Refusal('FEED_MAP_UNKNOWN', { feed, id })
  return ended
}
