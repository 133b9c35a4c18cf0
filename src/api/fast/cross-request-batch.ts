/** Questions of many requests become one: as `batch`, but over all who ask. */

/** Groups under way at once; while they are, whoever asks waits for the next one, which is the larger for it. */
const UNDER_WAY_MOST = 2

/** Keys of one statement, unless one asker alone has more. */
const KEYS_MOST = 1_000

/**
 * Keys, under way and waiting together, from which a further group is worth beginning: what each costs the process and the server
 * beside its keys is that of many keys. Fifty askers are answered sooner one group after the other than by two at once.
 */
export const KEYS_WORTH_TWO = 100

/** One that takes longer keeps nobody else waiting, milliseconds. */
const PATIENCE_MS = 50

/** Answers keys in their order. */
export type Answer<K, V> = (keys: readonly K[]) => Promise<V[]>

interface Bounds {
  most?: number
  /** Keys from which a further group is begun beside one under way; 0: always. */
  worth?: number
  /** One under way for so long keeps no further one from beginning. */
  patienceMs?: number
}

/**
 * What is asked by several askers before the loop turns is answered by one call of `answer`, and at most so many calls are
 * under way, more than one only where there are so many keys, or one takes its time. An asker's keys stay together, so that its
 * answer is of one instant; and no answer is older than its question.
 */
export const crowd = <K, V>(
  answer: (keys: K[]) => Promise<V[]>,
  { most = UNDER_WAY_MOST, worth = 0, patienceMs = PATIENCE_MS }: Bounds = {},
): Answer<K, V> => {
  interface Asker {
    keys: readonly K[]
    resolve: (values: V[]) => void
    reject: (reason: unknown) => void
  }
  const waiting: Asker[] = []
  let underWay = 0
  /** Keys that were asked and are not answered yet. */
  let open = 0
  let sentAt = 0
  let isTimed = false
  let called = false

  const call = (): void => {
    if (called || underWay >= most || waiting.length === 0) return
    const left = sentAt + patienceMs - performance.now()
    if (underWay > 0 && open < worth && left > 0) {
      if (!isTimed) setTimeout(late, left).unref()
      isTimed = true
      return
    }
    called = true
    setImmediate(() => {
      called = false
      void send(together(waiting))
      call()
    })
  }
  const late = (): void => {
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
      for (const { keys } of askers) open -= keys.length
      call()
    }
  }
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject })
      open += keys.length
      call()
    })
}

/** Takes from the front what goes into one statement; one asker at least. */
const together = <A extends { keys: readonly unknown[] }>(waiting: A[]): A[] => {
  let [askers, keys] = [0, 0]
  for (const one of waiting) {
    if (askers > 0 && keys + one.keys.length > KEYS_MOST) break
    askers += 1
    keys += one.keys.length
  }
  return waiting.splice(0, askers)
}
