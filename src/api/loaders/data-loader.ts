import DataLoader from 'dataloader'
import type { RecordKind } from '../../domain/records/records.js'
import type * as versions from '../../store/records/versions.js'

export interface OperatorAtTimeKey {
  operator: number
  when: versions.PointInTime
}

export interface RecordPageKey extends OperatorAtTimeKey {
  kinds: readonly RecordKind[]
  /** True includes withdrawn and ended records. */
  removed: boolean
  first: number
  after: number | null
}

export const orderValuesByKeys = <K, V>(keys: readonly K[], found: Map<K, V>): (V | null)[] =>
  keys.map((key) => found.get(key) ?? null)

export const groupRowsByKeys = <K, V>(keys: readonly K[], rows: readonly V[], keyIn: (row: V) => K | null): V[][] => {
  const lists = new Map<K | null, V[]>(keys.map((key) => [key, []]))
  for (const row of rows) lists.get(keyIn(row))?.push(row)
  return keys.map((key) => lists.get(key) ?? [])
}

export const groupRowsByOperator = <V extends { operatorId: number | null }>(
  ids: readonly number[],
  rows: readonly V[],
) => groupRowsByKeys(ids, rows, ({ operatorId }) => operatorId)

export type BatchAnswer<K, V> = (keys: readonly K[]) => Promise<V[]>

/** `answer` receives distinct keys and returns values in their order, cached for one request. */
export const makeBatchedLoad = <K, V>(nameOf: (key: K) => string, answer: BatchAnswer<K, V>) => {
  // setImmediate runs after this turn's promise jobs, so resolvers of one level share the query.
  const loader = new DataLoader<K, V, string>(answer, { cacheKeyFn: nameOf, batchScheduleFn: setImmediate })
  return (key: K) => loader.load(key)
}

/** Merges one microtask turn's calls into one batch and snapshot. */
export const batchWithinTurn = <K, V>(answer: BatchAnswer<K, V>) => {
  const loader = new DataLoader<K, V>(answer, { cache: false, batchScheduleFn: queueMicrotask })
  return (key: K) => loader.load(key)
}

export const makeGroupedAnswer =
  <K, V>(groupOf: (key: K) => string, answer: BatchAnswer<K, V>) =>
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

export const makeRowLoad = <K extends number | string, V>(read: (keys: readonly K[]) => Promise<Map<K, V>>) =>
  makeBatchedLoad<K, V | null>(String, async (keys) => orderValuesByKeys(keys, await read(keys)))

export const makeListLoad = <V extends { operatorId: number | null }>(read: (ids: readonly number[]) => Promise<V[]>) =>
  makeBatchedLoad<number, V[]>(String, async (ids) => groupRowsByOperator(ids, await read(ids)))

export const makeMembershipLoad = <K extends number | string>(read: (keys: readonly K[]) => Promise<Set<K>>) =>
  makeBatchedLoad<K, boolean>(String, async (keys) => {
    const found = await read(keys)
    return keys.map((key) => found.has(key))
  })

type ReadOperators<K, V> = (ids: readonly number[], question: Omit<K, 'operator'>) => Promise<V[]>

export const readOperatorsInGroups = <K extends { operator: number }, V>(read: ReadOperators<K, V>) =>
  makeGroupedAnswer<K, V>(
    ({ operator: _, ...question }) => JSON.stringify(question),
    (queries) => {
      const { operator: _, ...question } = queries[0] as K
      const ids = queries.map(({ operator }) => operator)
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
