import { expect } from 'chai'
import { NO_RECEIPT_CODE, type Notice, WAITING_CODE } from '../../src/domain/delivery/delivery.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { jilinPlatform } from '../../src/platforms/jilin.js'
import type { PlatformAddress } from '../../src/platforms/platform.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { tableSql } from '../support/exchange-table-sql.js'
import { until } from '../support/until.js'
import { batchOf, noticeOf, removalOf } from './notices.js'
import { penaltyOf, permitOf } from './record-notices.js'

const SECRET = 'a secret of the table'

describe('an exchange table', () => {
  let one: TestDatabase
  let to: PlatformAddress = { url: '', secret: '' }
  before(async () => {
    one = await freshDatabase({ empty: true })
    to = { url: one.url, secret: SECRET }
  })
  after(() => one.drop())
  beforeEach(() => one.db.raw(`${tableSql('listing')}${tableSql('penalty')}${tableSql('permit')}`))
  afterEach(() => one.db.raw('drop table if exists hub_blacklist, hub_xzcf, hub_xzxk'))

  const sendTo = (where: PlatformAddress, ...notices: Notice[]) => jilinPlatform.send({ ...batchOf(), notices }, where)
  const send = (...notices: Notice[]) => sendTo(to, ...notices)
  const codesOf = async (...notices: Notice[]) =>
    ((await jilinPlatform.ask?.(notices, to)) ?? []).map(({ code }) => code)
  const rows = () => one.db('hub_blacklist').orderBy(['subject_key', 'sequence'])
  const judge = (state: number, code: string | null = null) =>
    one
      .db('hub_blacklist')
      .update({ state, error_code: code, error_message: '说明', receiver_id: 'JL-1', feedback_time: one.db.fn.now() })
  const reasonOf = async (working: Promise<unknown>): Promise<string> => {
    const error = await working.then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (isRefusal(error) && error.code === 'PLATFORM_UNREACHABLE') return String(error.details['reason'])
    throw error ?? new Error('nothing was refused')
  }

  it('contains one row for each message, in state 0', async () => {
    expect((await send(noticeOf(1), removalOf(2, 3))).map(({ code }) => code)).to.deep.equal([
      WAITING_CODE,
      WAITING_CODE,
    ])
    const [first, second] = await rows()
    expect(first).to.include({
      subject_key: 'lst_test_1',
      sequence: 1,
      operation: 'ADD',
      state: 0,
      register_date: '2025-03-03',
    })
    expect(second).to.include({ operation: 'REMOVE', remove_date: '2026-04-01', remove_reason: '信用修复' })
  })

  it('keeps a notice waiting while its row is new or taken, and reads the answer of a judged row', async () => {
    await send(noticeOf(1))
    for (const [state, code] of [
      [0, WAITING_CODE],
      [1, WAITING_CODE],
      [2, '00'],
      [3, '1001'],
    ] as const) {
      await judge(state, state > 1 ? code : null)
      expect(await codesOf(noticeOf(1), noticeOf(1, { sequence: 2 }))).to.deep.equal([code, NO_RECEIPT_CODE])
    }
    const [receipt] = (await jilinPlatform.ask?.([noticeOf(1)], to)) ?? []
    expect(receipt).to.deep.include({ accepted: false, code: '1001', text: '说明', receiverId: 'JL-1' })
  })

  it('keeps a notice waiting if its row is rejected with the success code', async () => {
    await send(noticeOf(1))
    await judge(3, '00')
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
  })

  it('answers at once for a row accepted before, and leaves the row unchanged', async () => {
    await send(noticeOf(1))
    await judge(2, '00')
    expect((await send(noticeOf(1)))[0]).to.include({ accepted: true, code: '00', receiverId: 'JL-1' })
    expect((await rows())[0]).to.include({ state: 2, error_code: '00', resub_time: null })
  })

  it('resets a row that was refused or gets other content, and notes the time', async () => {
    await send(noticeOf(1))
    await judge(3, '1001')
    expect((await send(noticeOf(1)))[0]).to.include({ code: WAITING_CODE })
    expect((await rows())[0]).to.include({ state: 0, error_code: null, error_message: null })
    expect((await rows())[0].resub_time).to.be.instanceOf(Date)
    await judge(2, '00')
    await send(noticeOf(1, { reason: '更正后的事由' }))
    expect(await rows()).to.have.length(1)
    expect((await rows())[0]).to.include({ state: 0, reason: '更正后的事由', error_code: null })
  })

  it('has a table for each kind, and answers for all kinds at once', async () => {
    await send(noticeOf(1))
    await send(penaltyOf(1))
    await send(permitOf(1))
    await one.db('hub_xzcf').update({ state: 2, error_code: '00' })
    const asked = [permitOf(1), noticeOf(1), penaltyOf(2), penaltyOf(1)]
    expect(await codesOf(...asked)).to.deep.equal([WAITING_CODE, WAITING_CODE, NO_RECEIPT_CODE, '00'])
    expect((await one.db('hub_xzcf'))[0]).to.include({ operation: 'ADD', cf_nr_fk: '0.200000' })
  })

  it('is PLATFORM_UNREACHABLE at a wrong address, with the reason and without its password', async () => {
    const at = (change: (url: URL) => void): PlatformAddress => {
      const url = new URL(one.url)
      change(url)
      return { url: url.href, secret: SECRET }
    }
    const wrong: [PlatformAddress, RegExp][] = [
      [at((url) => (url.pathname = '/no_such_database')), /no such database/],
      [at((url) => (url.port = '1')), /connection refused/],
      [at((url) => url.searchParams.set('schema', 'no_such_schema')), /no such schema|not there/],
      [at((url) => url.searchParams.set('schema', 'x"; drop table hub_blacklist; --')), /no valid name/],
    ]
    for (const [where, reason] of wrong) {
      for (const working of [
        () => sendTo(where, noticeOf(1)),
        () => jilinPlatform.ask?.([noticeOf(1)], where) ?? Promise.resolve(),
      ]) {
        expect(await reasonOf(working()))
          .to.match(reason)
          .and.not.include(new URL(one.url).password || SECRET)
      }
    }
  })

  it('is PLATFORM_UNREACHABLE where its table, a column or the unique key is missing', async () => {
    await one.db.raw('alter table hub_blacklist drop column reason')
    expect(await reasonOf(send(noticeOf(1)))).to.match(/a column is missing/)
    await one.db.raw('alter table hub_blacklist add reason text, drop constraint hub_blacklist_pkey')
    expect(await reasonOf(send(noticeOf(1)))).to.match(/no unique constraint/)
    await one.db.raw('drop table hub_blacklist')
    expect(await reasonOf(send(noticeOf(1)))).to.match(/the table is not there/)
    expect(await reasonOf(jilinPlatform.shown(to))).to.match(/the table is not there/)
  })

  it('refuses a row that its columns cannot hold, and blames none of several', async () => {
    await one.db.raw('alter table hub_blacklist alter reason type varchar(5)')
    expect((await send(noticeOf(1)))[0]).to.include({ key: 'lst_test_1', accepted: false, code: '22001' })
    expect(await reasonOf(send(noticeOf(1), noticeOf(2, { reason: '短' })))).to.match(/22001/)
    expect((await send(noticeOf(2, { reason: '短' })))[0]).to.include({ code: WAITING_CODE })
  })

  it('is PLATFORM_UNREACHABLE soon when the table is locked', async () => {
    const holding = await one.db.transaction()
    try {
      await holding.raw('lock table hub_blacklist in access exclusive mode')
      expect(await reasonOf(send(noticeOf(1)))).to.match(/locked/)
    } finally {
      await holding.rollback()
    }
    expect((await send(noticeOf(1)))[0]).to.include({ code: WAITING_CODE })
  })

  it('returns at once when the sender stops while waiting', async () => {
    const holding = await one.db.transaction()
    try {
      await holding.raw('lock table hub_blacklist in access exclusive mode')
      const stopping = new AbortController()
      const sending = sendTo({ ...to, signal: stopping.signal }, noticeOf(1)).catch((error: unknown) => error)
      stopping.abort(new Error('stopping'))
      expect(await sending)
        .to.be.instanceOf(Error)
        .with.property('message', 'stopping')
    } finally {
      await holding.rollback()
    }
  })

  it('keeps no connection open after use', async () => {
    const open = async (): Promise<number> => {
      const { rows } = await one.db.raw(
        'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      return rows[0].n
    }
    const before = await open()
    await send(noticeOf(1))
    await reasonOf(jilinPlatform.shown(to))
    // The server notices a closed connection with a delay.
    await until('its connections are closed', async () => (await open()) <= before)
  })

  it('takes its password from the secret if its address has none', async () => {
    const role = 'exchange_writer'
    await one.db.raw(`drop role if exists ${role}`)
    await one.db.raw(`create role ${role} login password '${SECRET}'`)
    await one.db.raw(`grant select, insert, update on hub_blacklist to ${role}`)
    try {
      const url = new URL(one.url)
      url.username = role
      url.password = ''
      expect((await sendTo({ url: url.href, secret: SECRET }, noticeOf(1)))[0]).to.include({ code: WAITING_CODE })
    } finally {
      await one.db.raw(`drop owned by ${role}`)
      await one.db.raw(`drop role ${role}`)
    }
  })

  it('masks a secret that the receiver wrote into a receipt', async () => {
    await send(noticeOf(1))
    await judge(3, SECRET)
    expect(await codesOf(noticeOf(1))).to.deep.equal(['*'.repeat(SECRET.length)])
  })

  it('rolls back when its sender stops waiting', async () => {
    const lock = 'lock table hub_blacklist in exclusive mode'
    const stopping = new AbortController()
    const receiver = await one.db.transaction()
    await receiver.raw(lock)
    const sending = reasonOf(sendTo({ ...to, signal: stopping.signal }, noticeOf(1))).catch(String)
    const waiting = "select from pg_locks where not granted and relation = 'hub_blacklist'::regclass"
    while ((await one.db.raw(waiting)).rows.length === 0);
    stopping.abort(new Error('stopped'))
    expect(await sending).to.equal('Error: stopped')
    await receiver.commit()
    // The lock is granted only once the earlier waiter has gone.
    await one.db.transaction((tx) => tx.raw(lock))
    expect(await rows()).to.deep.equal([])
  })

  it('masks a password that the receiver repeats, in every field', async () => {
    const { password } = new URL(one.url)
    expect(password).to.have.length.above(5)
    await send(noticeOf(1))
    await one.db('hub_blacklist').update({ state: 3, error_message: `${password} and ${SECRET}` })
    await one.db.raw(
      'create view hub_shown as select subject_key, sequence, error_message as name, null::text as uscc from hub_blacklist',
    )
    try {
      const kept = JSON.stringify([await jilinPlatform.ask?.([noticeOf(1)], to), await jilinPlatform.shown(to)])
      expect(kept.match(/\*+ and \*+/g)).to.have.length(2)
    } finally {
      await one.db.raw('drop view hub_shown')
    }
  })
})
