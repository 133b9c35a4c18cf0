import { expect } from 'chai'
import type { ConsentRule, LegalBasis, ListKind } from '../../../src/domain/listing/lists.js'
import {
  computeFirstRepairDay,
  computeTermEnd,
  findLegalNumber,
  findTerm,
  LEGAL_NUMBER_NAMES,
  needsConsent,
} from '../../../src/domain/listing/lists.js'
import { checkLists } from '../../../src/domain/listing/lists-check.js'
import { divisionLevelOf } from '../../../src/domain/operators/places.js'
import { contractCheck, schemaDocument } from '../../../src/foundation/contracts.js'

const rows = (): ListKind[] => (structuredClone(schemaDocument('rules/lists.json')) as { lists: ListKind[] }).lists
const kind = (id: string, all = rows()): ListKind => {
  const row = all.find((each) => each.id === id)
  if (!row) throw new Error(`there is no list ${id}`)
  return row
}
const local: LegalBasis = {
  type: 'LOCAL_REGULATION',
  title: '某省某条例',
  number: null,
  articles: null,
  from: null,
  to: null,
  mark: 'M',
}

const { items } = schemaDocument('rules/measures.json') as { items: string[] }

describe('lists: the shipped table', () => {
  it('satisfies its contract and has no fault', () => {
    expect(contractCheck('contracts/lists')(schemaDocument('rules/lists.json'))).to.deep.equal([])
    expect(checkLists(rows(), items)).to.deep.equal([])
  })

  it('allows decision and publication on the serious list only', () => {
    const those = (pick: (row: ListKind) => boolean) =>
      rows()
        .filter(pick)
        .map((row) => row.id)
    expect(rows().map((row) => row.id)).to.deep.equal(['serious', 'ecommerce-2018', 'abnormal', 'defaulters', 'watch'])
    for (const pick of ['decidedHere', 'blacklist', 'public'] as const)
      expect(those((row) => row[pick])).to.deep.equal(['serious'])
  })

  it('treats the 2018 list as a serious one and marks its term as unconfirmed', () => {
    expect(kind('ecommerce-2018').fact).to.equal('serious_list')
    expect(findTerm(kind('ecommerce-2018'), '2018-05-15')).to.include({ years: 3, confirmed: false })
  })
})

describe('lists: terms', () => {
  const cases: [string, string, string | null, string | null][] = [
    ['three years from an ordinary day', 'serious', '2026-03-02', '2029-03-02'],
    ['three years from 29 February', 'serious', '2024-02-29', '2027-02-28'],
    ['the term from the first day of the present rule', 'serious', '2021-09-01', '2024-09-01'],
    ['the term from the last day of the rule before', 'serious', '2021-08-31', '2026-08-31'],
    ['the term from a day before any rule', 'serious', '2015-01-01', null],
    ['the 2018 list, dated', 'ecommerce-2018', '2018-05-15', '2021-05-15'],
    ['the 2018 list, undated', 'ecommerce-2018', null, null],
    ['the term of a list without one', 'abnormal', '2026-01-01', null],
  ]
  for (const [title, id, decidedOn, end] of cases) {
    it(`${title} ends on ${end ?? 'no day'}`, () => {
      expect(computeTermEnd(kind(id), decidedOn)).to.equal(end)
    })
  }

  it('numberOf returns the number in force on a day, or null', () => {
    expect(findLegalNumber(kind('serious'), 'DEFENCE_WORKDAYS', '2026-01-05')?.value).to.equal(5)
    expect(findLegalNumber(kind('serious'), 'REPAIR_MIN_MONTHS', '2021-08-31')).to.equal(null)
  })
})

describe('lists: effect of a new row on standing entries', () => {
  const two = (standing: 'KEEP' | 'APPLY' | null, years: number): ListKind => {
    const row = kind('serious')
    const [first, last] = row.terms
    if (first === undefined || last === undefined) throw new Error('two terms are needed')
    return {
      ...row,
      terms: [
        { ...first, years: 5 },
        { ...last, years, standing },
      ],
    }
  }
  const cases: ['KEEP' | 'APPLY' | null, number, string][] = [
    ['KEEP', 3, '2026-08-31'],
    ['APPLY', 3, '2024-08-31'],
    ['APPLY', 7, '2028-08-31'],
    [null, 3, '2024-08-31'],
    [null, 7, '2026-08-31'],
  ]
  for (const [standing, years, end] of cases)
    it(`a five-year term ends on ${end} where a new row of ${years} years states ${standing ?? 'nothing'} for standing entries`, () => {
      expect(computeTermEnd(two(standing, years), '2021-08-31', { asOf: '2021-09-01' })).to.equal(end)
      expect(computeTermEnd(two(standing, years), '2021-08-31', { asOf: '2021-08-31' })).to.equal('2026-08-31')
    })

  it('the months before a repair are the milder of two rows where the new one states nothing', () => {
    const row = kind('serious')
    const [old] = row.numbers.filter(({ name }) => name === 'REPAIR_MIN_MONTHS')
    if (old === undefined) throw new Error('no such number')
    const numbers = (value: number) => [
      { ...old, value: 12, to: '2026-12-31' },
      { ...old, value, from: '2027-01-01', standing: null },
    ]
    const day = (value: number, on: string) =>
      computeFirstRepairDay({ ...row, numbers: numbers(value) }, '2026-02-01', { from: '2026-02-01', on })
    expect([day(6, '2026-12-31'), day(6, '2027-01-01'), day(24, '2027-01-01')]).to.deep.equal([
      '2027-02-02',
      '2026-08-02',
      '2027-02-02',
    ])
  })

  it('the level of an authority follows from its division, and an unknown level counts as the lowest', () => {
    expect(['220000', '220100', '220102'].map(divisionLevelOf)).to.deep.equal(['PROVINCE', 'CITY', 'COUNTY'])
    const setting = { needed: true, levels: ['CITY' as const], from: null, to: null, basis: '测试', mark: 'M' as const }
    const row = { ...kind('serious'), consents: [setting] }
    const asked = ([null, 'CITY', 'COUNTY'] as const).map((level) => needsConsent(row, level, '2026-01-01'))
    expect(asked).to.deep.equal([true, true, false])
    expect(needsConsent({ ...row, consents: [] }, null, '2026-01-01')).to.equal(false)
  })
})

