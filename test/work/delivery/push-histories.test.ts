/**
 * After any history, one platform ends up showing what is public. Random histories of moves, sends, lost answers, killed
 * senders, refusals, closures and wipes run on the real queue. The platform is a model that keeps the newest version per key.
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { lacksSubject } from '../../../src/domain/delivery/backfill-plan.js'
import type { Notice, NoticeAction, Receipt } from '../../../src/domain/delivery/delivery.js'
import * as deliveries from '../../../src/store/delivery/deliveries.js'
import * as queue from '../../../src/store/delivery/delivery-queue.js'
import * as settling from '../../../src/work/delivery/deliveries.js'
import { queueForPlatforms, type SubjectChange } from '../../../src/work/delivery/outbox.js'
import { series } from '../../support/series.js'
import { database, later, NOW, rowsOf, rules } from '../../support/world.js'

const PLATFORM = 'national'
const TELLING = { platforms: [{ id: PLATFORM, kinds: ['penalty' as const], lists: null }] }
const LEASE_SECONDS = 12
const SUBJECTS = 2
/** Most rounds without faults until everything has settled. */
const ROUNDS_MAX = 12

interface Holding {
  sequence: number
  removed: boolean
  version: number
}

const receiptOf = ({ notice }: queue.ClaimedDelivery, accepted: boolean): Receipt => ({
  key: notice.key,
  accepted,
  code: accepted ? '00' : '1002',
  text: '',
  field: null,
  value: null,
  receiverId: null,
})

/** One row of a call. `answer` is null until the row arrives, and only then can it be booked. */
interface Call {
  delivery: queue.ClaimedDelivery
  answer: 'ACCEPTED' | 'REFUSED' | null
}

const OPS = [
  'move',
  'deliver',
  'claim',
  'removals',
  'arrive',
  'refuse',
  'check',
  'book',
  'lose',
  'putBack',
  'expire',
  'close',
  'resend',
  'wipe',
] as const
type Op = (typeof OPS)[number]
const step = fc.record({ op: fc.constantFrom<Op>('move', 'move', 'deliver', 'refuse', ...OPS), n: fc.nat({ max: 5 }) })

