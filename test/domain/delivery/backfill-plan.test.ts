import { expect } from 'chai'
import fc from 'fast-check'
import { type EarlierMessage, lacks } from '../../../src/domain/delivery/backfill-plan.js'
import { type Action, type DeliveryState, owing, type PriorDelivery } from '../../../src/domain/delivery/delivery.js'

const day = (n: number): Date => new Date(Date.UTC(2026, 10, n))
const WIPED = day(10)
const heard = (action: Action, state: DeliveryState, on = 1): EarlierMessage => ({ action, state, createdAt: day(on) })

describe('what a new or emptied platform lacks', () => {
  const cases: [string, EarlierMessage[], Date | null, boolean][] = [
    ['what it was never told', [], null, true],
    ['what was folded before it left', [heard('ADD', 'FOLDED')], null, true],
    ['what it was last told is removed', [heard('ADD', 'CONFIRMED'), heard('REMOVE', 'CONFIRMED')], null, true],
    ['not what is on its way', [heard('ADD', 'OWED')], null, false],
    ['not what it has confirmed', [heard('ADD', 'CONFIRMED'), heard('CHANGE', 'OWED')], null, false],
    ['not what waits for a person', [heard('ADD', 'REFUSED')], null, false],
    ['not what a person has closed', [heard('ADD', 'CLOSED')], null, false],
    ['once wiped, what it had confirmed before', [heard('ADD', 'CONFIRMED')], WIPED, true],
    [
      'once wiped, what it was told a change of since',
      [heard('ADD', 'CONFIRMED'), heard('CHANGE', 'OWED', 11)],
      WIPED,
      true,
    ],
    ['once wiped, not what was added since', [heard('ADD', 'CONFIRMED'), heard('ADD', 'OWED', 10)], WIPED, false],
    [
      'once wiped, not what was added and changed since',
      [heard('ADD', 'OWED', 11), heard('CHANGE', 'OWED', 12)],
      WIPED,
      false,
    ],
    ['once wiped, not what was refused since', [heard('ADD', 'REFUSED', 11)], WIPED, false],
    [
      'once wiped, what was added and removed since',
      [heard('ADD', 'OWED', 11), heard('REMOVE', 'OWED', 12)],
      WIPED,
      true,
    ],
  ]
  for (const [what, told, wipedAt, expected] of cases) {
    it(what, () => {
      expect(lacks(told, wipedAt)).to.equal(expected)
    })
  }

  it('is nothing once an addition is owed, whatever was before', () => {
    const one = fc.record({
      action: fc.constantFrom<Action>('ADD', 'CHANGE', 'REMOVE'),
      state: fc.constantFrom<DeliveryState>('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED', 'CLOSED'),
      createdAt: fc.integer({ min: 1, max: 20 }).map(day),
    })
    fc.assert(
      fc.property(fc.array(one), fc.constantFrom(null, WIPED), (all, wipedAt) => {
        expect(lacks([...all, heard('ADD', 'OWED', 20)], wipedAt)).to.equal(false)
      }),
    )
  })
})

describe('a change', () => {
  const said = (action: Action, state: DeliveryState, attempts = state === 'OWED' ? 0 : 1): PriorDelivery => ({
    action,
    state,
    attempts,
  })
  const cases: [string, PriorDelivery[], Action][] = [
    ['of what was refused is an addition', [said('ADD', 'REFUSED')], 'ADD'],
    ['of what a person closed is an addition', [said('ADD', 'CLOSED')], 'ADD'],
    [
      'of what was removed and is about to be added again is an addition',
      [said('ADD', 'CONFIRMED'), said('REMOVE', 'CONFIRMED'), said('ADD', 'OWED')],
      'ADD',
    ],
    [
      'of what a wiped platform is about to be given is an addition',
      [said('ADD', 'CONFIRMED'), said('ADD', 'OWED')],
      'ADD',
    ],
    ['of what was sent and not answered is a change', [said('ADD', 'OWED', 1)], 'CHANGE'],
    [
      'of what was changed before and refused is a change',
      [said('ADD', 'CONFIRMED'), said('CHANGE', 'REFUSED')],
      'CHANGE',
    ],
  ]
  for (const [what, earlier, expected] of cases) {
    it(what, () => {
      expect(owing('CHANGE', earlier).owe).to.equal(expected)
    })
  }
})
