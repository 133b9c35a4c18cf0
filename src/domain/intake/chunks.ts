/** Awaiting each of a million rows costs more than parsing it, so a reader yields the rows at hand together. */
import type { Item } from '../records/records.js'

/** Each chunk must be consumed before the next one is requested. */
export type ItemChunks = AsyncIterable<Iterable<Item>>

const known = new WeakMap<AsyncIterable<Item>, ItemChunks>()

/** The items are read once, either singly or through `chunksOf`. */
export const chunked = (stretches: ItemChunks): AsyncIterable<Item> => {
  const items = singly(stretches)
  known.set(items, stretches)
  return items
}

async function* singly(stretches: ItemChunks): AsyncIterable<Item> {
  for await (const stretch of stretches) for (const item of stretch) yield item
}

/** A stream without chunks becomes chunks of one item. */
export const chunksOf = (items: AsyncIterable<Item>): ItemChunks => known.get(items) ?? ones(items)

async function* ones(items: AsyncIterable<Item>): ItemChunks {
  for await (const item of items) yield [item]
}
