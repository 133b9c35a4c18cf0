import type { OperationVariables, TypedDocumentNode } from '@apollo/client'
import { useApolloClient } from '@apollo/client/react'
import { useCallback, useEffect, useRef, useState } from 'react'

const PAGE_ROWS = 100
/** `reach` loads at most this many further rows. */
const REACH_ROWS = 2_000

interface RowPage<T> {
  nodes: readonly T[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  countUpTo?: number
}

export interface LoadedConnection<T> {
  rows: readonly T[]
  total: number | null
  hasMore: boolean
  isLoading: boolean
  error: unknown
  reach: (index: number) => void
  refresh: () => void
}

interface LoadState<T> {
  rows: readonly T[]
  total: number | null
  after: string | null
  hasMore: boolean
  isLoading: boolean
  error: unknown
}

const nothing = <T>(): LoadState<T> => ({
  rows: [],
  total: null,
  after: null,
  hasMore: true,
  isLoading: false,
  error: null,
})

/** `document` must take `$first` and `$after`. */
export const useConnection = <D, V extends OperationVariables, T>(
  document: TypedDocumentNode<D, V>,
  variables: Omit<V, 'first' | 'after'>,
  pick: (data: D) => RowPage<T> | null | undefined,
): LoadedConnection<T> => {
  const client = useApolloClient()
  const [state, setState] = useState<LoadState<T>>(nothing)
  const [wanted, setWanted] = useState(0)
  const [round, setRound] = useState(0)
  const asked = JSON.stringify(variables)
  const picked = useRef(pick)
  picked.current = pick

  const question = `${asked} ${round}`
  const begun = useRef(question)
  useEffect(() => {
    if (begun.current === question) return
    begun.current = question
    setWanted(0)
    setState(nothing)
  }, [question])

  const { rows, after, hasMore, error } = state
  const isDue = hasMore && error === null && rows.length <= wanted
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` refetches
  useEffect(() => {
    if (!isDue) return
    const gone = new AbortController()
    setState((before) => ({ ...before, isLoading: true }))
    const given = { ...(JSON.parse(asked) as object), first: PAGE_ROWS, after } as unknown as V
    client
      .query<D, V>({ query: document, variables: given, fetchPolicy: 'no-cache' } as never)
      .then(({ data }) => {
        if (gone.signal.aborted) return
        const page = data === undefined ? null : picked.current(data as D)
        setState((before) => ({
          rows: page ? [...before.rows, ...page.nodes] : before.rows,
          total: page?.countUpTo ?? before.total,
          after: page?.pageInfo.endCursor ?? null,
          hasMore: page?.pageInfo.hasNextPage ?? false,
          isLoading: false,
          error: null,
        }))
      })
      .catch((error: unknown) => {
        if (!gone.signal.aborted) setState((before) => ({ ...before, isLoading: false, error }))
      })
    return () => gone.abort()
  }, [client, document, asked, after, isDue, round])

  const loaded = useRef(0)
  loaded.current = rows.length
  const reach = useCallback((index: number) => {
    const near = Math.min(index, loaded.current + REACH_ROWS)
    setWanted((before) => Math.max(before, near))
  }, [])
  const refresh = useCallback(() => setRound((before) => before + 1), [])
  return { rows, total: state.total, hasMore, isLoading: state.isLoading, error, reach, refresh }
}
