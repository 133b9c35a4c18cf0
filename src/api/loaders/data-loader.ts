import type { RecordKind } from '../../domain/records/records.js'
import type * as versions from '../../store/records/versions.js'

export interface OperatorAtTime {
  operator: number
  when: versions.PointInTime
}

export interface RecordPageKey extends OperatorAtTime {
  kinds: readonly RecordKind[]
  /** True includes withdrawn and ended records. */
  removed: boolean
  first: number
  after: number | null
}

export const valuesInKeyOrder = <K, V>(keys: readonly K[], found: Map<K, V>): (V | null)[] =>
  keys.map((key) => found.get(key) ?? null)

export const listsByOperator = <V extends { operatorId: number | null }>(
  ids: readonly number[],
  rows: readonly V[],
): V[][] => {
  const lists = new Map<number | null, V[]>(ids.map((id) => [id, []]))
  for (const row of rows) lists.get(row.operatorId)?.push(row)
  return ids.map((id) => lists.get(id) ?? [])
}

export type BatchedLoad<K, V> = (key: K) => Promise<V>

/** `answer` receives distinct keys and returns their values in the same order. Values are cached for one request. */
export const makeBatchedLoad = <K, V>(
  nameOf: (key: K) => string,
  answer: (keys: K[]) => Promise<V[]>,
): BatchedLoad<K, V> => {
  interface PendingKey {
    key: K
    resolve: (value: V) => void
    reject: (reason: unknown) => void
  }
  const known = new Map<string, Promise<V>>()
  let waiting: PendingKey[] = []

  const ask = async () => {
    const asked = waiting
    waiting = []
    try {
      const values = await answer(asked.map(({ key }) => key))
      asked.forEach(({ resolve }, place) => {
        resolve(values[place] as V)
      })
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }

  return (key) => {
    const name = nameOf(key)
    const before = known.get(name)
    if (before) return before
    const promise = new Promise<V>((resolve, reject) => {
      // setImmediate runs after this turn's promise jobs, so that resolvers of one level share the query.
      if (waiting.length === 0) setImmediate(ask)
      waiting.push({ key, resolve, reject })
    })
    known.set(name, promise)
    return promise
  }
}

export const makeGroupedAnswer =
  <K, V>(groupOf: (key: K) => string, answer: (keys: K[]) => Promise<V[]>) =>
  async (keys: readonly K[]): Promise<V[]> => {
    const groups = new Map<string, { key: K; place: number }[]>()
    keys.forEach((key, place) => {
      const name = groupOf(key)
      const group = groups.get(name)
      if (group) group.push({ key, place })
      else groups.set(name, [{ key, place }])
    })
    const values: V[] = new Array(keys.length)
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const answers = await answer(group.map(({ key }) => key))
        group.forEach(({ place }, i) => {
          values[place] = answers[i] as V
        })
      }),
    )
    return values
  }

export const makeRowLoad = <K extends number | string, V>(read: (keys: K[]) => Promise<Map<K, V>>) =>
  makeBatchedLoad<K, V | null>(String, async (keys) => valuesInKeyOrder(keys, await read(keys)))

export const makeListLoad = <V extends { operatorId: number | null }>(read: (ids: number[]) => Promise<V[]>) =>
  makeBatchedLoad<number, V[]>(String, async (ids) => listsByOperator(ids, await read(ids)))

export const makeMembershipLoad = <K extends number | string>(read: (keys: K[]) => Promise<Set<K>>) =>
  makeBatchedLoad<K, boolean>(String, async (keys) => {
    const found = await read(keys)
    return keys.map((key) => found.has(key))
  })

type ReadOperators<K, V> = (ids: number[], question: Omit<K, 'operator'>) => Promise<V[]>

export const readOperatorsInGroups = <K extends { operator: number }, V>(read: ReadOperators<K, V>) =>
  makeGroupedAnswer<K, V>(
    ({ operator: _, ...question }) => JSON.stringify(question),
    (asked) => {
      const { operator: _, ...question } = asked[0] as K
      const ids = asked.map(({ operator }) => operator)
      return read(ids, question)
    },
  )

export const makeOperatorLoad = <K extends { operator: number }, V>(read: ReadOperators<K, V>) =>
  makeBatchedLoad<K, V>(JSON.stringify, readOperatorsInGroups(read))

export const cacheFirstCall = <V>(ask: () => Promise<V>): (() => Promise<V>) => {
  let answer: Promise<V> | null = null
  return () => {
    answer ??= ask()
    return answer
  }
}
