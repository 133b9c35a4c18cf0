/**
 * Exchange database (前置机, GB/T 39443-2020 5.6): rows of `exchange_<feed>` in state 0. Address:
 * `postgres://…/database?schema=NAME`.
 */
import type { SourceItem } from '../../domain/records/records.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { DeliveryOutcome, FeedDelivery, FeedRequest } from '../delivery.js'
import { unknownHeaderRefusal } from '../readers/near.js'
import { itemFromValue, makeBrokenItem, matchFormByNames } from '../readers/shapes.js'
import { yieldNoItems } from './http/attempt.js'
import {
  checkIdentifier,
  DATABASE_FAULT_TEXTS,
  type ExchangeTable,
  openExchange,
  type RowAnswer,
  tableOfFeed,
  withConnection,
} from './table/exchange.js'

export { exchangeTableDdl } from './table/exchange.js'

/** Rows of one pull: their ids stay in memory until answered. */
const MAX_ROWS = 100_000
const MAX_MESSAGE = 2000 // characters beside a row
/** A row number has 31 bits; the rest of a larger id becomes the page number. */
const ROWS_PER_PAGE = 1_000_000_000
const FIRST = -(2n ** 63n)

export const openTable = async (request: FeedRequest, most = MAX_ROWS): Promise<FeedDelivery> => {
  const { url, schema } = addressOf(request.url)
  const name = checkIdentifier(tableOfFeed(request.feed))
  const withExchange: ExchangeRunner = (readOnly, work) =>
    withConnection(url, readOnly, async (db) => work(await openExchange(db, schema, name)))
  const waiting = await withNamedFaults(() => withExchange(true, (exchange) => exchange.count(most + 1)))
  if (waiting === 0) return { items: yieldNoItems(), file: null, unmodified: true, whole: false }
  const taken: RowsRead = new Map()
  return {
    items: itemsOf(request, withExchange, taken, most),
    file: null,
    whole: false,
    more: waiting > most,
    settle: async (settled) => {
      if (settled.outcome !== 'FAILED') await withExchange(false, (exchange) => writeOutcome(exchange, taken, settled))
    },
  }
}

type ExchangeRunner = <T>(readOnly: boolean, work: (exchange: ExchangeTable) => Promise<T>) => Promise<T>
type RowsRead = Map<string, { id: string; version: string }>

const placeOf = (id: number): { page: number | null; row: number } =>
  id <= ROWS_PER_PAGE
    ? { page: null, row: id }
    : { page: Math.floor((id - 1) / ROWS_PER_PAGE), row: ((id - 1) % ROWS_PER_PAGE) + 1 }
const keyOf = ({ page, row }: { page: number | null; row: number }): string => `${page ?? ''}/${row}`

async function* itemsOf(
  { shapes, feed, signal }: FeedRequest,
  withExchange: ExchangeRunner,
  taken: RowsRead,
  most: number,
): AsyncIterable<SourceItem> {
  let after = String(FIRST)
  while (taken.size < most) {
    signal?.throwIfAborted()
    // Connects per batch, so a slow consumer holds no connection.
    const { rows, columns } = await withNamedFaults(() =>
      withExchange(true, async (exchange) => ({
        rows: await exchange.batch(after, most - taken.size),
        columns: exchange.columns,
      })),
    )
    const known = columns && matchFormByNames(columns, shapes)
    if (columns && !known) throw unknownHeaderRefusal({ feed, shapes }, [columns])
    for (const { id, version, large, fields } of rows) {
      const place = placeOf(Number(id))
      taken.set(keyOf(place), { id, version })
      after = id
      if (large) yield makeBrokenItem(place.page, place.row, '行过大 a row beyond the limit')
      else yield itemFromValue(place.page, place.row, known ? respelt(fields, columns, known.names) : fields)
    }
    if (rows.length === 0) return
  }
}

/** PostgreSQL turned the field names into lower case. */
const respelt = (fields: unknown, columns: readonly string[], names: readonly string[]): unknown => {
  const values = fields as Record<string, unknown>
  return Object.fromEntries(columns.map((column, at) => [names[at] ?? column, values[column] ?? '']))
}

const writeOutcome = async (exchange: ExchangeTable, taken: RowsRead, settled: DeliveryOutcome): Promise<void> => {
  const faults = new Map<string, { code: string; message: string }>()
  for await (const { page, row, field, heading, rule, message } of settled.rejects) {
    const key = keyOf({ page, row })
    const told = faults.get(key)
    const sentence = field === null ? message : `${heading === null ? field : `${heading}（${field}）`}：${message}`
    faults.set(key, {
      code: told?.code ?? rule,
      message: (told ? `${told.message} ${sentence}` : sentence).slice(0, MAX_MESSAGE),
    })
  }
  const whole = settled.outcome === 'REFUSED' ? settled.error : null
  const answers = [...taken].map(([key, { id, version }]): RowAnswer => {
    const fault = faults.get(key) ?? whole
    return { id, version, code: fault?.code ?? null, message: fault?.message.slice(0, MAX_MESSAGE) ?? null }
  })
  await exchange.answer(answers)
}

const addressOf = (url: string): { url: string; schema: string } => {
  const address = new URL(url)
  const schema = checkIdentifier(address.searchParams.get('schema') ?? 'public')
  address.searchParams.delete('schema')
  return { url: address.href, schema }
}

/** Reports the error code alone: the text may contain the password. */
const withNamedFaults = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (isRefusal(error)) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason = DATABASE_FAULT_TEXTS[code] ?? (code || '连接失败 no connection')
    throw new Refusal('FEED_UNREACHABLE', { reason: `交换库：${reason}` })
  }
}
