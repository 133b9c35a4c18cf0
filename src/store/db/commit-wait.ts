/**
 * While a synchronous primary has no standby left, commits wait beyond any `statement_timeout`. After COMMIT_WAIT_MS
 * the write is refused (UNAVAILABLE) but neither cancelled nor terminated: others would see what a failover may lose.
 * It keeps its locks and is committed once a standby is back.
 */
import type { PoolClient } from 'pg'
import { LRUCache } from '../../foundation/lru.js'

export const COMMIT_WAIT_MS = 10_000
/** Most connections that go on waiting for a commit. A pool with as many refuses further writes at once. */
const KEPT_MOST = 3

const WRITES = /^\s*(?:with\b.*\b)?(?:insert\s+into|update|delete\s+from)\b|\bnextval\(/is
const STATEMENTS_MOST = 500
const known = new LRUCache<string, boolean>({ max: STATEMENTS_MOST })

/** Judges by key words. Functions and row locks that write pass for reads: requests make these in transactions, whose `commit` is bounded. */
export const isWrite = (sql: string): boolean => {
  const writes = known.get(sql) ?? WRITES.test(sql)
  known.set(sql, writes)
  return writes
}

export class CommitUnanswered extends Error {
  override readonly name = 'CommitUnanswered'
  /** `on`: the connection that waits on; null where nothing was sent. */
  constructor(
    readonly answer: Promise<unknown>,
    readonly on: object | null,
  ) {
    super('the commit is not answered')
  }
}

export const answerInTime = async <T>(answer: Promise<T>, ms: number, on: object | null = null): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommitUnanswered(answer, on)), ms)
  })
  answer.catch(() => undefined)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

export const makeUnansweredCommits = () => {
  const kept = new Map<PoolClient, (isLost: boolean) => void>()
  let server: string | null = null
  const close = (): void => {
    for (const end of kept.values()) end(true)
  }
  return {
    /** Another server will never answer them, though a dead machine does not end its connections. */
    noteServer: (started: string): void => {
      if (server !== null && server !== started) close()
      server = started
    },
    admitWrite: (): void => {
      if (kept.size >= KEPT_MOST) throw new CommitUnanswered(Promise.resolve(), null)
    },
    keep: (client: PoolClient, { answer }: CommitUnanswered): void => {
      if (kept.size >= KEPT_MOST) {
        client.release(true)
        return
      }
      const end = (isLost: boolean): void => {
        if (kept.delete(client)) client.release(isLost)
      }
      kept.set(client, end)
      answer.then(
        () => end(false),
        () => end(true),
      )
    },
    close,
  }
}
