/**
 * What is long and leaves in steps may take its time on a slow line, but not for ever: a reader that takes nothing any more is
 * let go, and so is one that still reads when what it is sent is no longer good. The time that the hub itself takes for the next
 * step is never held against a reader.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** A reader that takes nothing for so long has gone, milliseconds. */
const STALLED_MS = 30_000
/** The longest that any answer takes, milliseconds: the whole list at the pace of a poor line. */
const SENDING_MOST_MS = 3_600_000

export interface Bounds {
  /** For how long what is sent is good, milliseconds. */
  goodMs: number
  /** 30 s when absent. */
  stalledMs?: number | undefined
}

/** A reader left before the end. */
export class ReaderLeft extends Error {
  override readonly name = 'ReaderLeft'
}

/** Sends the parts to their end. Throws ReaderLeft, or what the parts throw; then the response is destroyed, so that its reader sees that the end is missing. */
export const bounded = async (
  response: ServerResponse,
  { goodMs, stalledMs = STALLED_MS }: Bounds,
  parts: AsyncIterable<Buffer>,
): Promise<void> => {
  const end = (): void => void response.destroy()
  response.on('timeout', end)
  const over = setTimeout(end, Math.min(goodMs, SENDING_MOST_MS))
  over.unref()
  try {
    for await (const part of parts) {
      if (response.destroyed) throw new ReaderLeft()
      if (!response.write(part)) await taken(response, 'drain', stalledMs)
    }
    if (response.destroyed) throw new ReaderLeft()
    response.end()
    if (!response.writableFinished) await taken(response, 'finish', stalledMs)
  } catch (error) {
    response.destroy()
    throw error
  } finally {
    clearTimeout(over)
    response.off('timeout', end)
  }
}

/** Here alone the reader is waited for, and the socket watched for progress. */
const taken = async (response: ServerResponse, event: 'drain' | 'finish', stalledMs: number): Promise<void> => {
  const left = new AbortController()
  const leave = () => left.abort()
  response.once('close', leave)
  response.setTimeout(stalledMs)
  try {
    if (response.destroyed) throw new ReaderLeft()
    await once(response, event, { signal: left.signal })
  } catch {
    throw new ReaderLeft()
  } finally {
    response.off('close', leave)
    if (!response.destroyed) response.setTimeout(0)
  }
}
