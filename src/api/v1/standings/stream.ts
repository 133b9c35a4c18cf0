/** Rows come, answers go, in their order and in constant memory: a few chunks are under way at once, and no more are begun than are read. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { CHUNK_CODES_MOST } from '../../../domain/audit/audit-log.js'
import { type AskedRow, type BadRow, ROWS_MOST, rowIn } from '../../../domain/operators/code-rows.js'
import { Refusal } from '../../../foundation/errors.js'
import type { RowReader } from '../../../work/standing/row-readers.js'

/** Chunks of one question that are answered at the same time. */
const UNDER_WAY_MOST = 4
/** Rows that are there are answered when no more have come for so long, milliseconds. */
const PATIENCE_MS = 10
/** Rows of the first chunk, which is answered alone, so that the first answers leave at once. */
const FIRST_ROWS = 50
/** A reader that takes nothing for so long has stopped, milliseconds. */
const READ_MS = 60_000

export type Row = AskedRow | BadRow

/** Refusal TOO_MANY_ROWS, when those before have been given. */
export async function* chunksOf(
  pieces: AsyncIterable<string>,
  reader: RowReader,
  marketplace: string | null,
): AsyncGenerator<Row[]> {
  const from = pieces[Symbol.asyncIterator]()
  let rows: Row[] = []
  let [number, most] = [0, FIRST_ROWS]
  const taken = (): Row[] => {
    const chunk = rows
    rows = []
    most = CHUNK_CODES_MOST
    return chunk
  }
  try {
    let next = from.next()
    next.catch(() => undefined)
    for (;;) {
      const come = rows.length > 0 ? await orLate(next) : await next
      if (come === null) {
        yield taken()
        continue
      }
      const read = come.done ? reader.end() : reader.read(come.value)
      const found = read[Symbol.iterator]()
      for (;;) {
        // What cannot be read on does not keep what was read from being answered.
        const one = attempt(() => found.next())
        if ('fault' in one) {
          if (rows.length > 0) yield taken()
          throw one.fault
        }
        if (one.value.done) break
        if (number === ROWS_MOST) {
          if (rows.length > 0) yield taken()
          throw new Refusal('TOO_MANY_ROWS', { limit: ROWS_MOST })
        }
        number += 1
        rows.push(rowIn(number, one.value.value, marketplace))
        if (rows.length >= most) yield taken()
      }
      if (come.done) break
      next = from.next()
      next.catch(() => undefined)
    }
    if (rows.length > 0) yield taken()
  } catch (error) {
    // The body broke off: what came before is answered.
    if (rows.length > 0) yield taken()
    throw error
  } finally {
    await from.return?.()
  }
}

const attempt = <T>(act: () => T): { value: T } | { fault: unknown } => {
  try {
    return { value: act() }
  } catch (fault) {
    return { fault }
  }
}

/** Null: nothing came in time. */
const orLate = async <T>(next: Promise<T>): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS)
  })
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What `answer` makes of each, in their order; a fault of one comes when those before it have been given. */
export async function* inOrder<C, A>(chunks: AsyncIterable<C>, answer: (chunk: C) => Promise<A>): AsyncGenerator<A> {
  const from = chunks[Symbol.asyncIterator]()
  const underWay: Promise<A>[] = []
  let next: Promise<IteratorResult<C>> | null = null
  let isOver = false
  let most = 1
  try {
    while (!isOver || underWay.length > 0) {
      if (!isOver && underWay.length < most) {
        if (next === null) {
          next = from.next()
          next.catch(() => undefined)
        }
        const [first] = underWay
        const come = await (first === undefined ? asked(next) : Promise.race([asked(next), first.then(READY, READY)]))
        if (come !== null) {
          next = null
          if ('fault' in come) {
            isOver = true
            underWay.push(Promise.reject(come.fault))
          } else if (come.value.done) isOver = true
          else underWay.push(answer(come.value.value))
          underWay.at(-1)?.catch(() => undefined)
          continue
        }
      }
      const answered = (await underWay.shift()) as A
      most = UNDER_WAY_MOST
      yield answered
    }
  } finally {
    await Promise.allSettled(underWay)
    // Not waited for: it may be waiting itself for a body of which nothing more comes.
    Promise.resolve(from.return?.(undefined)).catch(() => undefined)
  }
}
const READY = () => null

const asked = <T>(next: Promise<T>): Promise<{ value: T } | { fault: unknown }> =>
  next.then(
    (value) => ({ value }),
    (fault: unknown) => ({ fault }),
  )

/** Returns when the reader has room for more. Whoever reads nothing for too long, or has gone, ends it. */
export const written = async (response: ServerResponse, bytes: Buffer, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted()
  if (response.write(bytes)) return
  const late = AbortSignal.timeout(READ_MS)
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, late]) })
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) response.destroy()
    throw error
  }
}
