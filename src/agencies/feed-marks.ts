import type { SourceItem } from '../domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../foundation/chunks.js'
import { noMarkColumnRefusal } from './readers/near.js'
import type { WantedForms } from './readers/shapes.js'

const LOOKED_AT = 20 // items searched for a field of the feed

/** Throws CONTENT_UNKNOWN unless an early item has a field of `marks`. */
export const requireMarks = (
  items: AsyncIterable<SourceItem>,
  marks: readonly string[],
  wanted: WantedForms,
): AsyncIterable<SourceItem> => asItems(itemsAfterMark(items, marks, wanted))

async function* itemsAfterMark(
  items: AsyncIterable<SourceItem>,
  marks: readonly string[],
  wanted: WantedForms,
): ItemChunks<SourceItem> {
  let waiting: SourceItem[] | null = []
  for await (const chunk of chunksOfItems(items)) {
    if (waiting === null) {
      yield chunk
      continue
    }
    const rest = chunk[Symbol.iterator]()
    for (let next = rest.next(); !next.done; next = rest.next()) {
      waiting.push(next.value)
      if (marks.some((mark) => Object.hasOwn(next.value.fields, mark))) {
        yield waiting
        waiting = null
        break
      }
      if (waiting.length >= LOOKED_AT) throw withoutMark(waiting, marks, wanted)
    }
    if (waiting === null) yield { [Symbol.iterator]: () => rest }
  }
  if (waiting !== null && waiting.length > 0) throw withoutMark(waiting, marks, wanted)
}

const withoutMark = (items: readonly SourceItem[], marks: readonly string[], wanted: WantedForms) => {
  const rows = items.map(({ fields }) => Object.keys(fields))
  return noMarkColumnRefusal(wanted, rows, marks)
}
