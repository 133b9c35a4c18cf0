/** Documents in every format. Each record bears a mark that can be found wherever it ends up. */
import * as XLSX from '@e965/xlsx'
import { type FeedForm, makeFeed } from '../../src/agencies/feed.js'
import type { Random } from './random.js'

export const NAMES = ['编号', '企业名称', '统一社会信用代码', '登记日期', '罚款金额', '备注']
const MARK = /K\d{6}Z/g

const form: FeedForm = {
  names: NAMES,
  drafts: (row) => {
    const key = row.required('编号')
    const codes = row.codes({ field: '统一社会信用代码', scheme: 'uscc' })
    row.money('罚款金额', 'yuan')
    return [
      {
        key,
        subject: { ...codes, name: row.name('企业名称') },
        body: { note: row.text('备注') },
        validFrom: row.date('登记日期'),
      },
    ]
  },
}

export const soaked = makeFeed('market-regulator', {
  id: 'soaked',
  kind: 'list_entry',
  title: { zh: '浸泡', en: 'soaked' },
  whole: true,
  provesAbsenceOf: [],
  forms: [form],
  fetch: { path: '/never', open: () => Promise.reject(new Error('never asked')) },
})

export type Format = 'csv' | 'json' | 'jsonl' | 'xml' | 'xlsx' | 'xls'
export const TEXTS: readonly Format[] = ['csv', 'json', 'jsonl', 'xml']

const PARTS = [
  '长春',
  '吉林',
  '样例',
  '商贸',
  '"引号"',
  '逗号,',
  '分号;',
  '<尖>',
  '&',
  '｜',
  '𠮷',
  ' ',
  '\t',
  'abc',
  '１２',
]
const CODES = ['91220102MA0Y3X1HXM', '92220202MA14A9QU2R', '91220102MA0Y3X1HX0', '', '/']
const DATES = ['2025-01-01', '2025年2月3日', '20250230', '1735660800000', '', '2099-12-31']
const SUMS = ['2000', '1.5亿元', '贰仟元', '', '-', '１，０００']

export const marksIn = (text: string): Set<string> => new Set(text.match(MARK) ?? [])

export const recordsOf = (random: Random, breaks: boolean): string[][] =>
  Array.from({ length: 1 + random.below(40) }, (_, at) => [
    `K${String(at + 1).padStart(6, '0')}Z`,
    Array.from({ length: 1 + random.below(5) }, () => random.one(PARTS)).join(''),
    random.one(CODES),
    random.one(DATES),
    random.one(SUMS),
    breaks && random.chance(0.1) ? '第一行\n第二行' : random.one(PARTS),
  ])

export const csvOf = (rows: readonly (readonly string[])[], separator = ','): string =>
  rows
    .map((cells) =>
      cells.map((cell) => (/["\n\r,;|\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(separator),
    )
    .join('\n')
    .concat('\n')

const fieldsOf = (record: readonly string[]): Record<string, string> =>
  Object.fromEntries(NAMES.map((name, at) => [name, record[at] ?? '']))

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export const xmlOf = (records: readonly string[][]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<list total="${records.length}">${records
    .map(
      (record) => `<item>${NAMES.map((name, at) => `<${name}>${escaped(record[at] ?? '')}</${name}>`).join('')}</item>`,
    )
    .join('\n')}</list>`

export const textOf = (format: Format, records: readonly string[][], random: Random): string => {
  switch (format) {
    case 'csv':
      return (random.chance(0.2) ? '样例名单\n\n' : '') + csvOf([NAMES, ...records], random.one([',', ',', ';', '\t']))
    case 'jsonl':
      return records.map((record) => JSON.stringify(fieldsOf(record))).join('\n')
    case 'xml':
      return xmlOf(records)
    default:
      return JSON.stringify({ status: '1', data: { total: records.length, list: records.map(fieldsOf) } })
  }
}

export const bookOf = (format: Format, rows: readonly (readonly unknown[])[], sheets = 1): Buffer => {
  const workbook = XLSX.utils.book_new()
  for (let n = 0; n < sheets; n += 1)
    XLSX.utils.book_append_sheet(workbook, XLSX.utils.aoa_to_sheet(rows.map((row) => [...row])))
  return XLSX.write(workbook, {
    type: 'buffer',
    bookType: format === 'xls' ? 'xls' : 'xlsx',
    compression: true,
  }) as Buffer
}
