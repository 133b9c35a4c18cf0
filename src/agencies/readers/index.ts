import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { OLE2_SIGNATURE } from '../../foundation/text/xlsx/biff.js'
import type { FileContent } from './content.js'
import { readCsv } from './csv.js'
import { readJson, readJsonLines } from './json.js'
import type { FormShape } from './shapes.js'
import { readXls, readXlsx } from './xlsx.js'
import { readXml } from './xml.js'

const READERS = {
  csv: readCsv,
  xlsx: readXlsx,
  xls: readXls,
  xml: readXml,
  json: readJson,
  jsonl: readJsonLines,
} as const
type ReaderName = keyof typeof READERS

export const readContent = (
  content: FileContent,
  shapes: readonly FormShape[],
  feed: string,
  named?: string,
): AsyncIterable<SourceItem> => {
  if (named !== undefined && !Object.hasOwn(READERS, named))
    throw new Refusal('READER_UNKNOWN', { reader: named, known: Object.keys(READERS).join(' ') })
  const reader = (named as ReaderName | undefined) ?? readerFor(content.head)
  if (reader === null) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '文件为空 empty' })
  return READERS[reader](content, { feed, shapes })
}

const ZIP = Buffer.from('PK\x03\x04')

const readerFor = (head: Buffer): ReaderName | null => {
  if (head.subarray(0, ZIP.length).equals(ZIP)) return 'xlsx'
  if (head.subarray(0, OLE2_SIGNATURE.length).equals(OLE2_SIGNATURE)) return 'xls'
  const start = textual(head).trimStart()
  if (start === '') return null
  if (start.startsWith('<')) return 'xml'
  return /^[[{]/.test(start) ? 'json' : 'csv'
}

const textual = (head: Buffer): string => {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  return head
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll(wide ? '\0' : '\uFFFF', '')
}
