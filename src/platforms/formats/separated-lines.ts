import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { CsvError, parse as parser } from 'csv-parse'
import { parse, CsvError as SyncError } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { UnreadableAnswer } from './reading.js'

export interface SeparatedLines {
  names: readonly string[]
  rows: ReadonlyMap<string, string>[]
  /** The writer has finished. */
  ended: boolean
}

const FORM = { bom: true, skip_empty_lines: true, relax_column_count: true } as const
/** Bytes per event loop turn, about ten milliseconds. */
const SLICE_BYTES = 64 * 1024

export const linesIn = (bytes: Buffer): SeparatedLines => {
  const text = textIn(bytes)
  try {
    const [header = [], ...rows] = parse(text, FORM) as string[][]
    const names = namesIn(header)
    return { names, rows: rows.map((cells) => rowOf(names, cells)), ended: text.endsWith('\n') }
  } catch (error) {
    throw unreadable(error)
  }
}

/** Parsing a large file at once would block for seconds. */
export const linesInSlices = async (bytes: Buffer): Promise<SeparatedLines> => {
  const text = Buffer.from(textIn(bytes))
  let names: string[] | null = null
  const rows: ReadonlyMap<string, string>[] = []
  try {
    for await (const record of Readable.from(slicesOf(text)).pipe(parser(FORM))) {
      if (names === null) names = namesIn(record)
      else rows.push(rowOf(names, record))
    }
  } catch (error) {
    throw unreadable(error)
  }
  return { names: names ?? [], rows, ended: text.at(-1) === LINE_FEED }
}

const LINE_FEED = 0x0a

const slicesOf = async function* (bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await setImmediate()
    yield bytes.subarray(at, at + SLICE_BYTES)
  }
}

const textIn = (bytes: Buffer): string => (isUtf8(bytes) ? bytes.toString('utf8') : iconv.decode(bytes, 'gb18030'))

const namesIn = (header: readonly string[]): string[] => header.map((name) => name.trim())

const rowOf = (names: readonly string[], cells: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name, at) => [name, cells[at] ?? '']))

const unreadable = (error: unknown): unknown =>
  error instanceof CsvError || error instanceof SyncError
    ? new UnreadableAnswer(`no separated lines (${error.code})`)
    : error
