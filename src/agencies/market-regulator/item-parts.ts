import { isRecord } from '../../foundation/text/json.js'
import { trimmedTextOrNull } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'
import { type FieldSpellings, listSpellings } from './spelling.js'

const BETWEEN_LINES = /[\r\n;；]+/
const MOST_PARTS = 1000

export type ItemPart<F extends string> = Record<F, string | null>

export const readItemParts = <F extends string>(
  row: Examination,
  field: string,
  columns: FieldSpellings<F>,
): ItemPart<F>[] => {
  const sent = row.value(field)
  const parts = Array.isArray(sent) ? listed(row, field, sent, columns) : lined(row, columns)
  if (sent !== undefined && sent !== null && sent !== '' && !Array.isArray(sent))
    row.problem(field, 'value', `${field}应为列表。${field} must be a list.`)
  if (parts.length <= MOST_PARTS) return parts
  row.problem(field, 'value', `${field}超过 ${MOST_PARTS} 项。${field} has more than ${MOST_PARTS} parts.`)
  return []
}

const listed = <F extends string>(
  row: Examination,
  field: string,
  sent: readonly unknown[],
  columns: FieldSpellings<F>,
): ItemPart<F>[] => {
  const known = new Set(listSpellings(columns))
  return sent.flatMap((part) => {
    if (!isRecord(part)) {
      row.problem(field, 'value', `${field}中有不是记录的项。${field} holds what is no record.`)
      return []
    }
    for (const [name, value] of Object.entries(part)) {
      const path = `${field}/${name}`
      if (!known.has(name)) row.remark(path, 'field.unknown', `未知字段 ${path}，未采用。Unknown field, not used.`)
      else if (typeof value === 'object' && value !== null) {
        row.problem(path, 'value', `${path}应为文本。${path} must be text.`)
      }
    }
    return [partOf(columns, (name) => trimmedTextOrNull(part[name]))]
  })
}

const lined = <F extends string>(row: Examination, columns: FieldSpellings<F>): ItemPart<F>[] => {
  const cells = new Map(
    listSpellings(columns)
      .filter((name) => row.has(name))
      .map((name) => [name, (row.text(name) ?? '').split(BETWEEN_LINES).map((line) => trimmedTextOrNull(line))]),
  )
  const filled = [...cells].filter(([, lines]) => lines.some((line) => line !== null))
  const count = filled.length === 0 ? 0 : Math.max(...filled.map(([, lines]) => lines.length))
  if (filled.some(([, lines]) => lines.length !== count)) {
    const [name = ''] = filled.find(([, lines]) => lines.length !== count) ?? []
    row.problem(
      name,
      'value',
      `${name}的行数与其他列不一致。${name} has another number of lines than the other columns.`,
    )
    return []
  }
  return Array.from({ length: count }, (_, at) => partOf(columns, (name) => cells.get(name)?.[at] ?? null))
}

const partOf = <F extends string>(columns: FieldSpellings<F>, read: (name: string) => string | null): ItemPart<F> => {
  const entries = (Object.keys(columns) as F[]).map((column): [F, string | null] => [
    column,
    columns[column].map(read).find((value) => value !== null) ?? null,
  ])
  return Object.fromEntries(entries) as ItemPart<F>
}