describe('lists: refused rows', () => {
  const serious = (change: (row: ListKind) => void) => {
    const all = rows()
    change(kind('serious', all))
    return all
  }
  const cases: [string, ListKind[], string, string][] = [
    [
      'a kind without a legal basis',
      serious((row) => Object.assign(row, { legalBasis: [] })),
      'serious.legalBasis',
      'legal basis',
    ],
    [
      'a provincial kind without a local regulation',
      serious((row) => Object.assign(row, { scope: 'PROVINCIAL' })),
      'serious.legalBasis',
      'local regulation',
    ],
    [
      'two legal bases of one type on one day, of which an entry would name the first',
      serious((row) =>
        row.legalBasis.push({ ...(row.legalBasis[0] as LegalBasis), title: '另一办法', from: '2027-03-01' }),
      ),
      'serious.legalBasis[0]',
      'Two rows',
    ],
    ['one kind twice', [...rows(), kind('watch')], 'watch', 'twice'],
    [
      'a kind decided here without a term',
      serious((row) => Object.assign(row, { terms: [] })),
      'serious.terms',
      'term',
    ],
    [
      'a kind decided here without a time for the defence',
      serious((row) => Object.assign(row.numbers[0] ?? {}, { value: null })),
      'serious.numbers.DEFENCE_WORKDAYS',
      'defence',
    ],
    ...LEGAL_NUMBER_NAMES.map((name): [string, ListKind[], string, string] => [
      `a kind decided here whose rules do not say ${name}`,
      serious((row) => Object.assign(row, { numbers: row.numbers.filter((each) => each.name !== name) })),
      `serious.numbers.${name}`,
      'missing',
    ]),
    [
      'a number that ends while its kind continues',
      serious((row) => Object.assign(row.numbers[0] ?? {}, { to: '2027-12-31' })),
      'serious.numbers.DEFENCE_WORKDAYS',
      'after 2027-12-31',
    ],
    [
      'terms that overlap',
      serious((row) => Object.assign(row.terms[0] ?? {}, { to: null })),
      'serious.terms[0]',
      'Two rows',
    ],
    [
      'a number without a source',
      serious((row) => Object.assign(row.numbers[0] ?? {}, { basis: '' })),
      'serious.numbers.DEFENCE_WORKDAYS[0]',
      'source',
    ],
    [
      'an M number (from memory) marked as confirmed',
      serious((row) => Object.assign(row.numbers[0] ?? {}, { confirmed: true })),
      'serious.numbers.DEFENCE_WORKDAYS[0]',
      'Confirmed',
    ],
    [
      'a term of half a year',
      serious((row) => Object.assign(row.terms[1] ?? {}, { years: 0.5 })),
      'serious.terms[1]',
      'integer',
    ],
    [
      'a day that does not exist',
      serious((row) => Object.assign(row.terms[1] ?? {}, { from: '2021-02-30' })),
      'serious.terms[1]',
      'Not a day',
    ],
    ['a term without a removal at its end', serious((row) => row.removals.shift()), 'serious.removals', 'at its end'],
    [
      'a blacklist of entries decided elsewhere',
      serious((row) => Object.assign(row, { decidedHere: false })),
      'serious.blacklist',
      'listed',
    ],
    ['a favourable fact', serious((row) => Object.assign(row, { fact: 'trademark_held' })), 'serious.fact', 'adverse'],
    [
      'a kind decided here without a level that may decide it',
      serious((row) => Object.assign(row, { deciders: [] })),
      'serious.deciders',
      'who may decide',
    ],
    [
      'a consent that no level needs',
      serious((row) => Object.assign(row.consents[0] ?? {}, { levels: [] })),
      'serious.consents[0]',
      'no level',
    ],
    [
      'settings of consent that overlap',
      serious((row) => row.consents.push({ ...(row.consents[0] as ConsentRule), needed: false })),
      'serious.consents[0]',
      'Two rows',
    ],
    [
      'a measure that is not an item of the basic list of measures',
      serious((row) => Object.assign(row.measures[0] ?? {}, { item: '自造措施' })),
      'serious.measures[0]',
      'basic list',
    ],
    [
      'rows of one number selected by different days',
      serious((row) => Object.assign(row.terms[0] ?? {}, { selectedBy: 'PUBLICATION' })),
      'serious.terms[0]',
      'different days',
    ],
    ['a kind without a name', serious((row) => Object.assign(row, { en: ' ' })), 'serious.en', 'missing'],
  ]
  for (const [title, all, place, reason] of cases) {
    it(`refuses ${title}`, () => {
      const fault = checkLists(all, items).find((each) => each.place === place)
      expect(fault?.reason).to.contain(reason)
    })
  }

  it('accepts a provincial kind with a local regulation as basis', () => {
    expect(
      checkLists(
        serious((row) => Object.assign(row, { scope: 'PROVINCIAL', legalBasis: [local] })),
        items,
      ),
    ).to.deep.equal([])
  })
})
