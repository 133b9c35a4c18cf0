import { expect } from 'chai'
import { type DeliveryTraits, deliveryScopeOf } from '../../../src/domain/intake/delivery-scope.js'

describe('scope of a delivery', () => {
  const whole = { partial: false, whole: true, complete: true, current: true }
  const agency = { feedWhole: true, hasNext: false, givenFull: null }
  const cases: [string, DeliveryTraits, ReturnType<typeof deliveryScopeOf>][] = [
    ['of a full feed: absent records have ended', agency, whole],
    [
      'of a feed of changes: nothing ends, yet the feed is current',
      { ...agency, feedWhole: false },
      { ...whole, whole: false },
    ],
    [
      'of a part of a full feed: nothing ends and the feed is not current',
      { ...agency, sentWhole: false },
      { partial: true, whole: false, complete: false, current: false },
    ],
    [
      'of an unmodified source with a cursor: the feed is current',
      { ...agency, unmodified: true, hasNext: true },
      { ...whole, complete: false },
    ],
    [
      'of an empty folder: nothing ends and the feed is not current',
      { ...agency, unmodified: true, sentWhole: false },
      { partial: true, whole: false, complete: false, current: false },
    ],
    [
      'of a file: nothing ends',
      { ...agency, sentWhole: false, givenFull: false },
      { partial: true, whole: false, complete: false, current: false },
    ],
    [
      'of a full file: absent records have ended',
      { ...agency, feedWhole: false, sentWhole: true, givenFull: true },
      whole,
    ],
  ]
  for (const [title, form, scope] of cases) it(title, () => expect(deliveryScopeOf(form)).to.deep.equal(scope))
})
