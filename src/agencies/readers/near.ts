/** Content in no known form: which headings were read, which form is nearest, what it still wants, and what to do next. */
import { redact } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { recognisedIn, type Shape } from './shapes.js'

const MOST_NAMES = 30 // told of each kind
const MOST_READ = 500 // headings of a row
const MAX_NAME = 40 // characters told of a heading
/** A row of data may stand where a header should: nothing of it that could be a number of somebody is told. */
const MOST_DIGITS = 5

interface Near {
  read: string[]
  known: string[]
  wanted: string[]
}

/** `rows`: the first rows of a table, or the names of one record each. */
export const nearest = (rows: readonly (readonly string[])[], shapes: readonly Shape[]): Near => {
  let best: Near & { filled: number } = { read: [], known: [], wanted: [], filled: 0 }
  for (const row of rows) {
    const filled = row.filter((name) => name.trim() !== '').slice(0, MOST_READ)
    for (const shape of shapes) {
      const known = recognisedIn(filled, shape)
      if (known.length < best.known.length) continue
      if (known.length === best.known.length && filled.length <= best.filled) continue
      const wanted = shape.names.filter((name) => !known.includes(name))
      best = { read: filled.map(told), known, wanted, filled: filled.length }
    }
  }
  const { read, known, wanted } = best
  return { read: read.slice(0, MOST_NAMES), known: known.slice(0, MOST_NAMES), wanted: wanted.slice(0, MOST_NAMES) }
}

/** Without what no database keeps and nobody can see: control, format and half characters. */
const told = (name: string): string => {
  const shown = redact(name.trim().slice(0, MAX_NAME), () => '').replace(/\p{C}/gu, '')
  return shown.replace(/\P{Nd}/gu, '').length > MOST_DIGITS ? '…' : shown
}

const listed = (names: readonly string[]): string => (names.length === 0 ? '（无 none）' : names.join('、'))

/** Refusal CONTENT_UNKNOWN that a clerk can act on. */
export const headerUnknown = (
  feed: string,
  rows: readonly (readonly string[])[],
  shapes: readonly Shape[],
): Refusal => {
  const { read, known, wanted } = nearest(rows, shapes)
  return new Refusal('CONTENT_UNKNOWN', {
    feed,
    reason: [
      '未找到可识别的表头 no known header',
      `读到 read: ${listed(read)}`,
      `最接近的格式认得 ${known.length} 列 the nearest form knows: ${listed(known)}`,
      `它的其他列 its other columns: ${listed(wanted)}`,
      `列名至少一半须认得；可改列名，或用 hub map ${feed} 对应一次 at least half must be known: rename the columns, or map them once with hub map ${feed}`,
    ].join('；'),
    read,
    known,
    wanted,
  })
}

/** Content in the form of a neighbour: none of the marks of this feed. Those that the nearest form could bear are told first. */
export const markMissing = (
  feed: string,
  rows: readonly (readonly string[])[],
  shapes: readonly Shape[],
  marks: readonly string[],
): Refusal => {
  const { read, known, wanted } = nearest(rows, shapes)
  const possible = marks.filter((mark) => wanted.includes(mark))
  const [first = marks[0] ?? ''] = possible
  return new Refusal('CONTENT_UNKNOWN', {
    feed,
    reason: [
      `缺少本类信息特有的列 none of the columns that mark this feed: ${marks.join(' ')}`,
      `读到 read: ${listed(read)}`,
      `按最接近的格式可补充列 to the nearest form add the column: ${listed(possible)}（全表相同时可用 hub map ${feed} 给出固定值 or give one value for all rows with hub map ${feed}，例如 e.g. ${first}）`,
    ].join('；'),
    read,
    known,
    wanted: possible,
  })
}
