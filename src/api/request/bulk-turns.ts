/** Chunks of bulk answers take turns; a short request waits for one at most. */
import type { ServerResponse } from 'node:http'
import { AUDIT_ROW_CODES_MOST } from '../../domain/audit/audit-log.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'

/** Chunks looked up at once, and their rows (figures in api/README.md). */
const ALONE = { chunks: 4, rows: AUDIT_ROW_CODES_MOST }
const BESIDE_SHORT = { chunks: 1, rows: 250 }
/** Time in which another short request is expected. */
const SHORT_FOLLOWS_MS = 200

export type BulkTurns = ReturnType<typeof makeBulkTurns>

export const makeBulkTurns = (now = () => performance.now()) => {
  const waiting: (() => void)[] = []
  let short = 0
  let lastShortEnd = Number.NEGATIVE_INFINITY
  let running = 0
  const bounds = () => (short > 0 || now() - lastShortEnd < SHORT_FOLLOWS_MS ? BESIDE_SHORT : ALONE)
  const isFree = (): boolean => running < bounds().chunks
  return {
    rowsOfNextChunk: (): number => bounds().rows,
    /** A response queued behind another (pipelined) may never close. */
    noteShortRequest: (response: Pick<ServerResponse, 'socket' | 'once'>): void => {
      if (response.socket === null) return
      short += 1
      response.once('close', () => {
        short -= 1
        lastShortEnd = now()
      })
    },
    run: async <T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> => {
      while (!isFree()) await new Promise<void>((resolve) => waiting.push(resolve))
      running += 1
      try {
        signal.throwIfAborted()
        return await act()
      } finally {
        running -= 1
        for (const resume of waiting.splice(0)) resume()
      }
    },
  }
}

export const takeTurns = (pool: AnswerPool, turns: BulkTurns): AnswerPool => ({
  ...pool,
  atOneInstant: (signal, act) => turns.run(signal, () => pool.atOneInstant(signal, act)),
})
