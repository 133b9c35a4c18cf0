import * as XLSX from '@e965/xlsx'
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { contentFromBytes } from '../../src/agencies/readers/content.js'
import { readContent } from '../../src/agencies/readers/index.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { refusalOf } from './samples.js'

const NAMES = ['序号', '受检单位', '产品名称', '通报日期']
const ROW = [1, '长春市样例商行', '样例茶', new Date(Date.UTC(2025, 4, 6))]

const book = (rows: unknown[][], options: XLSX.WritingOptions = {}, sheets = 1): Buffer => {
  const workbook = XLSX.utils.book_new()
  for (let n = 0; n < sheets; n += 1)
    XLSX.utils.book_append_sheet(workbook, XLSX.utils.aoa_to_sheet(rows, { UTC: true }))
  return XLSX.write(workbook, { type: 'buffer', bookType: 'xls', ...options }) as Buffer
}
const read = async (bytes: Buffer, named?: string): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  for await (const item of readContent(contentFromBytes(bytes), [{ names: NAMES }], 'quality', named)) items.push(item)
  return items
}

/** Changes the record stream in place. */
const changed = (bytes: Buffer, change: (stream: Buffer) => void): Buffer => {
  const container = XLSX.CFB.read(bytes, { type: 'buffer' })
  const entry = XLSX.CFB.find(container, 'Workbook') ?? XLSX.CFB.find(container, 'Book')
  if (!entry) throw new Error('no workbook')
  const stream = Buffer.from(entry.content)
  change(stream)
  entry.content = stream
  return Buffer.from(XLSX.CFB.write(container, { type: 'buffer' }) as Uint8Array)
}
const placesOf = (stream: Buffer, kind: number): number[] => {
  const places: number[] = []
  for (let at = 0; at + 4 <= stream.length; at += 4 + stream.readUInt16LE(at + 2))
    if (stream.readUInt16LE(at) === kind) places.push(at)
  return places
}
const LABEL = 0x0204

describe('reader xls', () => {
  it('is chosen by the container, and reads header, numbers and days as xlsx does', async () => {
    const items = await read(book([['样例通报'], [], NAMES, ROW]))
    expect(items).to.deep.equal([
      {
        page: null,
        row: 4,
        fields: { 序号: 1, 受检单位: '长春市样例商行', 产品名称: '样例茶', 通报日期: '2025-05-06' },
      },
    ])
  })

  it('reads the same items from xls and xlsx', async () => {
    const rows = [NAMES, ROW, [], [2, '例', '茶', '2025-05-07']]
    expect(await read(book(rows))).to.deep.equal(await read(book(rows, { bookType: 'xlsx' })))
  })

  it('reads texts in the code page of the machine that wrote them', async () => {
    const texts = [...NAMES, '甲', '长春市样例商行', '样例茶', '2025-05-06'].map((text) => iconv.encode(text, 'gbk'))
    // SheetJS cannot write such texts, so placeholders of equal length are replaced.
    const letters = texts.map((text, at) => String.fromCharCode(97 + at).repeat(text.length))
    const bytes = changed(book([letters.slice(0, 4), letters.slice(4)], { bookType: 'biff5' }), (stream) => {
      stream.writeUInt16LE(936, (placesOf(stream, 0x0042)[0] ?? 0) + 4)
      for (const [at, place] of placesOf(stream, LABEL).entries()) texts[at]?.copy(stream, place + 12)
    })
    expect((await read(bytes))[0]?.fields).to.include({ 受检单位: '长春市样例商行', 产品名称: '样例茶' })
  })

  it('reads a named xls file, and refuses other content under that name', async () => {
    expect(await read(book([NAMES, ROW]), 'xls')).to.have.length(1)
    expect(await refusalOf(read(book([NAMES, ROW], { bookType: 'xlsx' }), 'xls'))).to.equal('CONTENT_UNREADABLE')
    expect(await refusalOf(read(book([NAMES, ROW]), 'xlsx'))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses a sheet with a repeated cell', async () => {
    const bytes = changed(book([NAMES, ROW]), (stream) => {
      const [, , , , fifth = 0] = placesOf(stream, LABEL)
      stream.writeUInt16LE(0, fifth + 4)
    })
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses a sheet that the workbook does not name', async () => {
    const bytes = changed(book([NAMES, ROW], {}, 2), (stream) => {
      const [, second = 0] = placesOf(stream, 0x0085)
      stream.writeUInt16LE(0x00e2, second)
    })
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses a stream that ends within a record', async () => {
    const bytes = changed(book([NAMES, ROW]), (stream) => {
      const last = placesOf(stream, LABEL).at(-1) ?? 0
      stream.writeUInt16LE(0x1000, last + 2)
    })
    expect(await refusalOf(read(bytes))).to.equal('CONTENT_UNREADABLE')
  })

  it('reads a truncated workbook completely or not at all', async () => {
    const whole = book(Array.from({ length: 200 }, (_, at) => (at === 0 ? NAMES : ROW)))
    for (const share of [0.5, 0.9, 0.99]) {
      const got = await read(whole.subarray(0, Math.floor(whole.length * share))).catch((error: unknown) => error)
      if (Array.isArray(got)) expect(got, String(share)).to.have.length(199)
      else expect(await refusalOf(Promise.reject(got)), String(share)).to.match(/^CONTENT_/)
    }
  })

  it('refuses another document in the same container', async () => {
    const container = XLSX.CFB.utils.cfb_new()
    XLSX.CFB.utils.cfb_add(container, '/WordDocument', Buffer.from('样例'))
    expect(await refusalOf(read(Buffer.from(XLSX.CFB.write(container, { type: 'buffer' }) as Uint8Array)))).to.equal(
      'CONTENT_UNREADABLE',
    )
  })
})
