/** A test feed, and the items that readers make of bytes. */
import { type FeedForm, makeFeed } from '../../src/agencies/feed.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { context, fileOf } from './samples.js'

export const HEADER = '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域'
export const ROW = '长春市样例电子商务有限公司,,,91220102MA0Y3X1HXM,甲类失信'
export const PART = '样例,,,91220102MA0Y3X1HXM,'

const form = (names: string[]): FeedForm => ({
  names,
  drafts: (row) => {
    for (const name of names) row.text(name)
    return []
  },
})
const reading = makeFeed('market-regulator', {
  id: 'reading',
  kind: 'list_entry',
  title: { zh: '读取', en: 'reading' },
  whole: false,
  provesAbsenceOf: [],
  forms: [form(HEADER.split(',')), form(['ILLID', 'ENTNAME', 'UNISCID', 'SERILLREA_CN'])],
  fetch: { path: '/never', open: () => Promise.reject(new Error('never asked')) },
})
export const read = async (bytes: string | Buffer, reader?: string): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  for await (const item of reading.read(fileOf(bytes), reader ? { reader } : {})) items.push(item)
  return items
}
export const problemsIn = (item: SourceItem) => {
  const mapped = reading.map(item, context)
  return 'problems' in mapped ? mapped.problems : []
}
export const lines = (...rows: string[]) => rows.join('\n')
/** Returns row numbers, with `!` for broken items, such as `2 3!`. */
export const rowsOf = async (bytes: string | Buffer) =>
  (await read(bytes)).map(({ row, fields }) => (Object.hasOwn(fields, '__row') ? `${row}!` : String(row))).join(' ')
