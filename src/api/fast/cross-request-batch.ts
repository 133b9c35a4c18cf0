import type { Agency } from '../../agencies/feed.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import { isConnectionLost } from '../../store/db/db.js'
import type { BatchAnswer } from '../loaders/data-loader.js'
import { type Lookups, makeLookups } from '../loaders/lookups.js'

const UNDER_WAY_MOST = 2

const KEYS_MOST = 1_000

/** A second concurrent batch needs this many unanswered keys: fewer cost less than the statement itself. */
const KEYS_WORTH_SECOND_BATCH = 100

/** Longest time that a running batch holds back the next one. */
const PATIENCE_MS = 50

const AGAIN_MS = 100

interface BatchBounds {
  most?: number
  worth?: number
  patienceMs?: number
  /** How long each caller waits for a database that is away. A batch that waited itself would delay those behind it. */
  waitMs?: number
  againMs?: number
  now?: () => number
}

const BOUNDS = {
  most: UNDER_WAY_MOST,
  worth: 0,
  patienceMs: PATIENCE_MS,
  waitMs: 0,
  againMs: AGAIN_MS,
  now: () => performance.now(),
}

interface Asker<K, V> {
  keys: readonly K[]
  at: number
  resolve: (values: V[]) => void
  reject: (reason: unknown) => void
}

/**
 * Merges calls of one event-loop turn into one `answer`, at most `most` at once. One caller's keys share a statement,
 * hence a snapshot.
 */
export const batchAcrossRequests = <K, V>(
  answer: (keys: K[]) => Promise<V[]>,
  bounds: BatchBounds = {},
): BatchAnswer<K, V> => {
  const { most, worth, patienceMs, waitMs, againMs, now } = { ...BOUNDS, ...bounds }
  const waiting: Asker<K, V>[] = []
  let underWay = 0
  let open = 0
  let sentAt = 0
  let isTimed = false
  let called = false
  const loss = makeLossWait({ waitMs, againMs, now })

  const call = (): void => {
    if (loss.isResting() || called || underWay >= most || waiting.length === 0) return
    const left = sentAt + patienceMs - now()
    if (underWay > 0 && open < worth && left > 0) {
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
  const send = async (askers: readonly Asker<K, V>[]): Promise<void> => {
    underWay += 1
    sentAt = now()
    try {
      const values = await answer(askers.flatMap(({ keys }) => keys))
      loss.over()
      deliver(askers, values)
    } catch (error) {
      const again = isConnectionLost(error) ? loss.stillWaiting(askers) : []
      for (const asker of askers) if (!again.includes(asker)) asker.reject(error)
      waiting.unshift(...again)
      for (const { keys } of again) open += keys.length
      if (again.length > 0) loss.rest(call)
    } finally {
      underWay -= 1
      for (const { keys } of askers) open -= keys.length
      call()
    }
  }
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, at: now(), resolve, reject })
      open += keys.length
      call()
    })
}

const deliver = <V>(askers: readonly Asker<unknown, V>[], values: readonly V[]): void => {
  let from = 0
  for (const { keys, resolve } of askers) {
    resolve(values.slice(from, from + keys.length))
    from += keys.length
  }
}

/** A caller's wait begins with the loss, or with its question where that came later. */
const makeLossWait = ({ waitMs, againMs, now }: Pick<typeof BOUNDS, 'waitMs' | 'againMs' | 'now'>) => {
  let since: number | null = null
  let isResting = false
  return {
    isResting: (): boolean => isResting,
    rest: (then: () => void): void => {
      if (isResting) return
      isResting = true
      setTimeout(() => {
        isResting = false
        then()
      }, againMs)
    },
    over: (): void => {
      since = null
    },
    stillWaiting: <A extends { at: number }>(askers: readonly A[]): readonly A[] => {
      const at = now()
      since ??= at
      const away = since
      return askers.filter((asker) => at < Math.max(away, asker.at) + waitMs)
    },
  }
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

/** One long operator file must not delay others. */
const FILES_MOST = 4

export const makeSharedLookups = (db: AnswerPool, agencies: readonly Agency[]): Lookups => {
  const shared = makeLookups({ db: db.withoutWait }, agencies)
  const { waitMs } = db
  const files = { most: FILES_MOST, waitMs }
  const readPulls = async (askers: readonly null[]): Promise<Map<string, Date | null>[]> => {
    const found = await shared.pulls()
    return askers.map(() => found)
  }
  const pulls = batchAcrossRequests(readPulls, { waitMs })
  return {
    db,
    standings: batchAcrossRequests(shared.standings, { worth: KEYS_WORTH_SECOND_BATCH, waitMs }),
    pulls: async () => (await pulls([null]))[0] ?? new Map(),
    operators: batchAcrossRequests(shared.operators, files),
    records: batchAcrossRequests(shared.records, files),
    scores: batchAcrossRequests(shared.scores, files),
    listings: batchAcrossRequests(shared.listings, files),
    mirrored: batchAcrossRequests(shared.mirrored, files),
  }
}
