/** The push engine with invented platforms. Their answers, call rates and hours are data of the test. */
import { expect } from 'chai'
import type { Notice, Receipt } from '../../../src/domain/delivery/delivery.js'
import { makeReceipt, NO_RECEIPT_CODE, WAITING_CODE } from '../../../src/domain/delivery/delivery.js'
import { Refusal } from '../../../src/foundation/errors.js'
import type { Platform } from '../../../src/platforms/platform.js'
import type { PushOptions } from '../../../src/work/delivery/push/sender.js'
import { makePushClock, pushOnClock } from '../../support/push-clock.js'
import { database, later, NOW, rowsOf } from '../../support/world.js'

const receipt = ({ key }: Notice, more: Partial<Receipt> = {}): Receipt =>
  makeReceipt(key, '00', '', { accepted: true, receiverId: `R-${key}`, ...more })
const down = (retryAfterSeconds?: number): Refusal =>
  new Refusal('PLATFORM_UNREACHABLE', { reason: 'HTTP 503', ...(retryAfterSeconds ? { retryAfterSeconds } : {}) })

describe('push engine', () => {
  const db = database()
  /** Keys received in each call, with the second of the call. */
  let calls: { at: number; keys: string[] }[] = []
  let clock = makePushClock()
  beforeEach(() => {
    calls = []
    clock = makePushClock()
  })

  const platform = (
    given: Partial<Platform> & { answers?: (notices: readonly Notice[]) => Receipt[] } = {},
  ): Platform => {
    const { answers = (notices) => notices.map((notice) => receipt(notice)), ...more } = given
    return {
      id: 'national',
      name: { zh: '测试', en: 'test' },
      kinds: ['listing', 'penalty'],
      hears: ['listing'],
      lists: null,
      ways: ['http:'],
      batchSize: 10,
      callsPerSecond: null,
      hours: null,
      codes: {},
      check: () => [],
      send: async ({ notices }) => {
        calls.push({ at: clock.seconds(), keys: notices.map(({ key }) => key) })
        return answers(notices)
      },
      shown: async () => [],
      ...more,
    }
  }
  const owed = async (
    key: string,
    more: { action?: string; number?: number; kind?: string; due?: number; subject?: string } = {},
  ) => {
    const { action = 'ADD', number = 1, kind = 'listing', due = 0, subject = key } = more
    await db().raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
       values ('national', ?, md5(?)::uuid, ?, ?, ?, ?, ?)`,
      [kind, subject, number, action, JSON.stringify({ key, kind, sequence: number, action }), later(due), NOW],
    )
  }
  const pushed = async (to: Platform, more?: Partial<PushOptions>, meanwhile?: () => Promise<unknown>) => {
    const { platforms, unreachable } = await pushOnClock({ db: db(), clock }, to, more, meanwhile)
    return { ...platforms[0], unreachable }
  }
  const delivery = async (key: string) =>
    (
      await rowsOf(
        db(),
        `select state, attempts, failures, due_at, receipt, last_error from deliveries where notice ->> 'key' = ?`,
        [key],
      )
    )[0]
  const keys = (): string[] => calls.flatMap((call) => call.keys)

  it('sends a delivery within a second after it becomes due during a lingering push', async () => {
    await owed('a')
    await owed('b', { due: 20, action: 'REMOVE' })
    const result = await pushed(platform(), { until: later(30) })
    expect(result).to.include({ sent: 2, outstanding: 0 })
    expect(calls).to.deep.equal([
      { at: 0, keys: ['a'] },
      { at: 20, keys: ['b'] },
    ])
    expect(clock.seconds()).to.equal(30)
  })

  it('sends deliveries leased by a dead sender when the lease ends', async () => {
    await owed('a')
    await db().raw('update deliveries set attempts = 1, leased_until = ?', [later(12)])
    await pushed(platform(), { until: later(30) })
    expect(calls).to.deep.equal([{ at: 12, keys: ['a'] }])
  })

  it('sends batches of one kind of subject, removals first, and stores the batch of each receipt', async () => {
    await owed('a')
    await owed('b', { kind: 'penalty' })
    await owed('c', { action: 'REMOVE' })
    await pushed(platform())
    expect(calls.map((call) => call.keys)).to.deep.equal([['c', 'a'], ['b']])
    const [run] = await rowsOf(db(), 'select id from runs')
    expect((await delivery('a'))?.['receipt']).to.include({ receiverId: 'R-a', batch: `${run?.['id']}-1`, row: 2 })
    expect((await delivery('b'))?.['receipt']).to.include({ batch: `${run?.['id']}-2`, row: 1 })
  })

  it('reads codes by the platform’s description, and leaves an unknown code to a person', async () => {
    for (const key of ['good', 'wrong', 'busy', 'odd']) await owed(key)
    const code = (key: string): string => ({ good: '02', wrong: '1002', busy: '901' })[key] ?? '7777'
    const word = (meaning: 'ACCEPTED' | 'CORRECT' | 'LATER') => ({ meaning, zh: '', en: '' })
    const result = await pushed(
      platform({
        codes: { '02': word('ACCEPTED'), '1002': word('CORRECT'), '901': word('LATER') },
        answers: (notices) =>
          notices.map((notice) =>
            receipt(notice, { accepted: false, code: code(notice.key), field: 'ENTNAME', value: 'x' }),
          ),
      }),
    )
    expect(result).to.deep.include({ sent: 4, accepted: 1, rejected: 2, outstanding: 3, unreachable: [] })
    expect(await delivery('good')).to.include({ state: 'CONFIRMED' })
    for (const key of ['wrong', 'odd']) expect(await delivery(key)).to.include({ state: 'REFUSED' })
    expect((await delivery('wrong'))?.['receipt']).to.include({ code: '1002', field: 'ENTNAME', value: 'x' })
    expect(await delivery('busy')).to.deep.include({ state: 'OWED', due_at: later(2), failures: 0 })
  })

  it('asks about a row without an answer, and sends it again only if the platform does not know it', async () => {
    for (const key of ['known', 'unknown', 'unread', 'fresh']) await owed(key)
    const asked: string[][] = []
    let cut = true
    const cutting = platform({
      answers: (notices) => {
        if (cut) throw down()
        return notices.map((notice) => receipt(notice))
      },
      ask: async (notices) => {
        asked.push(notices.map(({ key }) => key))
        return notices.map((notice) =>
          notice.key === 'known'
            ? receipt(notice)
            : receipt(notice, { accepted: false, code: notice.key === 'unread' ? WAITING_CODE : NO_RECEIPT_CODE }),
        )
      },
    })
    await db().raw(`update deliveries set due_at = ? where notice ->> 'key' = 'fresh'`, [later(2)])
    expect((await pushed(cutting)).unreachable).to.deep.equal(['national'])
    cut = false
    clock.now = later(3)
    expect(await pushed(cutting)).to.include({ sent: 2, accepted: 3, outstanding: 1 })
    expect(asked).to.deep.equal([['known', 'unknown', 'unread']])
    expect(calls.map((call) => call.keys)).to.deep.equal([
      ['known', 'unknown', 'unread'],
      ['unknown', 'fresh'],
    ])
    expect(await delivery('unread')).to.deep.include({ state: 'OWED', due_at: later(33) })
  })

  it('ignores a receipt for another row', async () => {
    await owed('a')
    const crossed = platform({ answers: (notices) => notices.map((notice) => receipt({ ...notice, key: 'other' })) })
    expect(await pushed(crossed)).to.include({ accepted: 0, outstanding: 1 })
    expect(await delivery('a')).to.include({ state: 'OWED' })
  })

  it('does not send a row that fails its check, leaves it to a person, and delays no other row', async () => {
    await owed('bad')
    await owed('good')
    const check: Platform['check'] = ({ key }) => {
      if (key === 'bad') throw new TypeError('no such field')
      return []
    }
    expect(await pushed(platform({ check }))).to.include({ sent: 1, accepted: 1, rejected: 1 })
    expect(await delivery('bad')).to.include({ state: 'REFUSED', attempts: 0 })
  })

  it('pauses after failures, probes with the removal first, then sends everything', async () => {
    for (const key of ['a', 'b', 'c']) await owed(key)
    let dead = true
    const dying = platform({
      answers: (notices) => {
        if (dead) throw down()
        return notices.map((notice) => receipt(notice))
      },
    })
    let told = false
    const result = await pushed(dying, { until: later(600) }, async () => {
      if (clock.seconds() >= 300 && !told) {
        told = true
        await owed('removal', { action: 'REMOVE', due: 300 })
      }
      if (clock.seconds() >= 400) dead = false
    })
    expect(result).to.deep.include({ accepted: 4, outstanding: 0, unreachable: [] })
    const during = calls.filter(({ at }) => at < 400)
    // Three tries, then one call a minute with at most one further call each time.
    expect(during.length).to.be.within(8, 22)
    const back = calls.filter(({ at }) => at >= 400)
    expect(back[0]?.keys).to.deep.equal(['removal'])
    expect(back[0]?.at).to.be.below(462)
    expect(back[1]?.keys).to.have.members(['a', 'b', 'c'])
  })

  it('does not call before the time that the platform asked for', async () => {
    await owed('a')
    await owed('b', { due: 5 })
    let failing = 1
    await pushed(
      platform({
        answers: (notices) => {
          failing -= 1
          if (failing >= 0) throw down(30)
          return notices.map((notice) => receipt(notice))
        },
      }),
      { until: later(60) },
    )
    expect(calls.map(({ at }) => at)).to.deep.equal([0, 30])
  })

  const poisoned = (): Platform =>
    platform({
      answers: (notices) => {
        if (notices.some(({ key }) => key === 'poison')) throw down()
        return notices.map((notice) => receipt(notice))
      },
    })

  it('sends a row that always breaks its call alone and with growing delays, and delays no other row', async () => {
    await owed('poison', { action: 'REMOVE' })
    for (let n = 0; n < 30; n += 1) await owed(`n${n}`)
    const meanwhile = () => owed(`m${clock.seconds()}`, { due: clock.seconds() })
    const result = await pushed(poisoned(), { until: later(100) }, meanwhile)
    expect(result.outstanding).to.be.within(1, 2)
    expect(await delivery('poison')).to.include({ state: 'OWED' })
    const tries = calls.filter((call) => call.keys.includes('poison'))
    expect(tries.length).to.be.within(4, 8)
    expect(tries.filter((call) => call.keys.length > 1)).to.have.length(2)
  })

  it('does not count a row that breaks its call as an outage, even where that row is the probe', async () => {
    await owed('poison', { action: 'REMOVE' })
    for (let n = 0; n < 5; n += 1) await owed(`n${n}`)
    await db().raw(`insert into platform_states (platform, failures, open_until) values ('national', 5, ?)`, [NOW])
    await pushed(poisoned(), { until: later(30) })
    expect(calls.slice(0, 2).map((call) => call.keys.length)).to.deep.equal([1, 1])
    expect(await rowsOf(db(), `select 1 from deliveries where state = 'CONFIRMED'`)).to.have.length(5)
  })

  it('probes a platform once for two hubs', async () => {
    for (const key of ['a', 'b']) await owed(key)
    await db().raw(`insert into platform_states (platform, failures, open_until) values ('national', 5, ?)`, [NOW])
    const dead = platform({
      answers: () => {
        throw down()
      },
    })
    const only = { additionsStopped: async () => false }
    await Promise.all([pushed(dead, only), pushed(dead, only)])
    // The hub that may probe sends one row and then another. The other hub sends nothing.
    expect(keys().sort()).to.deep.equal(['a', 'b'])
  })

  it('keeps the platform’s call rate across all hubs', async () => {
    for (let n = 0; n < 8; n += 1) await owed(`n${n}`)
    const paced = platform({ batchSize: 1, callsPerSecond: 2 })
    await pushed(paced)
    expect(calls.map(({ at }) => at)).to.deep.equal([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    await owed('next')
    const before = clock.now
    await pushed(paced)
    expect(clock.now.getTime() - before.getTime()).to.equal(500)
  })

  it('calls a receiver only in its hours, also for a removal', async () => {
    await owed('a', { action: 'REMOVE' })
    // The test begins at 10:00 in Shanghai.
    const hours = { from: '10:01', to: '11:00', workdaysOnly: false }
    await pushed(platform({ hours }), { until: later(90) })
    expect(calls).to.deep.equal([{ at: 60, keys: ['a'] }])
  })

  for (const [what, more, paused] of [
    ['a pause', {}, true],
    ['a database that may have lost data', { additionsStopped: async () => true }, false],
  ] as const)
    it(`during ${what} holds additions and changes, never removals`, async () => {
      await owed('a')
      await owed('b', { action: 'CHANGE' })
      await owed('c', { action: 'REMOVE' })
      if (paused)
        await db().raw(
          `insert into platform_states (platform, paused_at, paused_by, paused_reason) values ('national', ?, 'x', 'x')`,
          [NOW],
        )
      expect(await pushed(platform(), more)).to.deep.include({ sent: 1, outstanding: 2, unreachable: [] })
      expect(keys()).to.deep.equal(['c'])
    })

  it('notes the highest delivery before it sends a batch, and sends nothing where the note fails', async () => {
    await owed('a', { number: 7 })
    await owed('b', { number: 3 })
    const noted: number[] = []
    await pushed(platform(), { beforeSending: ({ number }) => noted.push(number) })
    expect(noted).to.deep.equal([7])
    await owed('c')
    const full = () => {
      throw new Error('ENOSPC')
    }
    const error = await pushed(platform(), { beforeSending: full }).catch((thrown: Error) => thrown)
    expect(error).to.include({ message: 'ENOSPC' })
    expect(keys()).to.deep.equal(['a', 'b'])
    expect(await delivery('c')).to.include({ state: 'OWED' })
  })

  it('sends removals of every kind also while notes fail, and counts no failure of the platform', async () => {
    await owed('a')
    await owed('b', { action: 'REMOVE' })
    await owed('c', { action: 'REMOVE', kind: 'penalty' })
    const full = () => {
      throw new Error('ENOSPC')
    }
    const error = await pushed(platform(), { beforeSending: full }).catch((thrown: Error) => thrown)
    expect(error).to.include({ message: 'ENOSPC' })
    expect(keys().sort()).to.deep.equal(['b', 'c'])
    expect(await delivery('a')).to.include({ state: 'OWED', attempts: 0 })
    const [state] = await rowsOf(db(), `select failures, open_until from platform_states where platform = 'national'`)
    expect(state).to.deep.equal({ failures: 0, open_until: null })
  })

  it('counts failures of a platform that answers queries but takes no message, and sends whole batches once it recovers', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await owed(key)
    let full = true
    const folder = platform({
      send: async ({ notices }) => {
        if (full) throw down()
        calls.push({ at: clock.seconds(), keys: notices.map(({ key }) => key) })
        return notices.map((notice) => receipt(notice))
      },
      ask: async (notices) => notices.map((notice) => receipt(notice, { accepted: false, code: NO_RECEIPT_CODE })),
    })
    for (let time = 0; time < 6; time += 1) {
      await pushed(folder)
      clock.now = new Date(clock.now.getTime() + 120_000)
    }
    expect((await rowsOf(db(), 'select failures from platform_states'))[0]?.['failures']).to.be.greaterThan(2)
    full = false
    await pushed(folder)
    // First a single row as probe, then the others together. A row that failed often is sent alone.
    expect(calls[0]?.keys.length).to.equal(1)
    expect(keys().sort()).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(calls.length).to.be.at.most(3)
  })

  it('does not send a delivery folded while it waits for its turn', async () => {
    for (const key of ['a', 'b', 'c']) await owed(key)
    const slow = platform({ batchSize: 1, callsPerSecond: 0.2, hours: null })
    await pushed(slow, {}, async () => {
      await db().raw(
        `update deliveries set state = 'FOLDED' where notice ->> 'key' = 'b' and state = 'OWED' and attempts = 1`,
      )
    })
    expect(keys()).to.deep.equal(['a', 'c'])
  })

  it('does not send what another hub took while the claim itself waited longer than its lease', async () => {
    await owed('a')
    await db().raw(`insert into platform_states (platform, next_call_at) values ('national', ?)`, [later(14)])
    const paced = platform({ batchSize: 1, callsPerSecond: 1 })
    const stall = ({ sql }: { sql: string }) => {
      if (sql.includes('delivery-queue.claim')) clock.now = later(13)
    }
    db().on('query', stall)
    const result = await pushed(paced, {}, async () => {
      db().off('query', stall)
      await db().raw('update deliveries set attempts = attempts + 1, leased_until = ?', [later(26)])
    })
    expect(result).to.include({ sent: 0, outstanding: 1 })
    expect(calls).to.deep.equal([])
  })

  it('returns unsent deliveries when the hub stops', async () => {
    for (const key of ['a', 'b', 'c']) await owed(key, { kind: key === 'a' ? 'listing' : 'penalty' })
    const stop = new AbortController()
    const stopping = platform({
      batchSize: 50,
      answers: (notices) => {
        stop.abort(new Refusal('STOPPING'))
        return notices.map((notice) => receipt(notice))
      },
    })
    await pushed(stopping, { until: later(600), signal: stop.signal })
    expect(keys()).to.deep.equal(['a'])
    expect(await delivery('b')).to.deep.include({ state: 'OWED', attempts: 0, due_at: NOW })
    expect(clock.seconds()).to.equal(0)
  })
})
