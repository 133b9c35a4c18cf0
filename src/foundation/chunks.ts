/** Rows come in chunks, because awaiting each of a million costs more than parsing it. */

/** Each chunk must be consumed before the next one is requested. */
export type ItemChunks<T> = AsyncIterable<Iterable<T>>

const known = new WeakMap<object, unknown>()

/** The stream is readable once; `chunksOfItems` recovers its chunks. */
export const asItems = <T>(chunks: ItemChunks<T>): AsyncIterable<T> => {
  const items = singly(chunks)
  known.set(items, chunks)
  return items
}

async function* singly<T>(chunks: ItemChunks<T>): AsyncIterable<T> {
  for await (const chunk of chunks) for (const item of chunk) yield item
}

export const chunksOfItems = <T>(items: AsyncIterable<T>): ItemChunks<T> =>
  (known.get(items) as ItemChunks<T> | undefined) ?? ones(items)

async function* ones<T>(items: AsyncIterable<T>): ItemChunks<T> {
  for await (const item of items) yield [item]
}
