/**
 * What is long and leaves in steps may take its time on a slow line, but not for ever: a reader that takes nothing any more is
 * let go, and so is one that still reads when what it is sent is no longer good.
 */
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

/** Until `send` has come to its end. */
export const bounded = async (
  response: ServerResponse,
  { goodMs, stalledMs = STALLED_MS }: Bounds,
  send: () => Promise<void>,
): Promise<void> => {
  const end = (): void => void response.destroy()
  response.setTimeout(stalledMs, end)
  const over = setTimeout(end, Math.min(goodMs, SENDING_MOST_MS))
  over.unref()
  try {
    await send()
  } finally {
    clearTimeout(over)
  }
}
