/** A wide table scrolls inside its box, also by keyboard. */
import type { ReactNode } from 'react'

interface PlainColumn {
  title: string
  align?: 'right'
}

interface PlainRow {
  key: string
  cells: readonly ReactNode[]
  isMarked?: boolean
}

export interface PlainTableProps {
  label: string
  columns: readonly PlainColumn[]
  rows: readonly PlainRow[]
}

export const PlainTable = ({ label, columns, rows }: PlainTableProps) => (
  // biome-ignore lint/a11y/useSemanticElements: neither fieldset nor landmark
  // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
  <div role="group" className="scroll" aria-label={label} tabIndex={0}>
    <table className="plain-table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, align }) => (
            <th key={title} scope="col" className={align}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells, isMarked }) => (
          <tr key={key} className={isMarked ? 'marked' : undefined}>
            {cells.map((cell, i) =>
              i === 0 ? (
                <th key={columns[i]?.title} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={columns[i]?.title} className={columns[i]?.align}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

interface ScrollRegionProps {
  label: string
  className?: string
  children: ReactNode
}

export const ScrollRegion = ({ label, className = 'scroll', children }: ScrollRegionProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
  <section className={className} aria-label={label} tabIndex={0}>
    {children}
  </section>
)
