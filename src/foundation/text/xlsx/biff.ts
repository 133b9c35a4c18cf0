/** Checks an .xls first: SheetJS skips unknown BIFF records, tolerates truncation and overwrites cells. */
import * as XLSX from '@e965/xlsx'
import { Refusal } from '../../errors.js'

const MAX_CELLS = 2_000_000 // 20 MB hold no more
const MAX_COLUMN = 255 // 0-based, the format's own limit
const HEADER_BYTES = 4 // a record's kind and length
const BOF = 0x0809
const EOF = 0x000a
const SHEET = 0x0085
const PASSWORD = 0x002f
const CELL = new Set([0x0006, 0x0203, 0x0204, 0x0205, 0x00d6, 0x00fd, 0x0206, 0x027e, 0x0406])
/** MULRK: adjacent cells of a row; the last column number is at the end. */
const CELLS = 0x00bd
/** EACH: bytes per cell of MULRK. AROUND: its bytes before and after the cells. */
const EACH = 6
const AROUND = 6

export const checkBiff = (bytes: Buffer): void => {
  const stream = streamOf(bytes)
  const places = new Set<number>()
  const cell = (row: number, column: number): void => {
    const place = row * (MAX_COLUMN + 1) + column
    if (column > MAX_COLUMN) throw unreadable('列数超过上限 a column beyond the limit')
    if (places.has(place)) throw unreadable('单元格重复 a cell twice')
    if (places.size >= MAX_CELLS) throw new Refusal('CONTENT_TOO_LARGE', { limit: `${MAX_CELLS} 个单元格 cells` })
    places.add(place)
  }
  let open = 0
  let parts = 0
  let sheets = 0
  for (let at = 0; at < stream.length; ) {
    // Some writers pad the last sector with zeros.
    if (open === 0 && parts > 0 && stream.subarray(at).every((byte) => byte === 0)) break
    if (at + HEADER_BYTES > stream.length) throw broken()
    const kind = stream.readUInt16LE(at)
    const length = stream.readUInt16LE(at + 2)
    const data = stream.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length)
    if (data.length !== length || (open === 0 && kind !== BOF)) throw broken()
    at += HEADER_BYTES + length
    if (kind === BOF) {
      if (open === 0) {
        parts += 1
        places.clear()
      }
      open += 1
    } else if (kind === EOF) open -= 1
    else if (kind === PASSWORD) throw unreadable('工作簿已加密 the workbook is encrypted')
    else if (kind === SHEET && parts === 1) sheets += 1
    // In nested charts these records mean something else.
    else if (open === 1 && CELL.has(kind) && length >= HEADER_BYTES) cell(data.readUInt16LE(0), data.readUInt16LE(2))
    else if (open === 1 && kind === CELLS && length >= AROUND + EACH) {
      const [first, last] = [data.readUInt16LE(2), data.readUInt16LE(length - 2)]
      if (last - first + 1 !== (length - AROUND) / EACH) throw broken()
      for (let column = first; column <= last; column += 1) cell(data.readUInt16LE(0), column)
    }
  }
  // The workbook comes first and lists every other part as a sheet.
  if (open !== 0 || sheets === 0 || sheets !== parts - 1) throw broken()
}

const streamOf = (bytes: Buffer): Buffer => {
  try {
    const container = XLSX.CFB.read(bytes, { type: 'buffer' })
    const entry = XLSX.CFB.find(container, 'Workbook') ?? XLSX.CFB.find(container, 'Book')
    if (entry) {
      if (entry.content.length < entry.size) throw broken()
      return Buffer.from(entry.content).subarray(0, entry.size)
    }
  } catch {
    throw broken()
  }
  throw unreadable('其中没有工作簿（或已加密）no workbook inside, or an encrypted one')
}

const broken = (): Refusal => unreadable('工作簿损坏 a broken workbook')
const unreadable = (reason: string): Refusal => new Refusal('CONTENT_UNREADABLE', { reader: 'xls', reason })

export const OLE2_SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** Version, byte order and sector size in an OLE2 header, hex. */
const VERSIONS = ['0300feff0900', '0400feff0c00']

export const isOle2 = (bytes: Buffer): boolean =>
  bytes.subarray(0, OLE2_SIGNATURE.length).equals(OLE2_SIGNATURE) && VERSIONS.includes(bytes.toString('hex', 26, 32))
