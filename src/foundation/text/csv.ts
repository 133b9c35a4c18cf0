import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { CsvError, parse as parser } from 'csv-parse'
import { parse, CsvError as SyncError } from 'csv-parse/sync'

const FORM = { bom: true, skip_empty_lines: true, relax_column_count: true } as const
/** Bytes parsed per event-loop turn, about ten milliseconds. */
const SLICE_BYTES = 64 * 1024
const QUOTED = /[",\r\n]/

/**
 * csv-stringify takes four times as long per line, and leaves a lone line feed unquoted.
 */
export const csvLine = (cells: readonly (string | number | null)[], quoted = QUOTED): string =>
  `${cells.map((cell) => cellText(cell, quoted)).join(',')}\r\n`

const cellText = (cell: string | number | null, quoted: RegExp): string => {
  const text = String(cell ?? '')
  return quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A large file at once would block for seconds. */
export const csvRecordsInSlices = (text: string): AsyncIterable<string[]> =>
  Readable.from(slicesOf(Buffer.from(text))).pipe(parser(FORM))

const slicesOf = async function* (bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await setImmediate()
    yield bytes.subarray(at, at + SLICE_BYTES)
  }
}

export const csvFaultCode = (error: unknown): string | null =>
  error instanceof CsvError || error instanceof SyncError ? error.code : null

/** Parses up to an unclosed quote, or until `swallows` says that a record contains others. */
export const csvRecordsUntil = (
  text: string,
  delimiter: string,
  { most, swallows }: { most?: number; swallows?: (cells: string[], from: number, to: number) => boolean },
): { records: { cells: string[]; to: number }[]; swallowed: boolean } => {
  const records: { cells: string[]; to: number }[] = []
  let swallowed = false
  try {
    parse(text, {
      delimiter,
      record_delimiter: '\n',
      relax_quotes: true,
      relax_column_count: true,
      ...(most === undefined ? {} : { to: most }),
      on_record: (cells: string[], { lines }: { lines: number }) => {
        swallowed = swallows?.(cells, (records.at(-1)?.to ?? 0) + 1, lines) ?? false
        if (swallowed) throw new Error('swallowed')
        records.push({ cells, to: lines })
        return null
      },
    })
  } catch {
    // The records parsed before the fault are kept.
  }
  return { records, swallowed }
}
