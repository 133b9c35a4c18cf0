/** Hostile documents: endless lines, bombs, nesting, very wide tables. */
import { workbookOf } from '../agencies/archives.js'
import { bookOf, csvOf, NAMES, recordsOf, xmlOf } from './documents.js'
import type { Mutated } from './mutations.js'
import type { Random } from './random.js'

const LONG = 100 * 1024 * 1024 // bytes
const DEEP = 100_000
const WIDE = 1_000_000 // columns

const head = csvOf([NAMES])
const harm = (bytes: Buffer | string): Mutated => ({ bytes: Buffer.from(bytes), marks: null })
const book = (records: string[][]): unknown[][] => [NAMES, ...records]
const sheetOf = (rows: string): string =>
  `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">${NAMES.map(
    (name) => `<c t="inlineStr"><is><t>${name}</t></is></c>`,
  ).join('')}</row>${rows}</sheetData></worksheet>`
const rowOf = (record: readonly string[], cell: (text: string) => string): string =>
  `<row>${record.map(cell).join('')}</row>`
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export const MONSTERS: Record<string, (random: Random) => Mutated> = {
  'csv: a line of 100 MB': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG, 'x')])),
  'csv: a header of 100 MB': () => harm(Buffer.alloc(LONG, 'x,')),
  'csv: 100 MB of separators': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG, ',')])),
  'csv: 100 MB of quotes': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG, '"')])),
  'csv: 100 MB of opened quotes': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG / 10, '"a\n')])),
  'csv: 100 MB of carriage returns': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG, '\r')])),
  'csv: 100 MB of NUL': () => harm(Buffer.concat([Buffer.from(head), Buffer.alloc(LONG)])),
  'csv: a million columns': () => harm(`${'列,'.repeat(WIDE)}\n${'1,'.repeat(WIDE)}\n`),
  'csv: a row of a million columns': () => harm(`${head}${'1,'.repeat(WIDE)}\n`),
  'csv: a header with a million empty names': () => harm(`${head.trimEnd()}${','.repeat(WIDE)}\n1,2,3\n`),
  'json: a text of 100 MB': () => harm(Buffer.concat([Buffer.from('[{"编号":"'), Buffer.alloc(LONG, 'x')])),
  'jsonl: a line of 100 MB': () => harm(Buffer.concat([Buffer.from('{"编号":1}\n{"编号":"'), Buffer.alloc(LONG, 'x')])),
  'json: lists nested 100,000 deep': () => harm('['.repeat(DEEP) + ']'.repeat(DEEP)),
  'json: objects nested 100,000 deep': () => harm(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`),
  'json: a record nested 100,000 deep': () =>
    harm(`[{"编号":1,"企业名称":2,"登记日期":3,"备注":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}]`),
  'json: a record with a million fields': () =>
    harm(`[{${Array.from({ length: WIDE / 10 }, (_, at) => `"f${at}":1`).join()}}]`),
  'json: __proto__': () => harm(`[{"__proto__":{"编号":1},"编号":1,"企业名称":2,"登记日期":3,"constructor":1}]`),
  'xml: billion laughs': () =>
    harm(
      `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">${Array.from(
        { length: 30 },
        (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`,
      ).join('')}]><l>&a30;</l>`,
    ),
  'xml: an external entity': () =>
    harm(`<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l><item><编号>&x;</编号></item></l>`),
  'xml: nested 100,000 deep': () => harm('<a>'.repeat(DEEP)),
  'xml: a million attributes': () =>
    harm(`<a ${Array.from({ length: WIDE / 10 }, (_, at) => `a${at}="1"`).join(' ')}/>`),
  'xml: a text of 30 MB': () => harm(`<a>${'x'.repeat(30 * 1024 * 1024)}</a>`),
  'xml: a name of 20 MB': () => harm(`<${'a'.repeat(20 * 1024 * 1024)}>`),
  'xml: a million elements': () => harm(`<a>${'<b/>'.repeat(1_100_000)}</a>`),
  'xml: a comment without end': () => harm(`<a><!--${'-'.repeat(20 * 1024 * 1024)}`),
  'xlsx: a bomb': () =>
    harm(workbookOf([Buffer.concat([Buffer.from(sheetOf('')), Buffer.alloc(128 * 1024 * 1024, ' ')])])),
  'xlsx: a bomb that states little': () => {
    const bytes = workbookOf([sheetOf(' '.repeat(60 * 1024 * 1024))])
    for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4))
      bytes.writeUInt32LE(100, at + 24)
    return harm(bytes)
  },
  'xlsx: as large as it may be': () =>
    harm(workbookOf([sheetOf('<row><c><v>1</v></c><c><v>2</v></c></row>'.repeat(500_000))])),
  'xlsx: cells of one text': () =>
    harm(workbookOf([sheetOf(`<row>${'<c t="inlineStr"><is><t>x</t></is></c>'.repeat(1000)}</row>`.repeat(400))])),
  'xlsx: a cell far away': () => harm(workbookOf([sheetOf('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')])),
  'xlsx: formula cells': (random) => {
    const records = recordsOf(random, false)
    const cell = (text: string) => `<c t="str"><f>CONCATENATE("a","b")</f><v>${escaped(text)}</v></c>`
    const bytes = workbookOf([sheetOf(records.map((record) => rowOf(record, cell)).join(''))])
    return { bytes, marks: new Set(records.map(([mark = '']) => mark)) }
  },
  'xlsx: formula cells without a value': (random) => {
    const records = recordsOf(random, false)
    const cell = (text: string) => `<c t="str"><f>HYPERLINK("http://x/${escaped(text)}")</f></c>`
    const bytes = workbookOf([sheetOf(records.map((record) => rowOf(record, cell)).join(''))])
    return { bytes, marks: new Set(records.map(([mark = '']) => mark)) }
  },
  'xlsx: cells that hold errors': (random) => {
    const records = recordsOf(random, false)
    const cell = (text: string, at: number) =>
      at === 5 ? '<c t="e"><v>#REF!</v></c>' : `<c t="inlineStr"><is><t>${escaped(text)}</t></is></c>`
    const rows = records.map((record) => `<row>${record.map(cell).join('')}</row>`).join('')
    return { bytes: workbookOf([sheetOf(rows)]), marks: new Set(records.map(([mark = '']) => mark)) }
  },
  'xlsx: a sheet flipped inside': (random) => {
    const records = recordsOf(random, false)
    const cell = (text: string) => `<c t="inlineStr"><is><t>${escaped(text)}</t></is></c>`
    const sheet = Buffer.from(sheetOf(records.map((record) => rowOf(record, cell)).join('')))
    const at = random.below(sheet.length)
    sheet[at] = (sheet[at] ?? 0) ^ (1 << random.below(7))
    return harm(workbookOf([sheet]))
  },
  'xlsx: two sheets': (random) => {
    const records = recordsOf(random, false)
    return { bytes: bookOf('xlsx', book(records), 2), marks: new Set(records.map(([mark = '']) => mark)) }
  },
  'xls: ten thousand rows': () =>
    harm(bookOf('xls', [NAMES, ...Array.from({ length: 10_000 }, () => ['K000001Z', 'a', '', '', '1', 'b'])])),
  'xml: as large as it may be': () =>
    harm(
      xmlOf(
        Array.from({ length: 90_000 }, (_, at) => [
          `K${String(at).padStart(6, '0')}Z`,
          '甲',
          '',
          '2025-01-01',
          '1',
          '乙',
        ]),
      ),
    ),
}
