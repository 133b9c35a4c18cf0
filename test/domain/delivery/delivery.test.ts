import { expect } from 'chai'
import fc from 'fast-check'
import {
  type DeliveryState,
  decideRequiredDelivery,
  type NoticeAction,
  type OwedAction,
  type PriorDelivery,
  scheduleNextDeliveryTry,
} from '../../../src/domain/delivery/delivery.js'

const said = (action: NoticeAction, state: DeliveryState, attempts = state === 'OWED' ? 0 : 1): PriorDelivery => ({
  action,
  state,
  attempts,
})
const NOW = new Date('2026-11-25T02:00:00Z')
const seconds = (attempts: number, spread = 0.5): number =>
  (scheduleNextDeliveryTry(attempts, NOW, spread).getTime() - NOW.getTime()) / 1_000

describe('delivery owed to a platform:', () => {
  const cases: [string, NoticeAction, PriorDelivery[], OwedAction][] = [
    ['an addition where nothing came before', 'ADD', [], { owe: 'ADD', fold: 'nothing' }],
    [
      'a change before anything was sent is an addition',
      'CHANGE',
      [said('ADD', 'OWED')],
      { owe: 'ADD', fold: 'untried' },
    ],
    ['a change of a confirmed entry', 'CHANGE', [said('ADD', 'CONFIRMED')], { owe: 'CHANGE', fold: 'untried' }],
    [
      'a change of a removed entry whose new addition was never sent is an addition',
      'CHANGE',
      [said('ADD', 'CONFIRMED'), said('REMOVE', 'CONFIRMED'), said('ADD', 'OWED')],
      { owe: 'ADD', fold: 'untried' },
    ],
    [
      'a change after an addition that was sent is a change',
      'CHANGE',
      [said('REMOVE', 'CONFIRMED'), said('ADD', 'OWED', 1)],
      { owe: 'CHANGE', fold: 'untried' },
    ],
    [
      'a change of a refused addition is an addition',
      'CHANGE',
      [said('ADD', 'REFUSED')],
      { owe: 'ADD', fold: 'untried' },
    ],
    [
      'a change of an entry whose last addition a person closed unsent is an addition',
      'CHANGE',
      [said('ADD', 'CONFIRMED'), said('ADD', 'CLOSED', 0)],
      { owe: 'ADD', fold: 'untried' },
    ],
    [
      'a change where a removal and the addition after it were never sent is an addition',
      'CHANGE',
      [said('ADD', 'CONFIRMED'), said('REMOVE', 'OWED'), said('ADD', 'OWED')],
      { owe: 'ADD', fold: 'untried' },
    ],
    ['a removal of an unsent addition cancels it', 'REMOVE', [said('ADD', 'OWED')], { owe: null, fold: 'unconfirmed' }],
    ['a removal without any earlier delivery owes nothing', 'REMOVE', [], { owe: null, fold: 'unconfirmed' }],
    ['a removal of a confirmed entry', 'REMOVE', [said('ADD', 'CONFIRMED')], { owe: 'REMOVE', fold: 'unconfirmed' }],
    [
      'a removal of an addition that was sent and not answered',
      'REMOVE',
      [said('ADD', 'OWED', 2)],
      { owe: 'REMOVE', fold: 'unconfirmed' },
    ],
    ['a removal of a refused addition', 'REMOVE', [said('ADD', 'REFUSED')], { owe: 'REMOVE', fold: 'unconfirmed' }],
    [
      'a removal of an addition folded unsent owes nothing',
      'REMOVE',
      [said('ADD', 'FOLDED', 0)],
      { owe: null, fold: 'unconfirmed' },
    ],
    [
      'a removal of an addition that was sent, then folded',
      'REMOVE',
      [said('ADD', 'FOLDED', 1)],
      { owe: 'REMOVE', fold: 'unconfirmed' },
    ],
  ]
  for (const [what, change, earlier, expected] of cases) {
    it(what, () => {
      expect(decideRequiredDelivery(change, earlier)).to.deep.equal(expected)
    })
  }

  it('a removal is owed exactly if the platform may have received the entry', () => {
    const earlier = fc.array(
      fc.record({
        action: fc.constantFrom<NoticeAction>('ADD', 'CHANGE', 'REMOVE'),
        state: fc.constantFrom<DeliveryState>('OWED', 'REFUSED', 'FOLDED'),
        attempts: fc.nat(4),
      }),
    )
    fc.assert(
      fc.property(earlier, (all) => {
        expect(decideRequiredDelivery('REMOVE', all).owe).to.equal(
          all.some((one) => one.attempts > 0) ? 'REMOVE' : null,
        )
        expect(decideRequiredDelivery('REMOVE', [...all, said('ADD', 'CONFIRMED')]).owe).to.equal('REMOVE')
      }),
    )
  })
})

describe('the next try of a delivery', () => {
  it('waits twice as long each time, up to an hour', () => {
    expect([1, 2, 3, 4, 11, 12, 50, 5_000].map((attempts) => seconds(attempts))).to.deep.equal([
      2, 4, 8, 16, 2_048, 3_600, 3_600, 3_600,
    ])
  })

  it('comes after a wait within a quarter of the planned one, at most an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, spread) => {
        const wait = seconds(attempts, spread)
        const middle = seconds(attempts)
        expect(wait).to.be.within(middle * 0.75 - 0.001, Math.min(middle * 1.25, 3_600) + 0.001)
        expect(wait).to.be.greaterThan(0)
      }),
    )
  })
})
