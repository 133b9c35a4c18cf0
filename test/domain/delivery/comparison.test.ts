import { expect } from 'chai'
import fc from 'fast-check'
import {
  type DisplayedValues,
  isOutage,
  judgeDisplay,
  type LastDelivery,
} from '../../../src/domain/delivery/comparison.js'

const TOLD: LastDelivery = {
  number: 3,
  action: 'ADD',
  state: 'CONFIRMED',
  uscc: '91X',
  name: '长春虚构（集团）有限公司',
}
const SHOWN: DisplayedValues = { sequence: 3, uscc: '91X', name: '长春虚构(集团)有限公司' }

describe('displayed entry against the last delivery', () => {
  const cases: [string, boolean, LastDelivery | null, DisplayedValues | null, object][] = [
    ['in force, confirmed and shown', true, TOLD, SHOWN, { what: 'AGREES' }],
    ['in force, confirmed and not shown', true, TOLD, null, { what: 'MISSING' }],
    ['P-B1: in force and never sent', true, null, null, { what: 'UNTOLD' }],
    ['P-B1: in force, its removal sent last', true, { ...TOLD, action: 'REMOVE' }, null, { what: 'UNTOLD' }],
    [
      'P-B1: in force, sent, and closed by an officer before it was confirmed',
      true,
      { ...TOLD, state: 'CLOSED' },
      null,
      { what: 'UNTOLD' },
    ],
    ['in force and being sent', true, { ...TOLD, state: 'OPEN' }, null, { what: 'ON_ITS_WAY' }],
    ['not in force and not shown', false, { ...TOLD, action: 'REMOVE' }, null, { what: 'AGREES' }],
    ['not in force and shown', false, { ...TOLD, action: 'REMOVE' }, SHOWN, { what: 'UNWANTED' }],
    ['not in force, never sent and shown', false, null, SHOWN, { what: 'UNWANTED' }],
    [
      'not in force, shown, its removal on its way',
      false,
      { ...TOLD, action: 'REMOVE', state: 'OPEN' },
      SHOWN,
      { what: 'ON_ITS_WAY' },
    ],
    ['shown in an older version', true, TOLD, { ...SHOWN, sequence: 2 }, { what: 'STALE', differs: ['SEQUENCE'] }],
    ['shown with its code in small letters', true, TOLD, { ...SHOWN, uscc: '91x' }, { what: 'AGREES' }],
    ['shown under another code', true, TOLD, { ...SHOWN, uscc: '91Y' }, { what: 'STALE', differs: ['USCC'] }],
    ['shown under another name', true, TOLD, { ...SHOWN, name: '另一公司' }, { what: 'STALE', differs: ['NAME'] }],
    [
      'shown, with values that the platform does not publish left empty',
      true,
      TOLD,
      { sequence: null, uscc: null, name: '' },
      { what: 'AGREES' },
    ],
  ]
  for (const [title, standing, told, shown, expected] of cases)
    it(`${title}: ${(expected as { what: string }).what}`, () => {
      expect(judgeDisplay(standing, told, shown)).to.deep.equal(expected)
    })

  const told = fc.option(
    fc.record({
      number: fc.integer({ min: 1, max: 9 }),
      action: fc.constantFrom('ADD', 'CHANGE', 'REMOVE'),
      state: fc.constantFrom('CONFIRMED', 'CLOSED', 'OPEN'),
      uscc: fc.option(fc.constantFrom('91X', '91Y')),
      name: fc.constantFrom('甲', '乙'),
    }),
  ) as fc.Arbitrary<LastDelivery | null>
  const shown = fc.option(
    fc.record({
      sequence: fc.option(fc.integer({ min: 1, max: 9 })),
      uscc: fc.option(fc.constantFrom('91X', '91Y')),
      name: fc.constantFrom('甲', '乙', ''),
    }),
  )

  it('an entry with an open delivery is on its way, and only a confirmed entry can be missing', () => {
    fc.assert(
      fc.property(fc.boolean(), told, shown, (standing, last, here) => {
        const { what } = judgeDisplay(standing, last, here)
        if (last?.state === 'OPEN') expect(what).to.equal('ON_ITS_WAY')
        if (what === 'MISSING') expect([standing, last?.state, here]).to.deep.equal([true, 'CONFIRMED', null])
        if (what === 'UNWANTED') expect([standing, here === null]).to.deep.equal([false, false])
        if (what === 'STALE') expect([standing, last?.state, here === null]).to.deep.equal([true, 'CONFIRMED', false])
      }),
    )
  })
})

describe('share of missing entries that counts as an outage', () => {
  const cases: [number, number, number, boolean, boolean][] = [
    // gone, confirmed, shown, restored, outage
    [1, 1, 0, false, false],
    [2, 2, 0, false, true],
    [2, 3, 1, false, false],
    [10, 11, 1, false, false],
    [11, 100, 89, false, true],
    [50, 1_000, 950, false, false],
    [51, 1_000, 949, false, true],
    [51, 1_000, 949, true, false],
    [500, 1_000, 500, true, false],
    [501, 1_000, 499, true, true],
    [1_000, 1_000, 0, true, true],
  ]
  for (const [gone, confirmed, shown, restored, outage] of cases)
    it(`${gone} of ${confirmed} missing, ${shown} shown${restored ? ', restored from a backup' : ''}: ${outage ? 'an outage' : 'each entry is examined'}`, () => {
      expect(isOutage({ gone, confirmed, shown }, restored)).to.equal(outage)
    })
})
