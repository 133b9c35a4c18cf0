/**
 * Items in stretches. To wait for each of a million rows costs more than to take it apart: a reader that has many rows at
 * hand gives them at once, and whoever wants them singly gets them singly.
 */
import type { Item } from '../records/records.js'

/** Each stretch is gone through, item by item, before the next is asked for. */
export type Stretches = AsyncIterable<Iterable<Item>>

/** By the items that are made of them. */
const known = new WeakMap<AsyncIterable<Item>, Stretches>()

/** The items of these stretches. Read once, either singly or by `stretchesOf`. */
export const stretched = (stretches: Stretches): AsyncIterable<Item> => {
  const items = singly(stretches)
  known.set(items, stretches)
  return items
}

async function* singly(stretches: Stretches): AsyncIterable<Item> {
  for await (const stretch of stretches) for (const item of stretch) yield item
}

/** Items that come one by one are stretches of one. */
export const stretchesOf = (items: AsyncIterable<Item>): Stretches => known.get(items) ?? ones(items)

async function* ones(items: AsyncIterable<Item>): Stretches {
  for await (const item of items) yield [item]
}
