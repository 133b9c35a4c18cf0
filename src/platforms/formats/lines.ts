/** Separated lines with a header, as a receiver puts them into an exchange folder: in UTF-8 or GB18030. */
import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { CsvError, parse as parser } from 'csv-parse'
import { parse, CsvError as SyncError } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { Unreadable } from './reading.js'

export interface Lines {
  names: readonly string[]
  rows: ReadonlyMap<string, string>[]
  /** The last line has its end: whoever wrote this has finished it. */
  ended: boolean
}

const FORM = { bom: true, skip_empty_lines: true, relax_column_count: true } as const
/** Read without a pause for others, bytes: some ten milliseconds. */
const SLICE_BYTES = 64 * 1024

export const linesIn = (bytes: Buffer): Lines => {
  const text = textIn(bytes)
  try {
    const [header = [], ...rows] = parse(text, FORM) as string[][]
    const names = namesIn(header)
    return { names, rows: rows.map((cells) => rowOf(names, cells)), ended: text.endsWith('\n') }
  } catch (error) {
    throw unreadable(error)
  }
}

/** The same of a large file, with a pause after each slice: at once it would hold up everything else for seconds. */
export const linesInSlices = async (bytes: Buffer): Promise<Lines> => {
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
  error instanceof CsvError || error instanceof SyncError ? new Unreadable(`no separated lines (${error.code})`) : error
