import type { LoadedConnection } from '../../pieces/connection.js'

export const loadedConnectionOf = <T>(
  rows: readonly T[] | undefined,
  { loading, error, refetch }: { loading: boolean; error?: unknown; refetch: () => unknown },
): LoadedConnection<T> => ({
  rows: rows ?? [],
  total: rows === undefined ? null : rows.length,
  hasMore: rows === undefined && error === undefined,
  isLoading: loading,
  error: error ?? null,
  reach: () => {},
  refresh: () => void refetch(),
})

interface AccountHolder {
  name: string
  role: string
  endedAt: string | null
}

export const filterAccounts = <T extends AccountHolder>(
  all: readonly T[] | undefined,
  { name, role, ended }: { name: string; role: string; ended: boolean },
): T[] | undefined =>
  all?.filter(
    (one) =>
      one.name.toLowerCase().includes(name.toLowerCase()) &&
      (role === '' || one.role === role) &&
      (ended || one.endedAt === null),
  )
