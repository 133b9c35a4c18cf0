import type { AgencyFeed } from '../../agencies/feed.js'
import { isSameHeadingMap, type MapLine, parseHeadingMap } from '../../domain/intake/feed-maps.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { trimmedTextOrNull } from '../../foundation/text/values.js'
import type { Db } from '../../store/db/db.js'
import * as feedMaps from '../../store/intake/feed-maps.js'

export interface FeedMapInput {
  feed: Pick<AgencyFeed, 'id' | 'forms'>
  lines: readonly MapLine[]
  by: string
  mark: (id: string) => string
  now: Date
}

/** Refusal FEED_MAP_INVALID, also when a map of the same headings is in force. */
export const add = async (db: Db, { feed, lines, by, mark, now }: FeedMapInput): Promise<feedMaps.FeedMapRow> => {
  const read = lines.map(({ heading, field, value }) => ({
    heading: trimmedTextOrNull(redactIdNumbers(heading, mark)),
    field: trimmedTextOrNull(field),
    value: trimmedTextOrNull(redactIdNumbers(value, mark)),
  }))
  const made = parseHeadingMap(
    read.filter(({ heading, field, value }) => heading !== null || field !== null || value !== null),
    feed.forms.map(({ names }) => names),
  )
  if ('fault' in made) throw new Refusal('FEED_MAP_INVALID', { feed: feed.id, reason: made.fault })
  return db.transaction(async (tx) => {
    await feedMaps.lock(tx, feed.id)
    const same = (await feedMaps.inForce(tx, feed.id)).find((other) => isSameHeadingMap(other, made.map))
    if (same) {
      const reason = `映射 ${same.id} 的表头相同且有效，须先停用 map ${same.id} has the same headings; end it first`
      throw new Refusal('FEED_MAP_INVALID', { feed: feed.id, reason })
    }
    const whole = { feed: feed.id, ...made.map, madeBy: by, madeAt: now }
    return { ...whole, id: await feedMaps.add(tx, whole), endedBy: null, endedAt: null }
  })
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
