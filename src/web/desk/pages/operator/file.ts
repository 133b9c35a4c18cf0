import { useApolloClient } from '@apollo/client/react'
import { useCallback, useEffect, useState } from 'react'
import { useMay } from '../../session/session.js'
import {
  type FileRecordFragment,
  MoreRecordsDocument,
  OperatorFileDocument,
  type OperatorFileQuery,
} from './operator.generated.js'

type OperatorNode = NonNullable<OperatorFileQuery['operator']>
export type OperatorFileRecord = FileRecordFragment
export type OperatorFile = Omit<OperatorNode, 'records'> & { records: OperatorFileRecord[]; totalRecords: number }

/** Maximum pages of 100 records. Beyond them, the report says that it is incomplete. */
const PAGES_MOST = 30

export interface OperatorFileAddress {
  code: string
  /** YYYY-MM-DD; an empty text means now. */
  asOf: string
  knownAt: string
}

export interface OperatorFileState {
  file: OperatorFile | null
  isMissing: boolean
  isLoading: boolean
  error: unknown
  again: () => void
}

const endOf = (day: string): string | null => (day === '' ? null : `${day}T23:59:59+08:00`)

export const useOperatorFile = ({ code, asOf, knownAt }: OperatorFileAddress): OperatorFileState => {
  const client = useApolloClient()
  const askers = useMay('see_askers')
  const [round, setRound] = useState(0)
  const [state, setState] = useState<Omit<OperatorFileState, 'again'>>({
    file: null,
    isMissing: false,
    isLoading: true,
    error: null,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` refetches
  useEffect(() => {
    let isGone = false
    setState((before) => ({ ...before, isLoading: true, error: null }))
    const variables = { code, asOf: asOf || null, knownAt: endOf(knownAt) }
    const read = async (): Promise<OperatorFile | null> => {
      const asked = {
        query: OperatorFileDocument,
        variables: { ...variables, askers },
        fetchPolicy: 'no-cache',
      } as const
      const { data } = await client.query(asked)
      const found = data?.operator ?? null
      if (found === null) return null
      const { records: first, ...rest } = found
      const records = [...first.nodes]
      let { hasNextPage, endCursor } = first.pageInfo
      for (let page = 1; hasNextPage && page < PAGES_MOST && !isGone; page += 1) {
        const more = await client.query({
          query: MoreRecordsDocument,
          variables: { ...variables, after: endCursor },
          fetchPolicy: 'no-cache',
        })
        const next = more.data?.operator?.records
        if (!next) break
        records.push(...next.nodes)
        hasNextPage = next.pageInfo.hasNextPage
        endCursor = next.pageInfo.endCursor
      }
      return { ...rest, records, totalRecords: first.totalCount }
    }
    read()
      .then((file) => {
        if (!isGone) setState({ file, isMissing: file === null, isLoading: false, error: null })
      })
      .catch((error: unknown) => {
        if (!isGone) setState((before) => ({ ...before, isLoading: false, error }))
      })
    return () => {
      isGone = true
    }
  }, [client, code, asOf, knownAt, askers, round])
  const again = useCallback(() => setRound((before) => before + 1), [])
  return { ...state, again }
}

export const registrationOf = ({ records }: OperatorFile): OperatorFileRecord | null =>
  records.find(({ kind }) => kind === 'REGISTRATION') ?? null
