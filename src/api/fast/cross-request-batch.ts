import type { Agency } from '../../agencies/feed.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import { isConnectionLost } from '../../store/db/db.js'
import { makeWait, repeatUntilServed } from '../../store/db/primary.js'
import type { BatchAnswer } from '../loaders/data-loader.js'
import { type Lookups, makeLookups } from '../loaders/lookups.js'

const UNDER_WAY_MOST = 2

const KEYS_MOST = 1_000

/** A second concurrent batch needs this many unanswered keys: fewer cost less than the statement itself. */
const KEYS_WORTH_SECOND_BATCH = 100

/** Longest time that a running batch holds back the next one. */
const PATIENCE_MS = 50

interface BatchBounds {
  most?: number
  worth?: number
  patienceMs?: number
}

/**
 * Merges calls of one event-loop turn into one `answer`, at most `most` at once. One caller's keys share a statement,
 * hence a snapshot.
 */
export const batchAcrossRequests = <K, V>(
  answer: (keys: K[]) => Promise<V[]>,
  { most = UNDER_WAY_MOST, worth = 0, patienceMs = PATIENCE_MS }: BatchBounds = {},
): BatchAnswer<K, V> => {
  interface Asker {
    keys: readonly K[]
    resolve: (values: V[]) => void
    reject: (reason: unknown) => void
  }
  const waiting: Asker[] = []
  let underWay = 0
  let unanswered = 0
  let sentAt = 0
  let isTimed = false
  let called = false

  const call = (): void => {
    if (called || underWay >= most || waiting.length === 0) return
    const left = sentAt + patienceMs - performance.now()
    if (underWay > 0 && unanswered < worth && left > 0) {
      if (!isTimed) setTimeout(callLate, left).unref()
      isTimed = true
      return
    }
    called = true
    setImmediate(() => {
      called = false
      void send(takeBatch(waiting))
      call()
    })
  }
  const callLate = (): void => {
    isTimed = false
    call()
  }
  const send = async (askers: readonly Asker[]): Promise<void> => {
    underWay += 1
    sentAt = performance.now()
    try {
      const values = await answer(askers.flatMap(({ keys }) => keys))
      let from = 0
      for (const { keys, resolve } of askers) {
        resolve(values.slice(from, from + keys.length))
        from += keys.length
      }
    } catch (error) {
      for (const { reject } of askers) reject(error)
    } finally {
      underWay -= 1
      for (const { keys } of askers) unanswered -= keys.length
      call()
    }
  }
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject })
      unanswered += keys.length
      call()
    })
}

const takeBatch = <A extends { keys: readonly unknown[] }>(waiting: A[]): A[] => {
  let [askers, keys] = [0, 0]
  for (const one of waiting) {
    if (askers > 0 && keys + one.keys.length > KEYS_MOST) break
    askers += 1
    keys += one.keys.length
  }
  return waiting.splice(0, askers)
}

/** Each caller waits for a database that is away. A batch that waited itself would delay those behind it. */
export const waitingEach =
  <K, V>(batch: BatchAnswer<K, V>, waitMs: number): BatchAnswer<K, V> =>
  (keys) =>
    repeatUntilServed(() => batch(keys), isConnectionLost, { wait: makeWait(waitMs) })

/** One long operator file must not delay others. */
const FILES = { most: 4 }

export const makeSharedLookups = (db: AnswerPool, agencies: readonly Agency[]): Lookups => {
  const shared = makeLookups({ db: db.withoutWait }, agencies)
  const batched = <K, V>(answer: BatchAnswer<K, V>, bounds?: BatchBounds): BatchAnswer<K, V> =>
    waitingEach(batchAcrossRequests(answer, bounds), db.waitMs)
  const pulls = batched(async (askers: readonly null[]): Promise<Map<string, Date | null>[]> => {
    const found = await shared.pulls()
    return askers.map(() => found)
  })
  return {
    db,
    standings: batched(shared.standings, { worth: KEYS_WORTH_SECOND_BATCH }),
    pulls: async () => (await pulls([null]))[0] ?? new Map(),
    operators: batched(shared.operators, FILES),
    records: batched(shared.records, FILES),
    scores: batched(shared.scores, FILES),
    listings: batched(shared.listings, FILES),
    mirrored: batched(shared.mirrored, FILES),
  }
}
