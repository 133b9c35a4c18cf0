import type { ServerResponse } from 'node:http'

const STALLED_MS = 60_000
const UNREAD_BYTES_MOST = 256 * 1024 * 1024

/** Disconnects a client that takes nothing of its answer for `stalledMs`, and the slowest of all beyond `most` bytes. */
export const makeUnreadAnswers = (stalledMs = STALLED_MS, most = UNREAD_BYTES_MOST) => {
  const unread = new Map<ServerResponse, number>()
  let held = 0
  const forget = (response: ServerResponse): void => {
    held -= unread.get(response) ?? 0
    unread.delete(response)
  }
  return {
    /** Call after `response.end`. */
    add: (response: ServerResponse): void => {
      const bytes = response.writableLength
      if (bytes === 0 || response.closed || unread.has(response)) return
      response.setTimeout(stalledMs)
      response.once('close', () => forget(response))
      unread.set(response, bytes)
      held += bytes
      for (const slowest of unread.keys()) {
        if (held <= most) return
        forget(slowest)
        // A pipelined response has no socket before its turn.
        slowest.req.socket.destroy()
      }
    },
  }
}
