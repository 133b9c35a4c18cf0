/** Entries that leave the list during sending are omitted. */
import type { Request, Response } from 'express'
import { pagesFrom } from '../../foundation/pages.js'
import { secondsUntilMidnight, shanghaiDate } from '../../foundation/time/dates.js'
import type { ConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import type { PublicBody } from '../../store/listing/listings.js'
import * as publicList from '../../store/publication/public-list.js'
import { BYTE_ORDER_MARK, CSV_COLUMNS, publicCsvLine } from '../../work/publication/publish-files.js'
import { ReaderLeftError, sendWithTimeouts } from '../frame/response-timeout.js'
import { findEntriesByName } from './search.js'
import { makePublicSearch, type SearchFilter } from './search-filter.js'

const STEP_ENTRIES = 500
/** Enough for some hundred entries requested in the last second of a day. */
const SENDING_LEAST_MS = 10_000
const SHOWN = CSV_COLUMNS.filter((name) => name !== 'hash')

interface CsvDependencies {
  db: Db
  inTurn: ConcurrencyLimit
  now: Date
  slowMs?: number | undefined
}

export const sendResultCsv = (
  own: CsvDependencies,
  request: Request,
  response: Response,
  asked: SearchFilter,
): Promise<void> => {
  const day = shanghaiDate(own.now)
  response.set('Vary', 'Accept')
  return sendPublicCsv(own, request, response, { name: 'blacklist', lines: lines(own, asked, day) })
}

/** A slow response stops at midnight, because entries may expire then. */
export const sendPublicCsv = async (
  { now, slowMs }: Pick<CsvDependencies, 'now' | 'slowMs'>,
  request: Request,
  response: Response,
  { name, lines }: { name: string; lines: AsyncIterable<Buffer> },
): Promise<void> => {
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${name}-${shanghaiDate(now)}.csv"`,
    'Cache-Control': 'no-store',
  })
  if (request.method === 'HEAD') return void response.end()
  const bounds = { goodMs: Math.max(secondsUntilMidnight(now) * 1_000, SENDING_LEAST_MS), stalledMs: slowMs }
  await sendWithTimeouts(response, bounds, lines).catch((error) => {
    if (!(error instanceof ReaderLeftError)) throw error
  })
}

async function* lines({ db, inTurn }: CsvDependencies, asked: SearchFilter, day: string): AsyncGenerator<Buffer> {
  yield Buffer.from(BYTE_ORDER_MARK + publicCsvLine(SHOWN))
  if (asked.name !== '') return yield rowsOf(await findEntriesByName(db, inTurn, asked, day))
  const [sought, order] = [makePublicSearch(asked, day), asked.sort ?? 'newest']
  const pages = pagesFrom<{ body: PublicBody; on: string }>((last) => {
    const after = last && { on: last.on, id: last.body.id }
    return inTurn(() => publicList.readListPage(db, sought, { order, first: STEP_ENTRIES, after }))
  })
  for await (const page of pages) {
    yield rowsOf(page.map(({ body }) => body))
    if (page.length < STEP_ENTRIES) return
  }
}

const rowsOf = (entries: readonly PublicBody[]): Buffer =>
  Buffer.from(entries.map((entry) => publicCsvLine(SHOWN.map((name) => entry[name]))).join(''))
