import { Button } from 'antd'
import type { ReactNode } from 'react'
import type { LoadedConnection } from './connection.js'
import { EmptyNotice, LoadingNotice } from './empty.js'
import { formatListCount } from './numbers.js'
import { RefusalNotice } from './refusal.js'

interface PagedProps<T> {
  label: string
  rows: LoadedConnection<T>
  rowKey: (row: T) => string
  render: (row: T) => ReactNode
  empty: ReactNode
}

export const PagedList = <T,>({ label, rows, rowKey, render, empty }: PagedProps<T>) => (
  <>
    <p className="soft" aria-live="polite">
      {rows.total === null ? '' : `共 ${formatListCount(rows.total)} 项`}
    </p>
    {rows.error !== null && <RefusalNotice of={rows.error} onAgain={rows.refresh} />}
    {rows.rows.length === 0 &&
      (rows.hasMore ? rows.error === null && <LoadingNotice of={label} /> : <EmptyNotice>{empty}</EmptyNotice>)}
    <ul className="queue" aria-label={label}>
      {rows.rows.map((row) => (
        <li key={rowKey(row)} className="panel">
          {render(row)}
        </li>
      ))}
    </ul>
    {rows.rows.length > 0 && rows.hasMore && (
      <Button loading={rows.isLoading} onClick={() => rows.reach(rows.rows.length)}>
        再载入
      </Button>
    )}
  </>
)
