import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type BadRow, CODE_ROWS_MOST, type CodeRow, parseCodeRow } from '../../../domain/operators/code-rows.js'
import { Refusal } from '../../../foundation/errors.js'
import type { RowReader } from '../../../work/standing/row-readers.js'

const UNDER_WAY_MOST = 4
/** Rows already read are answered when the body pauses this long. */
const PATIENCE_MS = 10
/** Rows of the first chunk, which runs alone, so its answers leave at once. */
const FIRST_ROWS = 50
const READ_MS = 60_000

export type BulkRow = CodeRow | BadRow

/** Throws TOO_MANY_ROWS after yielding the rows within the limit. */
export async function* chunkRows(
  pieces: AsyncIterable<string>,
  reader: RowReader,
  marketplace: string | null,
  rowsOfNextChunk: () => number,
): AsyncGenerator<BulkRow[]> {
  const from = pieces[Symbol.asyncIterator]()
  let rows: BulkRow[] = []
  let [number, most] = [0, FIRST_ROWS]
  const taken = (): BulkRow[] => {
    const chunk = rows
    rows = []
    most = rowsOfNextChunk()
    return chunk
  }
  try {
    let next = from.next()
    next.catch(() => undefined)
    for (;;) {
      const come = rows.length > 0 ? await orTimeout(next) : await next
      if (come === null) {
        yield taken()
        continue
      }
      const read = come.done ? reader.end() : reader.read(come.value)
      const iterator = read[Symbol.iterator]()
      for (;;) {
        const one = attempt(() => iterator.next())
        if ('fault' in one) {
          if (rows.length > 0) yield taken()
          throw one.fault
        }
        if (one.value.done) break
        if (number === CODE_ROWS_MOST) {
          if (rows.length > 0) yield taken()
          throw new Refusal('TOO_MANY_ROWS', { limit: CODE_ROWS_MOST })
        }
        number += 1
        rows.push(parseCodeRow(number, one.value.value, marketplace))
        if (rows.length >= most) yield taken()
      }
      if (come.done) break
      next = from.next()
      next.catch(() => undefined)
    }
    if (rows.length > 0) yield taken()
  } catch (error) {
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

const orTimeout = async <T>(next: Promise<T>): Promise<T | null> => {
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

export async function* answerInOrder<C, A>(
  chunks: AsyncIterable<C>,
  answer: (chunk: C) => Promise<A>,
): AsyncGenerator<A> {
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
        const come = await (first === undefined ? settle(next) : Promise.race([settle(next), first.then(READY, READY)]))
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
    // `return` is not awaited: the source may be waiting for a client that sends nothing.
    Promise.resolve(from.return?.(undefined)).catch(() => undefined)
  }
}
const READY = () => null

const settle = <T>(next: Promise<T>): Promise<{ value: T } | { fault: unknown }> =>
  next.then(
    (value) => ({ value }),
    (fault: unknown) => ({ fault }),
  )

export const writeAndDrain = async (response: ServerResponse, bytes: Buffer, signal: AbortSignal): Promise<void> => {
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
