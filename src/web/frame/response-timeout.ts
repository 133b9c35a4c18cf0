/** Aborts a response when the client stalls or the data expires, not for the hub's own delays. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

const STALLED_MS = 30_000
/** Enough for the whole list over a slow line. */
const SENDING_MOST_MS = 3_600_000

export interface TimeoutBounds {
  goodMs: number
  /** How long (ms) the client may read nothing; by default 30,000. */
  stalledMs?: number | undefined
}

export class ReaderLeftError extends Error {
  override readonly name = 'ReaderLeft'
}

/** Throws ReaderLeftError when the client stalls or leaves; the client then sees a truncated body. */
export const sendWithTimeouts = async (
  response: ServerResponse,
  { goodMs, stalledMs = STALLED_MS }: TimeoutBounds,
  parts: AsyncIterable<Buffer>,
): Promise<void> => {
  const end = (): void => void response.destroy()
  response.on('timeout', end)
  const over = setTimeout(end, Math.min(goodMs, SENDING_MOST_MS))
  over.unref()
  try {
    for await (const part of parts) {
      if (response.destroyed) throw new ReaderLeftError()
      if (!response.write(part)) await waitForClient(response, 'drain', stalledMs)
    }
    if (response.destroyed) throw new ReaderLeftError()
    response.end()
    if (!response.writableFinished) await waitForClient(response, 'finish', stalledMs)
  } catch (error) {
    response.destroy()
    throw error
  } finally {
    clearTimeout(over)
    response.off('timeout', end)
  }
}

const waitForClient = async (response: ServerResponse, event: 'drain' | 'finish', stalledMs: number): Promise<void> => {
  const left = new AbortController()
  const leave = () => left.abort()
  response.once('close', leave)
  response.setTimeout(stalledMs)
  try {
    if (response.destroyed) throw new ReaderLeftError()
    await once(response, event, { signal: left.signal })
  } catch {
    throw new ReaderLeftError()
  } finally {
    response.off('close', leave)
    if (!response.destroyed) response.setTimeout(0)
  }
}
