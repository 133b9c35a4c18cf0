import { expect } from 'chai'
import { CLOSED_BREAKER } from '../../../src/domain/delivery/circuit-breaker.js'
import { makeReceipt } from '../../../src/domain/delivery/delivery.js'
import { nationalPlatform } from '../../../src/platforms/national.js'
import type { Platform } from '../../../src/platforms/platform.js'
import * as platformStates from '../../../src/store/delivery/platform-states.js'
import { noteAnswer, noteNoAnswer } from '../../../src/work/delivery/push/circuit-breaker.js'
import { DELIVERY_LEASE_MS, type PushOptions, type Sender } from '../../../src/work/delivery/push/sender.js'
import { noticeOf } from '../../platforms/notices.js'
import { makePushClock, pushOnClock } from '../../support/push-clock.js'
import { database, later, log, NOW, rowsOf } from '../../support/world.js'

const HUBS = 5

describe('the circuit breaker of a platform', () => {
  const db = database()
  const sender = () =>
    ({
      db: db(),
      platform: nationalPlatform,
      now: () => NOW,
      random: () => 0.5,
      log,
      breaker: CLOSED_BREAKER,
    }) as unknown as Sender

  it('counts the failures of all hubs, also simultaneous ones, and is closed by one answer', async () => {
    await platformStates.ensureGate(db(), 'national')
    const noted = await Promise.all(Array.from({ length: HUBS }, () => noteNoAnswer(sender(), 0)))
    expect(noted.map(({ after }) => after.failures).sort()).to.deep.equal([1, 2, 3, 4, 5])
    expect(await platformStates.readGate(db(), 'national')).to.deep.include({ failures: HUBS })
    await noteAnswer({ ...sender(), breaker: { failures: HUBS, openUntil: null } })
    expect(await platformStates.readGate(db(), 'national')).to.deep.include({ failures: 0, openUntil: null })
  })

  describe('that takes no connection', () => {
    let calls: { at: number; rows: number }[] = []
    let clock = makePushClock()
    beforeEach(async () => {
      ;[calls, clock] = [[], makePushClock()]
      await db().raw(
        `insert into deliveries (kind, platform, subject_id, number, action, notice, due_at, created_at)
         select 'listing', 'national', gen_random_uuid(), 1, 'ADD', :notice::jsonb, :now, :now from generate_series(1, 3)`,
        { notice: JSON.stringify(noticeOf(1)), now: NOW },
      )
    })
    const open = (failures: number, until: number) =>
      db().raw(`insert into platform_states (platform, failures, open_until) values ('national', ?, ?)`, [
        failures,
        later(until),
      ])
    const counting = (work: Platform['send']): Platform => {
      const counted: Platform['send'] = (batch, to) => {
        calls.push({ at: clock.seconds(), rows: batch.notices.length })
        return work(batch, to)
      }
      const { ask: _, ...platform } = nationalPlatform
      return { ...platform, send: counted }
    }
    const pushed = (platform: Platform, more?: Partial<PushOptions>, meanwhile?: () => Promise<unknown>) =>
      pushOnClock({ db: db(), clock }, platform, more, meanwhile)

    it('is probed with one delivery and no second', async () => {
      await open(5, -1)
      expect((await pushed(counting(nationalPlatform.send))).unreachable).to.deep.equal(['national'])
      expect(calls).to.deep.equal([{ at: 0, rows: 1 }])
    })

    it('is called at the very end of each wait, before which a push sleeps a lease at most, never beyond its own end', async () => {
      await pushed(counting(nationalPlatform.send), { until: later(100) })
      expect(calls.map(({ at }) => at)).to.deep.equal([0, 2, 6, 14, 30, 62])
      expect(Math.max(...clock.pauses)).to.equal(DELIVERY_LEASE_MS)
      expect(clock.pauses.length).to.be.below(20)
      expect(clock.seconds()).to.equal(100)
    })

    it('has its deliveries taken over after their lease where a hub that closed the breaker was killed', async () => {
      await open(5, 50)
      const accepting = counting(async ({ notices }) =>
        notices.map(({ key }) => makeReceipt(key, '00', '', { accepted: true })),
      )
      let killed = false
      await pushed(accepting, { until: later(60) }, async () => {
        if (killed) return
        killed = true
        await platformStates.closeBreaker(db(), 'national')
        await db().raw('update deliveries set attempts = 1, leased_until = ?', [later(20)])
      })
      expect(calls[0]?.at).to.equal(20)
      expect(await rowsOf(db(), `select 1 from deliveries where state = 'CONFIRMED'`)).to.have.length(3)
    })
  })
})
