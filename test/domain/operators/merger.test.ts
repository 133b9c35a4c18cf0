import { expect } from 'chai'
import {
  arePartiesDistinct,
  findMergerFault,
  type MergerParty,
  type ProposedDivision,
  type ProposedMerger,
  refuseBadDivision,
} from '../../../src/domain/operators/merger.js'
import { isRefusal } from '../../../src/foundation/errors.js'

const party = (id: number, more: Partial<MergerParty> = {}): MergerParty => ({
  id,
  uscc: `code ${id}`,
  shop: null,
  kind: 'ENTERPRISE',
  name: null,
  mergedInto: null,
  ...more,
})

describe('mergers of operators', () => {
  const merger = (more: Partial<ProposedMerger> = {}): ProposedMerger => ({
    from: party(1),
    into: party(2),
    whole: null,
    cause: 'DUPLICATE',
    bothOpen: [],
    ...more,
  })
  const individual = party(1, { kind: 'INDIVIDUAL' })
  const cases: [string, Partial<ProposedMerger>, string | null][] = [
    ['allow two operators without an open listing', {}, null],
    ['refuse to merge an operator with itself', { into: party(1) }, 'one operator already'],
    [
      'refuse an operator already merged into another',
      { from: party(1, { mergedInto: 3 }) },
      'undo that decision first',
    ],
    [
      'name the operator into which the target was merged',
      { into: party(2, { mergedInto: 3 }), whole: party(3) },
      'code 2 已并入 code 3',
    ],
    ['allow a conversion into an enterprise', { from: individual, cause: 'CONVERTED' }, null],
    [
      'allow a conversion into a cooperative',
      { from: individual, into: party(2, { kind: 'COOPERATIVE' }), cause: 'CONVERTED' },
      null,
    ],
    ['refuse a conversion of an enterprise', { cause: 'CONVERTED' }, 'a conversion is of an individual business'],
    [
      'refuse a conversion into an individual business',
      { from: individual, into: party(2, { kind: 'INDIVIDUAL' }), cause: 'CONVERTED' },
      'a conversion is of an individual business',
    ],
    ['refuse two open listings of one kind', { bothOpen: ['serious'] }, '双方均有未结的同类名单记录'],
  ]
  for (const [title, more, why] of cases)
    it(title, () => {
      const found = findMergerFault(merger(more))
      if (why === null) expect(found).to.equal(null)
      else expect(found).to.contain(why)
    })
})

describe('divisions of an operator', () => {
  const codeOf = (more: Partial<ProposedDivision>): string | null => {
    try {
      refuseBadDivision({ on: '2026-11-25', documentNumber: '1', into: ['a'], ...more }, '2026-11-25')
      return null
    } catch (error) {
      return isRefusal(error) ? error.code : String(error)
    }
  }
  const cases: [string, Partial<ProposedDivision>, string | null][] = [
    ['may be dated today', {}, null],
    ['cannot be dated tomorrow', { on: '2026-11-26' }, 'INPUT_INVALID'],
    ['must have an existing day', { on: '2026-02-30' }, 'DATE_INVALID'],
    ['must have a document number', { documentNumber: '' }, 'INPUT_INVALID'],
    ['may have a document number of 128 characters', { documentNumber: 'x'.repeat(128) }, null],
    ['cannot have a document number of 129 characters', { documentNumber: 'x'.repeat(129) }, 'INPUT_INVALID'],
    ['must have a successor', { into: [] }, 'INPUT_INVALID'],
    ['have 20 successors', { into: Array(20).fill('a') }, null],
    ['cannot have 21 successors', { into: Array(21).fill('a') }, 'INPUT_INVALID'],
  ]
  for (const [title, more, code] of cases) it(title, () => expect(codeOf(more)).to.equal(code))

  it('are between different operators', () => {
    expect(arePartiesDistinct([party(1), party(2)])).to.equal(true)
    expect(arePartiesDistinct([party(1), party(2), party(1)])).to.equal(false)
  })
})
