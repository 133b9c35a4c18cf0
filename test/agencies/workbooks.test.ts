import * as XLSX from '@e965/xlsx'
import { expect } from 'chai'
import { workbookOf } from './archives.js'
import { HEADER, ROW, read, rowsOf } from './reading.js'
import { itemsOf, refusalOf, sample } from './samples.js'

describe('reader xlsx', () => {
  const book = (...sheets: unknown[][][]): Buffer => {
    const workbook = XLSX.utils.book_new()
    for (const rows of sheets) XLSX.utils.book_append_sheet(workbook, XLSX.utils.aoa_to_sheet(rows))
    return XLSX.write(workbook, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer
  }
  const table = [HEADER.split(','), ROW.split(',')]

  it('numbers items by the rows of the sheet, below title and note, and reads days as texts', async () => {
    const items = await itemsOf('quality', sample('quality.xlsx'))
    expect(items.map(({ page, row }) => [page, row])).to.deep.equal([
      [null, 4],
      [null, 5],
    ])
    expect(items[0]?.fields).to.include({ 序号: 1, 通报日期: '2025-05-06' })
  })

  it('reads every sheet with a known header, naming the sheet as page', async () => {
    const items = await read(book(table, [['说明']], table))
    expect(items.map(({ page, row }) => `${page}/${row}`)).to.deep.equal(['1/2', '3/2'])
  })

  it('leaves out empty rows but counts them', async () => {
    expect(await rowsOf(book([...table, [], ROW.split(',')]))).to.equal('2 4')
  })

  it('rejects a row with a cell beyond the header', async () => {
    expect(await rowsOf(book([...table, [...ROW.split(','), '多']]))).to.equal('2 3!')
  })

  it('refuses an archive that unpacks to more than it declares', async () => {
    const bytes = book(table)
    const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
    bytes.writeUInt32LE(10, entry + 24)
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses an archive that would unpack to more than the limit', async () => {
    const bytes = book(table)
    const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
    bytes.writeUInt32LE(0x7fffffff, entry + 24)
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_TOO_LARGE')
  })

  it('refuses an archive with a part whose checksum is wrong', async () => {
    const bytes = book(table)
    const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
    bytes.writeUInt32LE((bytes.readUInt32LE(entry + 16) ^ 1) >>> 0, entry + 16)
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses a workbook larger than the limit', async () => {
    expect(await refusalOf(read(Buffer.concat([book(table), Buffer.alloc(21 * 1024 * 1024)])))).to.equal(
      'CONTENT_TOO_LARGE',
    )
  })
})

describe('a malicious workbook', () => {
  const head = '<row r="1">'
    .concat(...HEADER.split(',').map((name) => `<c t="inlineStr"><is><t>${name}</t></is></c>`))
    .concat('</row>')
  const sheet = (rows: string) =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${head}${rows}</sheetData></worksheet>`

  it('is read when it is harmless', async () => {
    const row = `<row r="3">${'<c><v>1</v></c>'.repeat(5)}</row>`
    expect(await rowsOf(workbookOf([sheet(row)]))).to.equal('3')
  })

  it('reads the stored result of a formula, also an empty text', async () => {
    const row = `<row r="2"><c t="str"><f>A1</f><v>甲</v></c><c t="str"><f>A1</f><v></v></c>${'<c><v>1</v></c>'.repeat(3)}</row>`
    expect(await rowsOf(workbookOf([sheet(row)]))).to.equal('2')
  })

  const refused: [title: string, bytes: () => Buffer, code: string][] = [
    [
      'a row beyond the last',
      () => workbookOf([sheet('<row r="1048577"><c><v>1</v></c></row>')]),
      'CONTENT_UNREADABLE',
    ],
    [
      'a column beyond the last',
      () => workbookOf([sheet('<row r="2"><c r="XFE2"><v>1</v></c></row>')]),
      'CONTENT_UNREADABLE',
    ],
    [
      'a row number twice',
      () => workbookOf([sheet('<row r="2"><c><v>1</v></c></row>'.repeat(2))]),
      'CONTENT_UNREADABLE',
    ],
    [
      'a cell twice',
      () => workbookOf([sheet(`<row r="2">${'<c r="A2"><v>1</v></c>'.repeat(2)}</row>`)]),
      'CONTENT_UNREADABLE',
    ],
    [
      'a text longer than a cell holds',
      () => workbookOf([sheet(`<row r="2"><c t="str"><v>${'x'.repeat(32_768)}</v></c></row>`)]),
      'CONTENT_UNREADABLE',
    ],
    ['a cut sheet beside a whole one', () => workbookOf([sheet(''), sheet('').slice(0, -30)]), 'CONTENT_UNREADABLE'],
    [
      'a formula without its result',
      () => workbookOf([sheet('<row r="2"><c><f>A1</f></c></row>')]),
      'CONTENT_UNREADABLE',
    ],
    [
      'a formula with an empty result that is no text',
      () => workbookOf([sheet('<row r="2"><c><f>A1</f><v/></c></row>')]),
      'CONTENT_UNREADABLE',
    ],
    ['a sheet that is not there', () => workbookOf([sheet(''), null]), 'CONTENT_UNREADABLE'],
    [
      'more cells than a table has',
      () => workbookOf([sheet(`<row>${'<c/>'.repeat(1000)}</row>`.repeat(5001))]),
      'CONTENT_TOO_LARGE',
    ],
    ['more text than the limit', () => workbookOf([sheet(' '.repeat(21 * 1024 * 1024))]), 'CONTENT_TOO_LARGE'],
    [
      'two counts of its parts',
      () => {
        const bytes = workbookOf([sheet('')])
        bytes.writeUInt16LE(1, bytes.length - 22 + 10)
        return bytes
      },
      'CONTENT_UNREADABLE',
    ],
  ]
  for (const [title, bytes, code] of refused) {
    it(`is refused for ${title}`, async () => expect(await refusalOf(read(bytes()))).to.equal(code))
  }
})