describe('any history of deliveries to one platform', () => {
  const db = database({ once: true })

  const world = () => {
    const subjects = Array.from({ length: SUBJECTS }, () => ({ id: randomUUID(), isPublic: false, version: 0 }))
    const held = new Map<string, Holding>()
    const told: { key: string; sequence: number; action: NoticeAction }[] = []
    let calls: Call[] = []
    let clock = NOW
    const tick = (seconds: number): Date => {
      clock = later(seconds, clock)
      return clock
    }
    const subjectOf = (n: number) => {
      const subject = subjects[n % SUBJECTS]
      if (subject === undefined) throw new Error('no such subject')
      return subject
    }
    const noticeOf = (id: string, version: number): SubjectChange['notice'] => ({
      kind: 'penalty',
      key: id,
      operator: { uscc: null, name: '某店', regNo: null, orgCode: null },
      body: { version } as never,
      removal: null,
    })

    const move = async (n: number): Promise<void> => {
      const subject = subjectOf(n)
      const change = !subject.isPublic ? 'ADD' : n < 3 ? 'CHANGE' : 'REMOVE'
      subject.isPublic = change !== 'REMOVE'
      subject.version += 1
      const notice = noticeOf(subject.id, subject.version)
      await db().transaction((tx) =>
        queueForPlatforms(tx, TELLING, [{ kind: 'penalty', subjectId: subject.id, change, notice }], tick(1)),
      )
    }
    const claim = async (only?: queue.ClaimScope): Promise<void> => {
      const now = tick(1)
      const claimed = await queue.claim(db(), PLATFORM, { limit: 10, now, leaseUntil: later(LEASE_SECONDS, now), only })
      calls.push(...claimed.map((delivery) => ({ delivery, answer: null })))
    }
    /** Accepts the newest version and repeats; refuses a change of an absent entry. */
    const judged = ({ key, sequence, action, body }: Notice & { body?: unknown }): Call['answer'] => {
      const before = held.get(key)
      const { version } = body as { version: number }
      if (before !== undefined && sequence < before.sequence) return 'ACCEPTED'
      if (before !== undefined && sequence === before.sequence)
        return version === before.version ? 'ACCEPTED' : 'REFUSED'
      if ((before === undefined || before.removed) && action === 'CHANGE') return 'REFUSED'
      told.push({ key, sequence, action })
      held.set(key, { sequence, removed: action === 'REMOVE', version })
      return 'ACCEPTED'
    }
    const arrive = (call: Call | undefined, refuses = false): void => {
      if (call?.answer === null) call.answer = refuses ? 'REFUSED' : judged(call.delivery.notice)
    }
    const book = async (call: Call | undefined): Promise<void> => {
      if (call === undefined || call.answer === null) return
      const { delivery, answer } = call
      calls = calls.filter((one) => one !== call)
      const accepted = answer === 'ACCEPTED'
      const receipt = receiptOf(delivery, accepted)
      const state = accepted ? ('CONFIRMED' as const) : ('REFUSED' as const)
      await queue.bookResults(db(), [{ delivery, state, receipt, error: null, dueAt: null, failures: 0 }], tick(1))
    }
    const deliver = async (): Promise<void> => {
      await claim()
      for (const call of [...calls]) {
        arrive(call)
        await book(call)
      }
    }
    /** The row fails the hub's own check and is never sent. */
    const check = async (call: Call | undefined): Promise<void> => {
      if (call === undefined || call.answer !== null) return
      calls = calls.filter((one) => one !== call)
      const { delivery } = call
      const receipt = receiptOf(delivery, false)
      const refused = { delivery, state: 'REFUSED' as const, receipt, error: null, dueAt: null, failures: 0 }
      await queue.bookResults(db(), [{ ...refused, unsent: true }], tick(1))
    }
    /** The answer is lost. The sender books that, unless it was killed. */
    const lose = async (call: Call | undefined, killed: boolean): Promise<void> => {
      if (call === undefined) return
      calls = calls.filter((one) => one !== call)
      const { delivery } = call
      const outcome = { delivery, state: 'OWED' as const, receipt: null, error: 'lost', dueAt: clock, failures: 1 }
      if (!killed) await queue.bookResults(db(), [outcome], tick(1))
    }
    const putBack = async (call: Call | undefined): Promise<void> => {
      if (call === undefined || call.answer !== null) return
      calls = calls.filter((one) => one !== call)
      await queue.putBack(db(), [call.delivery])
    }
    const ids = subjects.map(({ id }) => id)
    const refusedOnes = (): Promise<{ id: number }[]> =>
      rowsOf(db(), `select id from deliveries where state = 'REFUSED' and subject_id = any(?) order by id`, [
        ids,
      ]) as never
    const settle = async (act: typeof settling.closeRefused, n: number): Promise<void> => {
      const refused = await refusedOnes()
      const one = refused[n % Math.max(refused.length, 1)]
      if (one) await act(db(), rules, { delivery: one.id, reason: '已核对', by: 'officer-1', now: tick(1) })
    }
    /** The platform loses its list, a person declares that, and it is filled as by backfill. */
    const wipe = async (): Promise<void> => {
      held.clear()
      calls = []
      const wipedAt = tick(1)
      for (const { id, isPublic, version } of subjects) {
        const heard = await deliveries.earlierDeliveries(db(), [id], { platform: PLATFORM })
        if (!isPublic || !lacksSubject(heard, wipedAt)) continue
        await db().transaction(async (tx) => {
          await deliveries.foldEarlier(tx, [{ subjectId: id, platform: PLATFORM, what: 'unconfirmed' }])
          const owed = {
            platform: PLATFORM,
            kind: 'penalty' as const,
            subjectId: id,
            action: 'ADD' as const,
            notice: noticeOf(id, version),
          }
          await deliveries.addOwed(tx, [{ ...owed, dueAt: tick(1) }])
        })
      }
    }
    const pick = (n: number): Call | undefined => calls[n % Math.max(calls.length, 1)]
    const act = async ({ op, n }: { op: Op; n: number }): Promise<unknown> => {
      if (op === 'move') return move(n)
      if (op === 'deliver') return deliver()
      if (op === 'claim') return claim()
      if (op === 'removals') return claim('REMOVE')
      if (op === 'arrive') return arrive(pick(n))
      if (op === 'refuse') return arrive(pick(n), true)
      if (op === 'check') return check(pick(n))
      if (op === 'book') return book(pick(n))
      if (op === 'lose') return lose(pick(n), n % 2 === 0)
      if (op === 'putBack') return putBack(pick(n))
      if (op === 'expire') return tick(LEASE_SECONDS + 1)
      if (op === 'close') return settle(settling.closeRefused, n)
      if (op === 'resend') return settle(settling.resendRefused, n)
      return wipe()
    }
    /** Without further faults, delivers everything and resends refused rows. Returns whether all settled. */
    const settled = async (): Promise<boolean> => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        await deliver()
        for (let left = (await refusedOnes()).length; left > 0; left -= 1) await settle(settling.resendRefused, 0)
        tick(LEASE_SECONDS + 1)
        await deliver()
        const open = await rowsOf(
          db(),
          `select 1 from deliveries where state in ('OWED', 'REFUSED') and subject_id = any(?)`,
          [ids],
        )
        if (open.length === 0 && calls.length === 0) return true
      }
      return false
    }
    const lastStates = (id: string) =>
      rowsOf(
        db(),
        `select action, state, attempts from deliveries where subject_id = ? and state <> 'FOLDED' order by number`,
        [id],
      )
    return { subjects, held, told, act, settled, lastStates }
  }

  it('ends with the platform showing the public entries, unless an officer closed the last delivery', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30, size: 'max' }), async (steps) => {
        const one = world()
        for (const each of steps) await one.act(each)
        expect(await one.settled(), 'all is confirmed').to.equal(true)
        for (const { id, isPublic, version } of one.subjects) {
          const last = (await one.lastStates(id)).at(-1)
          if (last?.['state'] === 'CLOSED') continue
          const holding = one.held.get(id)
          const shows = holding !== undefined && !holding.removed
          expect(shows ? holding.version : null).to.equal(isPublic ? version : null)
          const sequences = one.told.filter(({ key }) => key === id).map(({ sequence }) => sequence)
          if (!steps.some(({ op }) => op === 'wipe'))
            expect(sequences).to.deep.equal([...new Set(sequences)].sort((a, b) => a - b))
        }
      }),
      series(40),
    )
  })
})
