import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { type FormShape, namesOfShapesIn, type WantedForms } from './shapes.js'

const MOST_NAMES = 30
const MOST_READ = 500 // headings per row
const MAX_NAME = 40 // characters per heading
/** A heading with more digits than this is hidden: it may be a person's number. */
const MOST_DIGITS = 5

interface NearestForm {
  read: string[]
  known: string[]
  wanted: string[]
}

const nearest = (rows: readonly (readonly string[])[], shapes: readonly FormShape[]): NearestForm => {
  let best: NearestForm & { filled: number; isChinese: boolean } = {
    read: [],
    known: [],
    wanted: [],
    filled: 0,
    isChinese: false,
  }
  for (const row of rows) {
    const filled = row.filter((name) => name.trim() !== '').slice(0, MOST_READ)
    const knownByShape = namesOfShapesIn(filled, shapes)
    for (const [at, shape] of shapes.entries()) {
      const known = knownByShape[at] ?? []
      if (known.length < best.known.length) continue
      const isMoreReadable = best.filled === filled.length && isChinese(shape) && !best.isChinese
      if (known.length === best.known.length && filled.length <= best.filled && !isMoreReadable) continue
      const wanted = shape.names.filter((name) => !known.includes(name))
      best = { read: filled.map(redacted), known, wanted, filled: filled.length, isChinese: isChinese(shape) }
    }
  }
  const few = (names: string[]): string[] => names.slice(0, MOST_NAMES)
  return { read: few(best.read), known: few(best.known), wanted: few(best.wanted) }
}

const HAN = /\p{Script=Han}/u

/** The form with Chinese names wins where two forms know equally many headings: people read it. */
const isChinese = ({ names }: FormShape): boolean => names.filter((name) => HAN.test(name)).length * 2 > names.length

const redacted = (name: string): string => {
  const shown = redactIdNumbers(name.trim().slice(0, MAX_NAME), () => '').replace(/\p{C}/gu, '')
  return shown.replace(/\P{Nd}/gu, '').length > MOST_DIGITS ? '…' : shown
}

const listed = (names: readonly string[]): string => (names.length === 0 ? '（无 none）' : names.join('、'))

const contentUnknown = (feed: string, { read, known, wanted }: NearestForm, reasons: readonly string[]): Refusal =>
  new Refusal('CONTENT_UNKNOWN', { feed, reason: reasons.join('；'), read, known, wanted })

export const unknownHeaderRefusal = ({ feed, shapes }: WantedForms, rows: readonly (readonly string[])[]): Refusal => {
  const found = nearest(rows, shapes)
  return contentUnknown(feed, found, [
    '未找到可识别的表头 no known header',
    `读到 read: ${listed(found.read)}`,
    `最接近的格式认得 ${found.known.length} 列 the nearest form knows: ${listed(found.known)}`,
    `该格式还可以有的列 its other columns: ${listed(found.wanted)}`,
    `列名至少一半须认得；可改列名，或把表头对应到字段一次 at least half must be known, so rename the columns or map them once (hub map ${feed})`,
  ])
}

export const noMarkColumnRefusal = (
  { feed, shapes }: WantedForms,
  rows: readonly (readonly string[])[],
  marks: readonly string[],
): Refusal => {
  const found = nearest(rows, shapes)
  const possible = marks.filter((mark) => found.wanted.includes(mark))
  const [first = marks[0] ?? ''] = possible
  return contentUnknown(feed, { ...found, wanted: possible }, [
    `缺少本类信息特有的列 none of the columns that mark this feed: ${marks.join(' ')}`,
    `读到 read: ${listed(found.read)}`,
    `按最接近的格式可补充列 to the nearest form add the column: ${listed(possible)}（全表相同时可在表头映射中给出固定值 or give one value for all rows with hub map ${feed}），例如 for example: ${first}`,
  ])
}
