/** Readers yield rows in chunks, because awaiting each of a million rows costs more than parsing it. */

/** Each chunk must be consumed before the next one is requested. */
export type Chunks<T> = AsyncIterable<Iterable<T>>

const known = new WeakMap<object, unknown>()

/** Returns single items; `chunksOf` gets the chunks back. The result can be read once. */
export const chunked = <T>(chunks: Chunks<T>): AsyncIterable<T> => {
  const items = singly(chunks)
  known.set(items, chunks)
  return items
}

async function* singly<T>(chunks: Chunks<T>): AsyncIterable<T> {
  for await (const chunk of chunks) for (const item of chunk) yield item
}

/** A stream without chunks becomes chunks of one item. */
export const chunksOf = <T>(items: AsyncIterable<T>): Chunks<T> =>
  (known.get(items) as Chunks<T> | undefined) ?? ones(items)

async function* ones<T>(items: AsyncIterable<T>): Chunks<T> {
  for await (const item of items) yield [item]
}
