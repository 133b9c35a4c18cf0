/** Adapts an unpaged list to the desk's tables. */
import type { Connection } from '../../pieces/connection.js'

export const whole = <T>(
  rows: readonly T[] | undefined,
  { loading, error, refetch }: { loading: boolean; error?: unknown; refetch: () => unknown },
): Connection<T> => ({
  rows: rows ?? [],
  total: rows === undefined ? null : rows.length,
  hasMore: rows === undefined && error === undefined,
  isLoading: loading,
  error: error ?? null,
  reach: () => {},
  refresh: () => void refetch(),
})

interface Holder {
  name: string
  role: string
  endedAt: string | null
}

export const sought = <T extends Holder>(
  all: readonly T[] | undefined,
  { name, role, ended }: { name: string; role: string; ended: boolean },
): T[] | undefined =>
  all?.filter(
    (one) =>
      one.name.toLowerCase().includes(name.toLowerCase()) &&
      (role === '' || one.role === role) &&
      (ended || one.endedAt === null),
  )
