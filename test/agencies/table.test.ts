import { expect } from 'chai'
import type { DeliveryOutcome, FeedDelivery, SourceReject } from '../../src/agencies/delivery.js'
import { exchangeTableDdl, openTable } from '../../src/agencies/transports/table.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

const NAMES = ['CF_WSH', 'CF_XDR_MC', 'CF_JDRQ']
const SHAPES = [{ names: NAMES }]

describe('an exchange table', () => {
  let exchange: TestDatabase
  const opened = (rows = 1000, url = exchange.url): Promise<FeedDelivery> =>
    openTable({ url, state: null, feed: 'test', shapes: SHAPES }, rows)
  const read = async ({ items }: FeedDelivery): Promise<SourceItem[]> => {
    const found: SourceItem[] = []
    for await (const item of items) found.push(item)
    return found
  }
  const end = (
    delivery: FeedDelivery,
    outcome: DeliveryOutcome['outcome'],
    rejects: SourceReject[] = [],
    error: DeliveryOutcome['error'] = null,
  ) => delivery.settle?.({ outcome, run: 7, error, rejects: each(rejects) })
  const make = (columns?: string[]): Promise<unknown> =>
    exchange.db.raw(`drop table if exists exchange_test; ${exchangeTableDdl('test', columns)}`)
  const send = (...payloads: unknown[]): Promise<unknown> =>
    exchange.db('exchange_test').insert(payloads.map((payload) => ({ payload: JSON.stringify(payload) })))
  const states = async (): Promise<string> =>
    (await exchange.db('exchange_test').orderBy('id')).map(({ id, state }) => `${id}:${state}`).join(' ')
  const record = (n: number) => ({ CF_WSH: `样罚〔2025〕${n}号`, CF_XDR_MC: '样例', CF_JDRQ: '2025-01-01' })
  const reasonOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(() => null).catch((thrown: unknown) => thrown)
    return isRefusal(error) ? `${error.code} ${error.details.reason}` : String(error)
  }

  before(async () => {
    exchange = await freshDatabase({ empty: true })
  })
  after(() => exchange.drop())

  it('delivers waiting rows by id, and changes nothing while they are read', async () => {
    await make()
    await send(...Array.from({ length: 450 }, (_, at) => record(at + 1)))
    const before = await states()
    const delivery = await opened()
    const items = await read(delivery)
    expect(items.map(({ row }) => row)).to.deep.equal(Array.from({ length: 450 }, (_, at) => at + 1))
    expect(items[0]?.fields).to.deep.equal(record(1))
    expect(delivery).to.include({ file: null, whole: false, more: false })
    expect(await states()).to.equal(before)
  })

  it('gets an answer for each row', async () => {
    await make()
    await send(record(1), record(2), record(3))
    const delivery = await opened()
    await read(delivery)
    await end(delivery, 'DONE', [
      { page: null, row: 2, field: 'CF_JDRQ', heading: null, rule: 'date', message: '不是日期。' },
      { page: null, row: 2, field: 'CF_WSH', heading: '文书号', rule: 'required', message: '为空。' },
    ])
    const rows = await exchange.db('exchange_test').orderBy('id')
    expect(rows.map(({ state, check_state, error_code }) => [state, check_state, error_code])).to.deep.equal([
      [2, 1, null],
      [3, 0, 'date'],
      [2, 1, null],
    ])
    expect(rows[1]?.error_message).to.equal('CF_JDRQ：不是日期。 文书号（CF_WSH）：为空。')
    expect(rows.every(({ feedback_time }) => feedback_time instanceof Date)).to.equal(true)
    expect((await opened()).unmodified).to.equal(true)
  })

  it('delivers a resubmitted row again', async () => {
    await make()
    await send(record(1), record(2))
    const first = await opened()
    await read(first)
    await end(first, 'DONE', [{ page: null, row: 2, field: null, heading: null, rule: 'row', message: '坏。' }])
    await exchange.db('exchange_test').where({ id: 2 }).update({ state: 0, resub_time: exchange.db.fn.now() })
    const second = await opened()
    expect((await read(second)).map(({ row }) => row)).to.deep.equal([2])
    await end(second, 'DONE')
    const [, again] = await exchange.db('exchange_test').orderBy('id')
    expect(again).to.include({ state: 2, error_code: null, error_message: null })
  })

  it('gets no answer for a row that changed after reading', async () => {
    await make()
    await send(record(1), record(2))
    const delivery = await opened()
    await read(delivery)
    await exchange
      .db('exchange_test')
      .where({ id: 1 })
      .update({ payload: JSON.stringify(record(9)) })
    await end(delivery, 'DONE')
    expect(await states()).to.equal('1:0 2:2')
  })

  it('gets the reason of a refused delivery in every row, and keeps all rows waiting after a failure', async () => {
    await make()
    await send(record(1), record(2))
    const failed = await opened()
    await read(failed)
    await end(failed, 'FAILED')
    expect(await states()).to.equal('1:0 2:0')
    const refused = await opened()
    await read(refused)
    await end(refused, 'REFUSED', [], { code: 'FEED_OUT_OF_BOUNDS', message: '超出约定范围。' })
    const rows = await exchange.db('exchange_test').orderBy('id')
    expect(rows.map(({ state, error_code }) => [state, error_code])).to.deep.equal([
      [3, 'FEED_OUT_OF_BOUNDS'],
      [3, 'FEED_OUT_OF_BOUNDS'],
    ])
  })

  it('is read in deliveries of a bounded number of rows', async () => {
    await make()
    await send(...Array.from({ length: 7 }, (_, at) => record(at + 1)))
    const sizes: [number, boolean | undefined][] = []
    for (let n = 0; n < 3; n += 1) {
      const delivery = await opened(3)
      sizes.push([(await read(delivery)).length, delivery.more])
      await end(delivery, 'DONE')
    }
    expect(sizes).to.deep.equal([
      [3, true],
      [3, true],
      [1, false],
    ])
  })

  it('restores the column names of the form and keeps values as written', async () => {
    await make()
    await exchange.db.raw(`drop table exchange_test;
      ${exchangeTableDdl('test', ['cf_wsh', 'cf_xdr_mc', 'extra ?"']).replace('?', '\\?')};
      alter table exchange_test add column cf_jdrq date, add column amount numeric(24, 6)`)
    await exchange.db.raw(
      `insert into exchange_test (cf_wsh, cf_xdr_mc, cf_jdrq, amount) values ('甲', null, '2025-01-01', 90071992547409931.5)`,
    )
    const [item] = await read(await opened())
    expect(item?.fields).to.deep.equal({
      CF_WSH: '甲',
      CF_XDR_MC: '',
      'extra ?"': '',
      CF_JDRQ: '2025-01-01',
      amount: '90071992547409931.500000',
    })
  })

  it('rejects rows that are too large or not records', async () => {
    await make()
    await send({ ...record(1), CF_XDR_MC: 'x'.repeat(300_000) }, [1], null, record(4))
    const items = await read(await opened())
    expect(items.map(({ row, fields }) => `${row}${'__row' in fields ? '!' : ''}`)).to.deep.equal([
      '1!',
      '2!',
      '3!',
      '4',
    ])
  })

  it('is refused if its columns are unknown or an id is out of range', async () => {
    await make(['a', 'b', 'c'])
    await exchange.db.raw(`insert into exchange_test (a) values ('1')`)
    expect(await reasonOf(opened().then(read))).to.match(/^CONTENT_UNKNOWN/)
    await make()
    await exchange.db.raw(
      `insert into exchange_test (id, payload) overriding system value values (9007199254740993, '{}')`,
    )
    expect(await reasonOf(opened().then(read))).to.match(/^FEED_UNREACHABLE .*超出范围/)
  })

  it('numbers rows beyond 31 bits by page and row', async () => {
    await make()
    await exchange.db.raw(
      `insert into exchange_test (id, payload) overriding system value values (5000000123, '${JSON.stringify(record(1))}')`,
    )
    const delivery = await opened()
    expect((await read(delivery)).map(({ page, row }) => [page, row])).to.deep.equal([[5, 123]])
    await end(delivery, 'DONE')
    expect(await states()).to.equal('5000000123:2')
  })

  it('is FEED_UNREACHABLE with a reason that hides its address', async () => {
    await exchange.db.raw('drop table if exists exchange_test')
    expect(await reasonOf(opened())).to.match(/^FEED_UNREACHABLE 交换库缺少表/)
    const wrong = new URL(exchange.url)
    wrong.pathname = '/nowhere'
    expect(await reasonOf(opened(1, wrong.href))).to.equal('FEED_UNREACHABLE 交换库：没有这个数据库 no such database')
    const closed = 'postgres://hub:geheim@127.0.0.1:1/x'
    expect(await reasonOf(opened(1, closed)))
      .to.match(/^FEED_UNREACHABLE/)
      .and.not.include('geheim')
    const odd = `${exchange.url}?schema=${encodeURIComponent('a"; drop table x')}`
    expect(await reasonOf(opened(1, odd))).to.match(/^FEED_UNREACHABLE .*模式名/)
  })

  it('may be in a schema of its own', async () => {
    await exchange.db.raw(`create schema door; ${exchangeTableDdl('test', undefined, 'door')}`)
    await exchange.db.raw(`insert into door.exchange_test (payload) values ('${JSON.stringify(record(1))}')`)
    const delivery = await opened(1, `${exchange.url}?schema=door`)
    expect(await read(delivery)).to.have.length(1)
    await end(delivery, 'DONE')
    expect((await exchange.db('door.exchange_test'))[0]?.state).to.equal(2)
  })
})

async function* each<T>(list: readonly T[]): AsyncIterable<T> {
  yield* list
}
