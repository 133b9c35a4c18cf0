import { expect } from 'chai'
import { document } from '../../src/contracts.js'
import { entryEnd, eventsOf, FAMILY_OF, familiesOf, groundOf, WITHDRAWN } from '../../src/domain/evidence.js'
import { FAMILIES } from '../../src/domain/facts.js'
import type { ListKind } from '../../src/domain/lists.js'
import { isWithdrawn } from '../../src/domain/penalty.js'
import { type Body, RECORD_KINDS, type RecordKind } from '../../src/domain/records.js'

const { lists } = document('rules/lists.json') as { lists: ListKind[] }
const events = (kind: RecordKind, body: Body) =>
  eventsOf({ record: 7, kind, body }, lists).map(({ record, ...event }) => ({ ...event, ours: record === 7 }))
const entry = (more: Body): Body => ({
  list: 'serious',
  listed_on: '2024-02-29',
  ends_on: null,
  removed_on: null,
  ...more,
})

describe('evidence', () => {
  const cases: [string, RecordKind, Body, object[]][] = [
    [
      'an active registration gives its years and its standing',
      'registration',
      { established_on: '2019-05-06', status: 'ACTIVE' },
      [
        { fact: 'registered_years', on: '2019-05-06' },
        { fact: 'registration_active', on: null },
      ],
    ],
    [
      'a revoked registration is adverse',
      'registration',
      { established_on: null, status: 'REVOKED' },
      [{ fact: 'registration_revoked', on: null }],
    ],
    [
      'a registration that says nothing is no evidence',
      'registration',
      { established_on: null, status: 'UNKNOWN' },
      [],
    ],
    [
      'a shop confirmed by real name',
      'shop',
      { real_name_matched: true, opened_on: '2020-01-01' },
      [{ fact: 'shop_real_name', on: '2020-01-01' }],
    ],
    ['a shop not confirmed', 'shop', { real_name_matched: false, opened_on: '2020-01-01' }, []],
    ['a shop nobody checked', 'shop', { real_name_matched: null, opened_on: '2020-01-01' }, []],
    [
      'a registered trademark until it expires',
      'trademark',
      { status: 'REGISTERED', registered_on: '2020-01-01', expires_on: '2030-01-01' },
      [{ fact: 'trademark_held', on: '2020-01-01', until: '2030-01-01' }],
    ],
    ['a trademark applied for', 'trademark', { status: 'APPLIED', registered_on: null, expires_on: null }, []],
    [
      'a test that was passed',
      'inspection',
      { result: 'PASS', party_role: 'SELLER', announced_on: '2025-01-01' },
      [{ fact: 'inspection_passed', on: '2025-01-01' }],
    ],
    [
      'a test that the seller failed',
      'inspection',
      { result: 'FAIL', party_role: 'SELLER', announced_on: '2025-01-01' },
      [{ fact: 'inspection_failed', on: '2025-01-01' }],
    ],
    [
      'a label is no proof',
      'inspection',
      { result: 'FAIL', party_role: 'LABELLED_PRODUCER', announced_on: '2025-01-01' },
      [{ fact: 'inspection_failed_labelled', on: '2025-01-01' }],
    ],
    [
      'a warning',
      'penalty',
      { types: ['警告'], decided_on: '2025-01-01' },
      [{ fact: 'penalty_warning', on: '2025-01-01' }],
    ],
    [
      'a fine',
      'penalty',
      { types: ['罚款'], fine_yuan: '100', decided_on: '2025-01-01' },
      [{ fact: 'penalty_light', on: '2025-01-01' }],
    ],
    [
      'a business closed',
      'penalty',
      { types: ['责令停产停业'], decided_on: '2025-01-01' },
      [{ fact: 'penalty_heavy', on: '2025-01-01' }],
    ],
    [
      'an entry for its term',
      'list_entry',
      entry({}),
      [{ fact: 'serious_list', on: '2024-02-29', until: '2027-02-28' }],
    ],
    ['an entry of a list nobody knows', 'list_entry', entry({ list: 'none' }), []],
    [
      'an undated entry',
      'list_entry',
      entry({ list: 'ecommerce-2018', listed_on: null }),
      [{ fact: 'serious_list', on: null, until: null }],
    ],
  ]
  for (const [what, kind, body, expected] of cases) {
    it(what, () => {
      expect(events(kind, body)).to.deep.equal(expected.map((event) => ({ ...event, ours: true })))
    })
  }

  it('an entry ends by its removal, else by its own end, else by the term of its kind', () => {
    expect(entryEnd(entry({ ends_on: '2026-01-01', removed_on: '2025-05-05' }), lists)).to.equal('2025-05-05')
    expect(entryEnd(entry({ ends_on: '2026-01-01' }), lists)).to.equal('2026-01-01')
    expect(entryEnd(entry({ listed_on: '2020-03-03' }), lists)).to.equal('2025-03-03')
    expect(entryEnd(entry({ list: 'abnormal' }), lists)).to.equal(null)
    expect(entryEnd(entry({ list: 'ecommerce-2018', listed_on: '2018-05-15' }), lists)).to.equal('2021-05-15')
  })

  it('a penalty that its authority withdrew is no evidence', () => {
    expect(events('penalty', { types: ['罚款'], decided_on: '2025-01-01', status: WITHDRAWN })).to.deep.equal([])
    expect(events('penalty', { types: ['罚款'], decided_on: '2025-01-01', status: 'CHANGED' })).to.have.length(1)
    expect(isWithdrawn({ status: WITHDRAWN })).to.equal(true)
  })

  it('lists kept by feeds of their own are families of their own', () => {
    const feed = (id: string, kind: RecordKind) => ({ id, kind })
    expect(familiesOf([feed('dishonest', 'list_entry'), feed('registry', 'registration')])).to.have.members([
      'lists',
      'registration',
    ])
    expect(familiesOf([feed('abnormal', 'list_entry'), feed('defaulters', 'list_entry')])).to.have.members([
      'abnormal',
      'courts',
    ])
    expect(familiesOf([feed('recalls', 'recall')])).to.deep.equal([])
  })

  const HEAVY: Body = { types: ['吊销许可证件'], content: '吊销许可证件' }
  const LIGHT: Body = { types: ['罚款'], fine_yuan: '100' }
  const source = (body: Body, more: object = {}) => ({ operatorId: 7, body, stands: true, linked: false, ...more })
  const grounds: [string, Parameters<typeof groundOf>[0], ReturnType<typeof groundOf>][] = [
    ['nobody says it any more', [], { state: 'FALLEN', heavy: false }],
    ['the linked record stands', [source(HEAVY, { linked: true })], { state: 'STANDS', heavy: true }],
    [
      'the linked record is lighter than another source says',
      [source(HEAVY), source(LIGHT, { linked: true })],
      { state: 'STANDS', heavy: false },
    ],
    ['only another source stands', [source(HEAVY)], { state: 'STANDS', heavy: true }],
    [
      'one source withdraws it, another does not know',
      [source(HEAVY, { linked: true }), source({ ...HEAVY, status: 'REVOKED' })],
      { state: 'WITHDRAWN', heavy: false },
    ],
    ['it has ended', [source(HEAVY, { linked: true, stands: false })], { state: 'ABSENT', heavy: false }],
    [
      'it has ended at one source and stands at another',
      [source(HEAVY, { linked: true, stands: false }), source(HEAVY)],
      { state: 'STANDS', heavy: true },
    ],
    [
      "it is another operator's",
      [source(HEAVY, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
    [
      "it is another operator's, withdrawn there",
      [source({ ...HEAVY, status: 'REVOKED' }, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
  ]
  for (const [what, sources, expected] of grounds)
    it(`the ground of a listing where ${what}`, () => expect(groundOf(sources, 7)).to.deep.equal(expected))

  it('every kind of record belongs to a family of facts', () => {
    for (const kind of RECORD_KINDS) expect([undefined, ...Object.keys(FAMILIES)], kind).to.include(FAMILY_OF[kind])
  })
})
