/** Only visible rows are in the DOM. antd would draw div elements without roles, no table for screen readers. */
import { Button, Spin } from 'antd'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { LIST_COUNTED_MOST } from '../../../foundation/pages.js'
import type { LoadedConnection } from './connection.js'
import { EmptyNotice } from './empty.js'
import { formatListCount, formatNumber } from './numbers.js'
import { RefusalNotice } from './refusal.js'

const ROW_PX = 44
const AHEAD_ROWS = 8
const DRAWN_ROWS = 58
/** Browsers limit an element's height to about 16 million pixels. */
const ROWS_MOST = 300_000
/** Rows load after this many milliseconds without scrolling. */
const REST_MS = 150

export interface TableColumn<T> {
  key: string
  title: string
  /** In pixels. When absent, the column takes the remaining width. */
  width?: number
  align?: 'right'
  render: (row: T, index: number) => ReactNode
}

export interface VirtualTableProps<T> {
  label: string
  columns: readonly TableColumn<T>[]
  rows: LoadedConnection<T>
  rowKey: (row: T) => string
  empty?: ReactNode
  position?: number
  onPosition?: (row: number) => void
  /** A table narrower than this, in pixels, scrolls sideways. */
  minWidth?: number
  isMarked?: (row: T) => boolean
}

export const VirtualTable = <T,>(props: VirtualTableProps<T>) => {
  const { label, columns, rows, rowKey, empty, position = 0, onPosition, minWidth = 640, isMarked } = props
  const { total, hasMore, reach } = rows
  const loaded = rows.rows.length
  const all = Math.min(Math.max(total ?? 0, loaded + (hasMore && loaded > 0 ? 1 : 0)), ROWS_MOST)
  const isCounted = (total ?? 0) < LIST_COUNTED_MOST
  const box = useRef<HTMLElement>(null)
  const [from, setFrom] = useState(position)
  const [height, setHeight] = useState(ROW_PX * 12)
  const frame = useRef(0)
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined)

  const first = Math.max(0, from - AHEAD_ROWS)
  const last = Math.min(all, first + Math.min(DRAWN_ROWS, Math.ceil(height / ROW_PX) + 2 * AHEAD_ROWS))

  const onScroll = useCallback(() => {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => setFrom(Math.floor((box.current?.scrollTop ?? 0) / ROW_PX)))
  }, [])
  const told = useRef({ onPosition, position })
  told.current = { onPosition, position }
  useEffect(() => {
    clearTimeout(rest.current)
    rest.current = setTimeout(() => {
      reach(last + AHEAD_ROWS)
      if (from !== told.current.position) told.current.onPosition?.(from)
    }, REST_MS)
    return () => clearTimeout(rest.current)
  }, [from, last, reach])

  useEffect(() => {
    const element = box.current
    if (element === null) return
    const seen = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0))
    seen.observe(element)
    return () => {
      seen.disconnect()
      cancelAnimationFrame(frame.current)
    }
  }, [])
  const placed = useRef(position === 0)
  useEffect(() => {
    if (placed.current || all <= position) return
    placed.current = true
    box.current?.scrollTo({ top: position * ROW_PX })
  }, [all, position])
  const isNew = loaded === 0 && rows.isLoading
  useEffect(() => {
    if (isNew && placed.current) box.current?.scrollTo({ top: 0 })
  }, [isNew])

  const isEmpty = all === 0 && !hasMore
  const isFar = loaded > 0 && hasMore && !rows.isLoading && first > loaded
  return (
    <div className="virtual">
      <p className="soft" aria-live="polite">
        {total === null
          ? `已载入 ${formatNumber(loaded)} 项`
          : `共 ${formatListCount(total)} 项，已载入 ${formatNumber(loaded)} 项`}
        {rows.isLoading && <Spin size="small" />}
        {isFar && (
          <>
            此处尚未载入，请筛选以缩小范围，或
            <Button type="link" size="small" onClick={() => reach(last)}>
              继续载入
            </Button>
          </>
        )}
      </p>
      {rows.error !== null && <RefusalNotice of={rows.error} onAgain={rows.refresh} />}
      {isEmpty ? (
        <EmptyNotice>{empty}</EmptyNotice>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
        <section className="virtual-box" ref={box} onScroll={onScroll} aria-label={label} tabIndex={0}>
          <table aria-rowcount={isCounted ? all + 1 : -1} style={{ minWidth }} aria-label={label}>
            <colgroup>
              {columns.map(({ key, width }) => (
                <col key={key} style={width === undefined ? {} : { width }} />
              ))}
            </colgroup>
            <thead>
              <tr aria-rowindex={1}>
                {columns.map(({ key, title, align }) => (
                  <th key={key} scope="col" className={align}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody aria-hidden="true">
              <tr style={{ height: first * ROW_PX }} />
            </tbody>
            <tbody>
              {Array.from({ length: Math.max(0, last - first) }, (_, i) => {
                const index = first + i
                const row = rows.rows[index]
                return (
                  <tr
                    key={row === undefined ? `pending ${index % DRAWN_ROWS}` : rowKey(row)}
                    aria-rowindex={index + 2}
                    className={row !== undefined && isMarked?.(row) ? 'row marked' : 'row'}
                  >
                    {columns.map(({ key, render, align }) => (
                      <td key={key} className={align}>
                        <div className="cell">
                          {row === undefined ? <span className="pending">…</span> : render(row, index)}
                        </div>
                      </td>
                    ))}
                  </tr>
                )
              })}
            </tbody>
            <tbody aria-hidden="true">
              <tr style={{ height: Math.max(0, all - last) * ROW_PX }} />
            </tbody>
          </table>
        </section>
      )}
    </div>
  )
}
