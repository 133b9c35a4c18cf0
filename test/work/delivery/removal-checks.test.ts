/** Order of messages on the wire, and completion of removals. The receiver of this test ignores the hub's sequence. */
import { expect } from 'chai'
import type { Notice, Receipt } from '../../../src/domain/delivery/delivery.js'
import { NoDisplayRefusal, Refusal } from '../../../src/foundation/errors.js'
import { platforms } from '../../../src/platforms/index.js'
import type { DisplayedSubject, Platform } from '../../../src/platforms/platform.js'
import { checkRemovals } from '../../../src/work/delivery/push/removal-checks.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { giveUpRemovals, listRetractions } from '../../../src/work/delivery/retraction.js'
import { renewDeadlines } from '../../../src/work/listing/deadlines.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { until } from '../../support/until.js'
import {
  at,
  database,
  later,
  log,
  NOW,
  OFFICER,
  published,
  REVIEWER,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const national = platforms.find(({ id }) => id === 'national')
if (national === undefined) throw new Error('no national')

describe('a removal', () => {
  const db = database()
  /** Entries that the receiver displays, by key. */
  let displayed = new Map<string, DisplayedSubject>()
  /** Sequences in the order in which they arrived. */
  let arrived: number[] = []
  /** Takes a message. Tests replace it to delay the answer or to apply the message later. */
  let take: (notice: Notice) => Promise<void>
  let show: () => Promise<DisplayedSubject[]>

  const apply = ({ key, action, sequence, operator }: Notice): void => {
    if (action === 'REMOVE') displayed.delete(key)
    else displayed.set(key, { kind: 'listing', key, sequence, uscc: operator.uscc, name: operator.name })
  }
  beforeEach(() => {
    displayed = new Map()
    arrived = []
    take = async (notice) => apply(notice)
    show = async () => [...displayed.values()]
  })
  const receiver: Platform = {
    ...national,
    ask: async (notices) => notices.map(({ key }) => ({ ...receipt(key), accepted: false, code: 'NO_RECEIPT' })),
    send: async ({ notices }) => {
      for (const notice of notices) {
        arrived.push(notice.sequence)
        await take(notice)
      }
      return notices.map(({ key }) => receipt(key))
    },
    shown: () => show(),
  }
  const to = { platform: receiver, url: 'http://127.0.0.1:9', secret: 's' }
  const pushed = async (now: Date) => {
    const { platforms: told } = await pushDeliveries(db(), {
      platforms: [to],
      silent: [],
      cause: 'command',
      now: at(now),
      random: () => 0.5,
      log,
    })
    return told[0]
  }
  const checked = (now: Date) => checkRemovals(db(), to, { rules, now: at(now), log })
  const ledger = async (id: string) => {
    const [one] = await listRetractions(
      db(),
      rules,
      { open: null, platform: null, subjectId: id },
      { first: 1, after: null },
    )
    return one?.receivers.find(({ platform }) => platform === 'national')
  }
  const openOnes = async () =>
    (
      await listRetractions(
        db(),
        rules,
        { open: true, platform: 'national', subjectId: null },
        { first: 9, after: null },
      )
    ).length
  const deliveries = () =>
    rowsOf(
      db(),
      `select number, action, state, check_result as result, check_due_at as "dueAt" from deliveries
       where platform = 'national' order by number`,
    )
  const listed = async (): Promise<string> => {
    const { id } = await published(db(), 1)
    await pushed(NOW)
    return id
  }

  const move = (name: 'hideListing' | 'unhideListing', id: string, now: Date) =>
    makeMove(db(), rules, {
      id,
      name,
      ...(name === 'hideListing' ? OFFICER : REVIEWER),
      input: { on: TODAY, reason: '有误', ...(name === 'hideListing' && { hiding: 'ERROR' as const }) },
      now,
    })

  it('P-A1: waits for the lease of the addition that it replaces, and is sent when that lease ends', async () => {
    const { id } = await published(db(), 1)
    let answer: () => void = () => {}
    take = async () => new Promise<void>((resolve) => (answer = resolve))
    const first = pushed(NOW)
    await until('a removal arrives', () => arrived.length === 1)
    await removed(db(), id, TODAY, rules, later(3))
    take = async (notice) => apply(notice)
    expect(await pushed(later(4))).to.include({ sent: 0, outstanding: 1 })
    expect(await pushed(later(12))).to.include({ sent: 1, accepted: 1, outstanding: 0 })
    expect(arrived).to.deep.equal([1, 2])
    answer()
    await first
  })

  it('P-A1: is sent as soon as the addition that it replaces is answered', async () => {
    const { id } = await published(db(), 1)
    let answer: () => void = () => {}
    take = async (notice) => {
      await new Promise<void>((resolve) => (answer = resolve))
      apply(notice)
    }
    const first = pushed(NOW)
    await until('a removal arrives', () => arrived.length === 1)
    await removed(db(), id, TODAY, rules, later(3))
    answer()
    await first
    take = async (notice) => apply(notice)
    expect(await pushed(later(4))).to.include({ sent: 1, accepted: 1, outstanding: 0 })
    expect([...displayed]).to.deep.equal([])
  })

  it('P-A1: is done only when a display read 60 s after its receipt lacks the entry', async () => {
    const id = await listed()
    await removed(db(), id, TODAY, rules, later(70))
    expect(await pushed(later(70))).to.deep.include({ accepted: 1, outstanding: 0 })
    expect(await ledger(id)).to.include({ state: 'CONFIRMED', check: 'DUE' })
    expect(await openOnes()).to.equal(1)
    expect(await checked(later(129))).to.deep.equal({ gone: 0, shown: 0, again: 0 })
    expect(await checked(later(130))).to.deep.equal({ gone: 1, shown: 0, again: 0 })
    expect(await ledger(id)).to.deep.include({ state: 'CONFIRMED', check: 'GONE', checkedAt: later(130) })
    expect(await openOnes()).to.equal(0)
  })

  it('P-A1: is sent again where a late addition overtook it, until the display lacks the entry', async () => {
    const { id } = await published(db(), 1)
    let addition: Notice | null = null
    // The receiver is slow: the call times out, and the addition is applied after the removal.
    take = async (notice) => {
      addition = notice
      throw new Refusal('PLATFORM_UNREACHABLE', { reason: 'timeout' })
    }
    await pushed(NOW)
    await removed(db(), id, TODAY, rules, later(1))
    take = async (notice) => apply(notice)
    expect(await pushed(later(30))).to.include({ accepted: 1, outstanding: 0 })
    if (addition) apply(addition)
    expect(displayed.has(id)).to.equal(true)
    expect(await openOnes()).to.equal(1)
    expect(await checked(later(90))).to.deep.equal({ gone: 0, shown: 1, again: 0 })
    expect(await openOnes()).to.equal(2)
    expect(await pushed(later(90))).to.include({ accepted: 1, outstanding: 0 })
    expect(displayed.has(id)).to.equal(false)
    expect(await checked(later(150))).to.deep.equal({ gone: 1, shown: 0, again: 0 })
    expect(
      (await deliveries()).map(({ number, action, state, result }) => [number, action, state, result]),
    ).to.deep.equal([
      [1, 'ADD', 'FOLDED', null],
      [2, 'REMOVE', 'CONFIRMED', 'SHOWN'],
      [3, 'REMOVE', 'CONFIRMED', 'GONE'],
    ])
    expect(await ledger(id)).to.include({ check: 'GONE', state: 'CONFIRMED' })
    expect(await openOnes()).to.equal(0)
  })

  it('P-A1: is sent twice to a platform without a display, and then counts as done: confirmed but not seen', async () => {
    const id = await listed()
    show = async () => {
      throw new NoDisplayRefusal('HTTP 404')
    }
    await removed(db(), id, TODAY, rules, later(70))
    await pushed(later(70))
    expect(await checked(later(130))).to.deep.equal({ gone: 0, shown: 0, again: 1 })
    expect(await ledger(id)).to.include({ state: 'OWED', check: 'NO_DISPLAY' })
    expect(await pushed(later(130))).to.include({ sent: 1, accepted: 1, outstanding: 0 })
    expect(arrived).to.deep.equal([1, 2, 2])
    expect(await ledger(id)).to.deep.include({ state: 'CONFIRMED', check: 'CONFIRMED_TWICE', checkedAt: later(130) })
    expect(await openOnes()).to.equal(0)
  })

  it('P-A1: stays open while the display cannot be read, and is checked again', async () => {
    const id = await listed()
    const readable = show
    show = async () => {
      throw new Refusal('PLATFORM_UNREACHABLE', { reason: 'HTTP 503' })
    }
    await removed(db(), id, TODAY, rules, later(70))
    await pushed(later(70))
    expect(await checked(later(130))).to.deep.equal({ gone: 0, shown: 0, again: 0 })
    expect(await ledger(id)).to.include({ state: 'CONFIRMED', check: 'DUE' })
    show = readable
    expect(await checked(later(190))).to.deep.equal({ gone: 1, shown: 0, again: 0 })
  })

  it('P-A1: is followed by an addition only once it is settled, which ends its check', async () => {
    const id = await listed()
    await move('hideListing', id, later(70))
    await pushed(later(70))
    await move('unhideListing', id, later(75))
    expect(await pushed(later(80))).to.include({ sent: 0, outstanding: 1 })
    expect(await checked(later(130))).to.deep.equal({ gone: 0, shown: 0, again: 0 })
    expect(await pushed(later(130))).to.include({ sent: 1, accepted: 1, outstanding: 0 })
    expect((await deliveries()).map(({ action, result }) => [action, result])).to.deep.equal([
      ['ADD', null],
      ['REMOVE', 'REPLACED'],
      ['ADD', null],
    ])
    expect(await openOnes()).to.equal(0)
  })

  for (const [when, delaySeconds] of [
    ['before it is sent', 0],
    ['while it is on the wire', 5],
  ] as const)
    it(`P-A1: has no check where the entry is unhidden ${when}`, async () => {
      const id = await listed()
      await move('hideListing', id, later(70))
      if (delaySeconds === 0) await move('unhideListing', id, later(71))
      else
        take = async (notice) => {
          take = async (next) => apply(next)
          await move('unhideListing', id, later(70 + delaySeconds))
          apply(notice)
        }
      expect(await pushed(later(80))).to.include({ sent: 1, accepted: 1, outstanding: 1 })
      expect(await ledger(id)).to.include({ state: 'CONFIRMED', check: 'REPLACED' })
      expect(await openOnes()).to.equal(0)
      expect(await pushed(later(150))).to.include({ sent: 1, accepted: 1, outstanding: 0 })
      expect(await checked(later(300))).to.deep.equal({ gone: 0, shown: 0, again: 0 })
      expect(displayed.has(id)).to.equal(true)
      expect(
        (await deliveries()).map(({ action, state, result, dueAt }) => [action, state, result, dueAt]),
      ).to.deep.equal([
        ['ADD', 'CONFIRMED', null, null],
        ['REMOVE', 'CONFIRMED', 'REPLACED', null],
        ['ADD', 'CONFIRMED', null, null],
      ])
    })

  it('P-A1: is settled as replaced where a later addition exists beside its open check, also without a display', async () => {
    const id = await listed()
    await move('hideListing', id, later(70))
    await pushed(later(70))
    await move('unhideListing', id, later(75))
    // State of a removal that was confirmed while the addition was being written.
    await db().raw(
      `update deliveries set check_due_at = ?, check_result = null where action = 'REMOVE' and platform = 'national'`,
      [later(130)],
    )
    expect(await openOnes()).to.equal(1)
    show = async () => {
      throw new NoDisplayRefusal('HTTP 404')
    }
    expect(await checked(later(131))).to.deep.equal({ gone: 0, shown: 0, again: 0 })
    expect(await openOnes()).to.equal(0)
    expect((await deliveries()).map(({ state, result, dueAt }) => [state, result, dueAt])).to.deep.equal([
      ['CONFIRMED', null, null],
      ['CONFIRMED', 'REPLACED', null],
      ['OWED', null, null],
    ])
  })

  it('P-A1: keeps its withdrawal deadline open until it is checked, and may be closed by an officer', async () => {
    const id = await listed()
    await db().raw(`delete from deliveries where platform <> 'national'`)
    await removed(db(), id, TODAY, rules, later(70))
    await db().raw(`delete from deliveries where platform <> 'national'`)
    await pushed(later(70))
    const withdrawal = async () => {
      await renewDeadlines(db(), rules)
      return (await rowsOf(db(), `select outcome from listing_deadlines where name = 'WITHDRAWAL'`))[0]?.['outcome']
    }
    expect(await withdrawal()).to.equal(null)
    await giveUpRemovals(db(), rules, {
      subjectId: id,
      platform: 'national',
      reason: '平台已书面答复',
      by: 'officer-1',
      now: later(90),
    })
    expect(await ledger(id)).to.include({ state: 'CLOSED', check: null })
    expect(await openOnes()).to.equal(0)
  })
})

const receipt = (key: string): Receipt => ({
  key,
  accepted: true,
  code: '00',
  text: '',
  field: null,
  value: null,
  receiverId: null,
})
