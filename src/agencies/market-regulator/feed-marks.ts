/** Refuses a delivery that has none of the fields particular to its feed; similar feeds share all others. */

import type { SourceItem } from '../../domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../../foundation/chunks.js'
import type { Refusal } from '../../foundation/errors.js'
import type { AgencyFeed } from '../feed.js'
import { noMarkColumnRefusal } from '../readers/near.js'

const LOOKED_AT = 20 // items searched for a field of the feed

export const requireMarks = (feed: AgencyFeed, marks: readonly string[]): AgencyFeed => ({
  ...feed,
  open: async (source, opening) => {
    const delivery = await feed.open(source, opening)
    return { ...delivery, items: asItems(itemsAfterMark(delivery.items, marks, feed)) }
  },
  read: (path, options) => asItems(itemsAfterMark(feed.read(path, options), marks, feed)),
})

async function* itemsAfterMark(
  items: AsyncIterable<SourceItem>,
  marks: readonly string[],
  feed: AgencyFeed,
): ItemChunks<SourceItem> {
  let waiting: SourceItem[] | null = []
  for await (const stretch of chunksOfItems(items)) {
    if (waiting === null) {
      yield stretch
      continue
    }
    const rest = stretch[Symbol.iterator]()
    for (let next = rest.next(); !next.done; next = rest.next()) {
      waiting.push(next.value)
      if (marks.some((mark) => Object.hasOwn(next.value.fields, mark))) {
        yield waiting
        waiting = null
        break
      }
      if (waiting.length >= LOOKED_AT) throw unknown(feed, marks, waiting)
    }
    if (waiting === null) yield { [Symbol.iterator]: () => rest }
  }
  if (waiting !== null && waiting.length > 0) throw unknown(feed, marks, waiting)
}

const unknown = (feed: AgencyFeed, marks: readonly string[], items: readonly SourceItem[]): Refusal =>
  noMarkColumnRefusal(
    { feed: feed.id, shapes: feed.forms },
    items.map(({ fields }) => Object.keys(fields)),
    marks,
  )
