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
