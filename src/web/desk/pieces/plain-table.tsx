/** A short table, all of which stands in the page; where it is too wide it scrolls within itself, by keyboard too. */
import type { ReactNode } from 'react'

export interface PlainColumn {
  title: string
  align?: 'right'
}

export interface PlainRow {
  key: string
  /** One for each column; the first is the head of its row. */
  cells: readonly ReactNode[]
  isMarked?: boolean
}

export interface PlainTableProps {
  /** What it holds, for those who do not see it. */
  label: string
  columns: readonly PlainColumn[]
  rows: readonly PlainRow[]
}

export const PlainTable = ({ label, columns, rows }: PlainTableProps) => (
  // biome-ignore lint/a11y/useSemanticElements: no set of fields, and no landmark beside the panel in which it stands
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
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
