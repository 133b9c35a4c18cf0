import { expect } from 'chai'
import fc from 'fast-check'
import { type EarlierMessage, lacksSubject } from '../../../src/domain/delivery/backfill-plan.js'
import {
  type DeliveryState,
  decideRequiredDelivery,
  type NoticeAction,
  type PriorDelivery,
} from '../../../src/domain/delivery/delivery.js'

const day = (n: number): Date => new Date(Date.UTC(2026, 10, n))
const WIPED = day(10)
const heard = (action: NoticeAction, state: DeliveryState, on = 1): EarlierMessage => ({
  action,
  state,
  createdAt: day(on),
})

describe('a platform to be filled', () => {
  const cases: [string, EarlierMessage[], Date | null, boolean][] = [
    ['lacks an entry that it was never sent', [], null, true],
    ['lacks an entry whose addition was folded before it was sent', [heard('ADD', 'FOLDED')], null, true],
    [
      'lacks an entry whose removal it confirmed last',
      [heard('ADD', 'CONFIRMED'), heard('REMOVE', 'CONFIRMED')],
      null,
      true,
    ],
    ['does not lack an entry that is being sent', [heard('ADD', 'OWED')], null, false],
    ['does not lack an entry that it confirmed', [heard('ADD', 'CONFIRMED'), heard('CHANGE', 'OWED')], null, false],
    ['does not lack an entry whose refusal waits for a person', [heard('ADD', 'REFUSED')], null, false],
    ['does not lack an entry whose delivery a person closed', [heard('ADD', 'CLOSED')], null, false],
    ['once wiped, lacks an entry that it confirmed before', [heard('ADD', 'CONFIRMED')], WIPED, true],
    [
      'once wiped, lacks an entry of which only a change was sent since',
      [heard('ADD', 'CONFIRMED'), heard('CHANGE', 'OWED', 11)],
      WIPED,
      true,
    ],
    [
      'once wiped, does not lack an entry added since',
      [heard('ADD', 'CONFIRMED'), heard('ADD', 'OWED', 10)],
      WIPED,
      false,
    ],
    [
      'once wiped, does not lack an entry added and changed since',
      [heard('ADD', 'OWED', 11), heard('CHANGE', 'OWED', 12)],
      WIPED,
      false,
    ],
    ['once wiped, does not lack an entry refused since', [heard('ADD', 'REFUSED', 11)], WIPED, false],
    [
      'once wiped, lacks an entry added and removed since',
      [heard('ADD', 'OWED', 11), heard('REMOVE', 'OWED', 12)],
      WIPED,
      true,
    ],
  ]
  for (const [what, told, wipedAt, expected] of cases) {
    it(what, () => {
      expect(lacksSubject(told, wipedAt)).to.equal(expected)
    })
  }

  it('lacks no entry once its addition is owed, whatever came before', () => {
    const one = fc.record({
      action: fc.constantFrom<NoticeAction>('ADD', 'CHANGE', 'REMOVE'),
      state: fc.constantFrom<DeliveryState>('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED', 'CLOSED'),
      createdAt: fc.integer({ min: 1, max: 20 }).map(day),
    })
    fc.assert(
      fc.property(fc.array(one), fc.constantFrom(null, WIPED), (all, wipedAt) => {
        expect(lacksSubject([...all, heard('ADD', 'OWED', 20)], wipedAt)).to.equal(false)
      }),
    )
  })
})

describe('delivery owed for a change', () => {
  const said = (action: NoticeAction, state: DeliveryState, attempts = state === 'OWED' ? 0 : 1): PriorDelivery => ({
    action,
    state,
    attempts,
  })
  const cases: [string, PriorDelivery[], NoticeAction][] = [
    ['is an addition where the addition was refused', [said('ADD', 'REFUSED')], 'ADD'],
    ['is an addition where a person closed the addition', [said('ADD', 'CLOSED')], 'ADD'],
    [
      'is an addition where the entry was removed and its new addition is unsent',
      [said('ADD', 'CONFIRMED'), said('REMOVE', 'CONFIRMED'), said('ADD', 'OWED')],
      'ADD',
    ],
    [
      'is an addition where the addition to a wiped platform is unsent',
      [said('ADD', 'CONFIRMED'), said('ADD', 'OWED')],
      'ADD',
    ],
    ['is a change where the addition was sent and not answered', [said('ADD', 'OWED', 1)], 'CHANGE'],
    [
      'is a change where an earlier change was refused',
      [said('ADD', 'CONFIRMED'), said('CHANGE', 'REFUSED')],
      'CHANGE',
    ],
  ]
  for (const [what, earlier, expected] of cases) {
    it(what, () => {
      expect(decideRequiredDelivery('CHANGE', earlier).owe).to.equal(expected)
    })
  }
})
