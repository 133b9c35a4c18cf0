import { chineseHalfOf } from '../../foundation/text/words.js'
import { columnTitles, problemWords, type TitleOf } from '../words/column-words.js'
import { nameOfDivision } from '../words/division-names.js'
import type { ExportColumn, ExportTable } from './tables.js'

export interface ExportWords {
  labelOf: (type: string, value: string) => string
  feedName: (id: string) => string
  platformName: (id: string) => string
}

type Cell = string | number | null
type ExportedObject = Record<string, unknown>

export const writeExportQuery = ({ field, args, nodes, isWhole, isUncounted }: ExportTable): string => {
  if (isWhole === true) return `query Export { ${field} { ${nodes} } }`
  const given = Object.entries(args)
  const declared = given.map(([name, type]) => `, $${name}: ${type}`).join('')
  const passed = given.map(([name]) => `, ${name}: $${name}`).join('')
  return `query Export($first: Int, $after: String${isUncounted ? '' : ', $counted: Boolean!'}${declared}) {
    ${field}(first: $first, after: $after${passed}) {
      ${isUncounted ? '' : 'totalCount @include(if: $counted)'} pageInfo { hasNextPage endCursor } nodes { ${nodes} }
    }
  }`
}

export const makeExportRow = (columns: readonly ExportColumn[], node: unknown, words: ExportWords): Cell[] => {
  const titleOf = columnTitles(String(readPath(node, ['feed']) ?? ''))
  return columns.map(({ path, as }) => {
    const value = path
      .split('|')
      .map((each) => readPath(node, each.split('.')))
      .find((found) => found != null && found !== '')
    if (value == null) return null
    if (as === 'ITEM') return describeItem(value as ExportedObject, titleOf)
    if (as === 'PROBLEMS') return (value as ExportedObject[]).map((each) => describeProblem(each, titleOf)).join('；')
    return cellOf(value, as, words)
  })
}

const readPath = (value: unknown, path: readonly string[]): unknown => {
  const [first, ...rest] = path
  if (first === undefined || value == null) return value
  if (Array.isArray(value)) return value.map((each) => readPath(each, path))
  return readPath((value as ExportedObject)[first], rest)
}

const INSTANT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })
const RUNNING = ['COMING', 'MISSED']

const cellOf = (value: unknown, as: string | undefined, words: ExportWords): Cell => {
  if (as === 'DEADLINES') return describeDeadlines(value as ExportedObject[], words)
  if (as === 'MEASURES') return describeUnliftedMeasures(value as ExportedMeasure[])
  if (Array.isArray(value)) return [...new Set(value.map((each) => cellOf(each, as, words)))].join('；')
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (typeof value === 'number') return value
  const text = String(value)
  switch (as) {
    case undefined:
    case 'BOOLEAN':
      return text
    case 'MESSAGE':
      return chineseHalfOf(text)
    case 'INSTANT':
      return INSTANT.format(new Date(text))
    case 'REGION':
      return nameOfDivision(text) ?? text
    case 'FEED':
      return words.feedName(text)
    case 'PLATFORM':
      return words.platformName(text)
    default:
      return words.labelOf(as, text)
  }
}

interface ExportedMeasure {
  organisation: { zh: string }
  item: string
  stateName: { zh: string }
  dueOn: string | null
  lifted: boolean
}

const describeUnliftedMeasures = (measures: readonly ExportedMeasure[]): string =>
  measures
    .filter(({ dueOn, lifted }) => dueOn !== null && !lifted)
    .map(({ organisation, item, stateName, dueOn }) => `${organisation.zh}：${item}（${stateName.zh}，至迟 ${dueOn}）`)
    .join('；')

const withCode = (column: string, titleOf: TitleOf): string => {
  const title = titleOf(column)
  return title === column ? column : `${title}（${column}）`
}

const describeItem = (item: ExportedObject, titleOf: TitleOf): string =>
  Object.entries(item)
    .filter(([, value]) => value != null && value !== '')
    .map(([field, value]) => [withCode(field, titleOf), typeof value === 'object' ? JSON.stringify(value) : value])
    .map(([name, value]) => `${name}：${value}`)
    .join('；')

const describeProblem = ({ field, heading, message }: ExportedObject, titleOf: TitleOf): string =>
  [
    heading ?? (field == null ? null : withCode(String(field), titleOf)),
    message == null ? null : problemWords(String(message), titleOf),
  ]
    .filter((part) => part != null)
    .join(' ')

const describeDeadlines = (deadlines: readonly ExportedObject[], { labelOf }: ExportWords): string =>
  deadlines
    .filter(({ state }) => RUNNING.includes(String(state)))
    .map(({ name, dueOn }) => `${labelOf('DeadlineName', String(name))} ${String(dueOn)}`)
    .join('；')
