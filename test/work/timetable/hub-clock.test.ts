import { expect } from 'chai'
import type { Keys } from '../../../src/foundation/keys.js'
import * as clockDoubts from '../../../src/store/db/clock-doubts.js'
import type { Db } from '../../../src/store/db/db.js'
import * as knowledge from '../../../src/store/db/knowledge.js'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { publishList } from '../../../src/work/publication/publish.js'
import { confirmClock, openClock } from '../../../src/work/timetable/hub-clock.js'
import {
  at,
  database,
  log,
  NOW,
  OFFICER,
  published,
  refusal,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const SECOND = 1_000
const DAY = 86_400_000
const MARK = () => 'hash'

/** A simulated host clock set by the test, and a database clock that is `offset` ms off. */
const machine = (db: Db) => {
  const turned = { monotonic: 5_000, wall: 1_000, offset: 0 }
  const began = { real: Date.now(), monotonic: turned.monotonic }
  const instant = () => new Date(began.real + turned.monotonic - began.monotonic + turned.offset)
  const parts = {
    log,
    machine: () => turned.monotonic,
    wall: () => turned.wall,
    read: async () => ({ ...(await clockDoubts.readClock(db)), at: instant() }),
  }
  const pass = (ms: number): void => {
    turned.monotonic += ms
    turned.wall += ms
  }
  return { turned, parts, instant, pass }
}

const doubted = async (db: Db) => (await clockDoubts.currentDoubt(db))?.cause ?? null

describe('P-A3: clock of a hub', () => {
  const db = database()

  it('follows the database’s clock for any time of the host’s clock', async () => {
    const { turned, parts, instant, pass } = machine(db())
    const clock = await openClock(db(), parts)
    for (const step of [2 * DAY, -4 * DAY, 3_650 * DAY]) {
      turned.wall += step
      pass(SECOND)
      expect(clock.now()).to.deep.equal(instant())
      expect(clock.isDoubted()).to.equal(true)
      await clock.look()
      expect(clock.isDoubted()).to.equal(false)
    }
    expect(await doubted(db())).to.equal(null)
  })

  it('is doubted when the database’s clock leaps by more than 30 s between two readings, and trusted once it is back', async () => {
    const { turned, parts, instant, pass } = machine(db())
    const clock = await openClock(db(), parts)
    pass(SECOND)
    turned.offset = 29 * SECOND
    await clock.look()
    expect(await doubted(db())).to.equal(null)
    const expected = instant().getTime()
    pass(SECOND)
    turned.offset += 2 * DAY
    await clock.look()
    expect([await doubted(db()), clock.isDoubted()]).to.deep.equal(['LEAP', true])
    expect(clock.now()).to.deep.equal(instant())
    expect(clock.sure().getTime()).to.equal(expected + SECOND)
    pass(60 * SECOND)
    await clock.look()
    expect(clock.sure().getTime()).to.equal(expected + 61 * SECOND)
    turned.offset -= 2 * DAY
    await clock.look()
    expect([await doubted(db()), clock.isDoubted()]).to.deep.equal([null, false])
    expect(clock.sure()).to.deep.equal(clock.now())
  })

  it('is doubted at start if it is more than a day past the newest row, until a second source agrees', async () => {
    const { turned, parts } = machine(db())
    await openClock(db(), parts)
    turned.offset = 2 * DAY
    const first = await openClock(db(), parts)
    const second = await openClock(db(), parts)
    expect([first.isDoubted(), second.isDoubted()]).to.deep.equal([true, true])
    await first.hear('agency.example', new Date(first.now().getTime() - 2 * DAY))
    expect(await doubted(db())).to.equal('START')
    await first.hear('agency.example', first.now())
    expect([await doubted(db()), first.isDoubted()]).to.deep.equal([null, false])
    await second.look()
    expect(second.isDoubted()).to.equal(false)
    expect(await rowsOf(db(), 'select settled_by as by from clock_doubts')).to.deep.equal([
      { by: 'Date of agency.example' },
    ])
  })

  it('is confirmed by a person with a reason, and only while it is doubted', async () => {
    const { turned, parts } = machine(db())
    const given = { by: 'admin-1', reason: '已核对授时中心', pseudonymOf: MARK }
    await openClock(db(), parts)
    expect((await refusal(confirmClock(db(), given))).code).to.equal('CLOCK_CERTAIN')
    turned.offset = 2 * DAY
    const clock = await openClock(db(), parts)
    expect((await refusal(confirmClock(db(), { ...given, reason: ' ' }))).code).to.equal('INPUT_INVALID')
    await confirmClock(db(), given)
    await clock.look()
    expect(clock.isDoubted()).to.equal(false)
  })

  it('is not doubted by a machine that slept while another hub read the clock', async () => {
    const { turned, parts } = machine(db())
    const sleeper = await openClock(db(), parts)
    // An hour passes for everybody except this machine.
    turned.offset = 3_600 * SECOND
    await db().raw('update database_clock set sure_at = ?', [new Date(Date.now() + 3_590 * SECOND)])
    await sleeper.look()
    expect(await doubted(db())).to.equal(null)
  })
})

describe('P-A3: during clock doubt', () => {
  const db = database()
  const YEARS = new Date(NOW.getTime() + 3_650 * DAY)
  const doubt = () => clockDoubts.addDoubt(db(), { cause: 'LEAP', foundAt: YEARS, expectedAt: NOW })

  it('no entry ends and nothing is erased, and both resume afterwards', async () => {
    await published(db(), 1)
    await doubt()
    const later = { rules, cause: 'command' as const, now: at(YEARS), log }
    expect((await refusal(expireListings(db(), later))).code).to.equal('CLOCK_DOUBTED')
    expect(await rowsOf(db(), 'select state from listings')).to.deep.equal([{ state: 'PUBLISHED' }])
    expect(await tidyAuditLog(db(), { cause: 'command', now: at(YEARS) })).to.include({ erased: 0 })
    await confirmClock(db(), { by: 'admin-1', reason: '已核对', pseudonymOf: MARK })
    expect(await expireListings(db(), later)).to.deep.equal({ expired: 1 })
  })

  it('entries are hidden and removed as usual, and the knowledge clock does not run ahead', async () => {
    const { id } = await published(db(), 1)
    const other = await published(db(), 2)
    await doubt()
    const input = { on: TODAY, hiding: 'ERROR' as const, reason: '有误' }
    expect((await makeMove(db(), rules, { id, name: 'hideListing', ...OFFICER, input, now: NOW })).state).to.equal(
      'HIDDEN',
    )
    await removed(db(), other.id)
    const tick = await db().transaction((tx) => knowledge.nextInstant(tx, YEARS))
    expect(tick.getTime() - NOW.getTime()).to.be.lessThan(DAY)
    const beside = await db().transaction((tx) => knowledge.nextInstantBesideMerge(tx, YEARS))
    expect(beside.getTime() - NOW.getTime()).to.be.lessThan(DAY)
  })

  it('the list only shrinks, and nothing is signed beyond the certain time', async () => {
    const signed: string[] = []
    const sign = (said: string) => {
      signed.push(said)
      return { kid: 'k', jws: `.${Buffer.from(said).toString('base64url')}.` }
    }
    const manifests = { ...KEY, sign }
    const options = { cause: 'command' as const, manifests, note: () => {}, sure: () => NOW }
    const first = await published(db(), 1)
    await publishList(db(), { ...options, now: at(NOW) })
    await published(db(), 2)
    await doubt()
    const ahead = { ...options, now: at(new Date(NOW.getTime() + 2 * DAY)) }
    expect(await publishList(db(), ahead)).to.include({ sequence: 1, entries: 1, added: 0 })
    await removed(db(), first.id)
    expect(await publishList(db(), ahead)).to.include({ sequence: 2, entries: 0, removed: 1 })
    for (const said of signed) expect(Date.parse(JSON.parse(said).validUntil) - NOW.getTime()).to.be.at.most(DAY)
  })
})

const KEY: Keys['manifests'] = {
  issuer: 'http://hub.test',
  kid: () => 'k',
  knows: () => true,
  sign: () => ({ kid: 'k', jws: '' }),
  certify: () => ({ kid: 'k', jws: '' }),
  signHead: () => ({ kid: 'k', jws: '' }),
  signReceipt: () => ({ kid: 'k', jws: '' }),
  certificateIn: () => 'UNKNOWN',
  payloadIn: () => 'UNKNOWN',
}
