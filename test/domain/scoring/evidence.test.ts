import { expect } from 'chai'
import fc from 'fast-check'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import { isWithdrawnPenalty } from '../../../src/domain/records/penalty.js'
import { RECORD_KINDS, type RecordBody, type RecordKind } from '../../../src/domain/records/records.js'
import {
  findMirroredEntryEnd,
  listFactEvents,
  WEIGHED_KINDS,
  WITHDRAWN_RECORD_STATUS,
} from '../../../src/domain/scoring/evidence.js'
import type { RecordEvidence } from '../../../src/domain/scoring/repair-targets.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'

const { lists } = schemaDocument('rules/lists.json') as { lists: ListKind[] }
const events = (kind: RecordKind, body: RecordBody) =>
  listFactEvents([{ record: 7, kind, body }], lists).map(({ record, ...event }) => ({ ...event, ours: record === 7 }))
const entry = (more: RecordBody): RecordBody => ({
  list: 'serious',
  listed_on: '2024-02-29',
  ends_on: null,
  removed_on: null,
  ...more,
})

describe('evidence', () => {
  const cases: [string, RecordKind, RecordBody, object[]][] = [
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
    ['a registration without data is no evidence', 'registration', { established_on: null, status: 'UNKNOWN' }, []],
    [
      'a shop confirmed by real name',
      'shop',
      { real_name_matched: true, opened_on: '2020-01-01' },
      [{ fact: 'shop_real_name', on: '2020-01-01' }],
    ],
    [
      'a shop that does not match its real name',
      'shop',
      { real_name_matched: false, opened_on: null },
      [{ fact: 'shop_real_name_failed', on: null }],
    ],
    [
      'a shop whose real name was not checked is no evidence',
      'shop',
      { real_name_matched: null, opened_on: '2020-01-01' },
      [],
    ],
    [
      'a registered trademark up to the day on which it expires',
      'trademark',
      { status: 'REGISTERED', registered_on: '2020-01-01', expires_on: '2029-12-31' },
      [{ fact: 'trademark_held', on: '2020-01-01', until: '2030-01-01' }],
    ],
    [
      'a trademark only applied for is no evidence',
      'trademark',
      { status: 'APPLIED', registered_on: null, expires_on: null },
      [],
    ],
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
      'a failed label is no proof of a bad product',
      'inspection',
      { result: 'FAIL', party_role: 'LABELLED_PRODUCER', announced_on: '2025-01-01' },
      [{ fact: 'inspection_failed_labelled', on: '2025-01-01' }],
    ],
    [
      'a warning',
      'penalty',
      { types: ['警告'], decided_on: '2025-01-01' },
      [{ fact: 'penalty_warning', on: '2025-01-01', until: null, fineYuan: null }],
    ],
    [
      'a fine',
      'penalty',
      { types: ['罚款'], fine_yuan: '100', decided_on: '2025-01-01' },
      [{ fact: 'penalty_light', on: '2025-01-01', until: null, fineYuan: '100' }],
    ],
    [
      'a closed business',
      'penalty',
      { types: ['责令停产停业'], decided_on: '2025-01-01' },
      [{ fact: 'penalty_heavy', on: '2025-01-01', until: null, fineYuan: null }],
    ],
    [
      'a penalty up to the last day of its publication',
      'penalty',
      { types: ['罚款'], fine_yuan: '100', decided_on: '2025-01-01', publish_until: '2025-12-31' },
      [{ fact: 'penalty_light', on: '2025-01-01', until: '2026-01-01', fineYuan: '100' }],
    ],
    ['a filing', 'icp_filing', { status: 'VALID', filed_on: '2020-01-01' }, [{ fact: 'icp_filed', on: '2020-01-01' }]],
    ['a cancelled filing is no evidence', 'icp_filing', { status: 'CANCELLED', filed_on: '2020-01-01' }, []],
    ['a recall', 'recall', { announced_on: null }, [{ fact: 'recall', on: null }]],
    ['a permit is no evidence', 'permit', { status: 'VALID', decided_on: '2020-01-01' }, []],
    [
      'a commitment and each check of it',
      'commitment',
      {
        made_on: '2024-01-01',
        valid_to: '2025-12-31',
        checks: [
          { checked_on: '2024-06-01', result: 'KEPT' },
          { checked_on: '2024-09-01', result: 'PARTLY' },
          { checked_on: '2025-06-01', result: 'BROKEN' },
        ],
      },
      [
        { fact: 'commitment_made', on: '2024-01-01', until: '2026-01-01' },
        { fact: 'commitment_kept', on: '2024-06-01' },
        { fact: 'commitment_partly', on: '2024-09-01' },
        { fact: 'commitment_broken', on: '2025-06-01' },
      ],
    ],
    [
      'a declared standard',
      'standard',
      { status: 'IN_FORCE', declared_on: '2020-01-01', abolished_on: null },
      [{ fact: 'standard_declared', on: '2020-01-01', until: null }],
    ],
    [
      'a standard up to its end',
      'standard',
      { status: 'ABOLISHED', declared_on: '2020-01-01', abolished_on: '2024-01-01' },
      [{ fact: 'standard_declared', on: '2020-01-01', until: '2024-01-01' }],
    ],
    [
      'a standard that ended on an unknown day is no evidence',
      'standard',
      { status: 'ABOLISHED', declared_on: '2020-01-01', abolished_on: null },
      [],
    ],
    [
      'a certificate up to its last day',
      'trustmark',
      { status: 'VALID', issued_on: '2024-01-01', valid_to: '2026-12-31' },
      [{ fact: 'trustmark_held', on: '2024-01-01', until: '2027-01-01' }],
    ],
    [
      'a suspended certificate is no evidence',
      'trustmark',
      { status: 'SUSPENDED', issued_on: '2024-01-01', valid_to: null },
      [],
    ],
    ["an association's grade is no evidence", 'association_grade', { grade: 'AAA', awarded_on: '2024-01-01' }, []],
    [
      'an entry for its term',
      'list_entry',
      entry({}),
      [{ fact: 'serious_list', on: '2024-02-29', until: '2027-03-01' }],
    ],
    ['an entry of an unknown list is no evidence', 'list_entry', entry({ list: 'none' }), []],
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

  it('I-A12: a closed shop is evidence only up to its closing day', () => {
    const shop = (validTo: string | null): RecordEvidence => ({
      record: 7,
      kind: 'shop',
      body: { real_name_matched: false, opened_on: '2020-01-01' },
      validTo,
    })
    const until = (each: RecordEvidence) => listFactEvents([each], lists).map((event) => event.until ?? null)
    expect(until(shop('2024-05-31'))).to.deep.equal(['2024-06-01'])
    expect(until(shop(null))).to.deep.equal([null])
  })

  it('P-B3: an entry counts until its removal, otherwise until the day after its own end or the term of its kind', () => {
    expect(findMirroredEntryEnd(entry({ ends_on: '2026-01-01', removed_on: '2025-05-05' }), lists)).to.equal(
      '2025-05-05',
    )
    expect(findMirroredEntryEnd(entry({ ends_on: '2026-01-01' }), lists)).to.equal('2026-01-02')
    expect(findMirroredEntryEnd(entry({ listed_on: '2020-03-03' }), lists)).to.equal('2025-03-04')
    expect(findMirroredEntryEnd(entry({ list: 'abnormal' }), lists)).to.equal(null)
    expect(findMirroredEntryEnd(entry({ list: 'ecommerce-2018', listed_on: '2018-05-15' }), lists)).to.equal(
      '2021-05-16',
    )
  })

  it('P-B3: under list rules stored before the field `counting` existed, an entry ends on its last day itself', () => {
    const before = lists.map(({ counting: _, ...list }) => list)
    expect(findMirroredEntryEnd(entry({ ends_on: '2026-01-01' }), before)).to.equal('2026-01-01')
  })

  it('a penalty that its authority withdrew gives no evidence', () => {
    expect(
      events('penalty', { types: ['罚款'], decided_on: '2025-01-01', status: WITHDRAWN_RECORD_STATUS }),
    ).to.deep.equal([])
    expect(events('penalty', { types: ['罚款'], decided_on: '2025-01-01', status: 'CHANGED' })).to.have.length(1)
    expect(isWithdrawnPenalty({ status: WITHDRAWN_RECORD_STATUS })).to.equal(true)
  })

  const NUMBER = '长市监处罚〔2025〕12号'
  const penalty = (more: RecordBody = {}): RecordEvidence => ({
    record: 1,
    kind: 'penalty',
    body: {
      types: ['罚款'],
      document_number: NUMBER,
      authority: '长春市市场监督管理局',
      decided_on: '2025-01-01',
      ...more,
    },
  })
  const listed = (more: RecordBody = {}, record = 2): RecordEvidence => ({
    record,
    kind: 'list_entry',
    body: entry({ authority: '长春市市场监督管理局', document_number: null, listed_on: '2025-01-01', ...more }),
  })
  const repair = (more: RecordBody = {}, record = 9): RecordEvidence => ({
    record,
    kind: 'repair',
    body: {
      target: 'PENALTY',
      target_document_number: NUMBER,
      target_authority: null,
      outcome: 'REPAIRED',
      decided_on: '2025-08-08',
      ...more,
    },
  })
  const removal = (more: RecordBody = {}): RecordEvidence =>
    repair({ target: 'LIST_ENTRY', target_document_number: null, outcome: 'REMOVED', ...more })
  const END = '2028-01-02' // the day after the last day of an entry of 2025-01-01
  const REPAIRED = '2025-08-08'

  const repairs: [string, RecordEvidence[], (string | null)[]][] = [
    ['a repair ends the penalty that it names, from its day', [penalty(), repair()], [REPAIRED]],
    [
      'a repair names a penalty by its number, in any spelling',
      [penalty(), repair({ target_document_number: '长市监处罚[2025]第12号' })],
      [REPAIRED],
    ],
    [
      'a penalty that ends before its repair keeps its end',
      [penalty({ publish_until: '2025-06-30' }), repair()],
      ['2025-07-01'],
    ],
    [
      'a penalty with another number stands',
      [penalty(), repair({ target_document_number: '长市监处罚〔2025〕13号' })],
      [null],
    ],
    ['a penalty decided after the repair stands', [penalty({ decided_on: '2025-09-09' }), repair()], [null]],
    ['a refused repair changes nothing', [penalty(), repair({ outcome: 'REFUSED' })], [null]],
    [
      'of two penalties with one number the repair ends that of the named authority',
      [
        penalty(),
        { ...penalty({ authority: '吉林市市场监督管理局' }), record: 3 },
        repair({ target_authority: '长春市市监局' }),
      ],
      [REPAIRED, null],
    ],
    [
      'a revoked repair restores the penalty',
      [penalty(), repair(), repair({ outcome: 'REVOKED', decided_on: '2025-10-10' }, 10)],
      [null],
    ],
    [
      'a repair granted again ends the penalty again',
      [
        penalty(),
        repair(),
        repair({ outcome: 'REVOKED', decided_on: '2025-10-10' }, 10),
        repair({ decided_on: '2026-03-03' }, 11),
      ],
      ['2026-03-03'],
    ],
    ['the repair of an entry does not end the penalty', [penalty(), listed(), removal()], [null, REPAIRED]],
    [
      'a repair names an entry by its number',
      [
        listed({ document_number: '甲〔2025〕1号' }),
        listed({ document_number: '甲〔2025〕2号' }, 3),
        removal({ target_document_number: '甲〔2025〕2号' }),
      ],
      [END, REPAIRED],
    ],
    [
      'a repair names an entry without a number by its authority',
      [
        listed(),
        listed({ authority: '吉林市市场监督管理局' }, 3),
        removal({ target_document_number: '甲〔2025〕2号', target_authority: '吉林市市场监督管理局' }),
      ],
      [END, REPAIRED],
    ],
    ['a repair that names no entry ends none of several', [listed(), listed({}, 3), removal()], [END, END]],
    [
      'a repair that does not name the entry ends no entry of a judgment defaulter',
      [listed({ list: 'defaulters' }), removal()],
      ['2027-01-02'],
    ],
    [
      'a repair of abnormal operation ends the abnormal entry only',
      [listed({ list: 'abnormal' }), listed({}, 3), removal({ target: 'ABNORMAL' })],
      [REPAIRED, END],
    ],
    [
      'an entry removed before its repair keeps its end',
      [listed({ removed_on: '2025-05-05' }), removal()],
      ['2025-05-05'],
    ],
    ['a repair alone is evidence of nothing', [repair()], []],
  ]
  for (const [what, evidence, ends] of repairs) {
    it(`repairs: ${what}`, () => {
      expect(listFactEvents(evidence, lists).map(({ until }) => until)).to.deep.equal(ends)
    })
  }

  it('the order of records does not change the events or their order', () => {
    const all = repairs.flatMap(([, evidence]) => evidence).map((each, i) => ({ ...each, record: i + 1 }))
    const expected = listFactEvents(all, lists)
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(listFactEvents(shuffled, lists)).to.deep.equal(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('an entry of the 2018 list counts for three years after its date; the term is unconfirmed', () => {
    const kind = lists.find((row) => row.id === 'ecommerce-2018')
    expect(kind?.fact).to.equal('serious_list')
    expect(kind?.terms).to.have.length(1)
    expect(kind?.terms[0]).to.include({ years: 3, mark: 'M', confirmed: false })
    const [event] = events('list_entry', entry({ list: 'ecommerce-2018', listed_on: '2018-05-15' }))
    expect(event).to.include({ fact: 'serious_list', on: '2018-05-15', until: '2021-05-16' })
  })

  it('every kind is weighed except permits', () => {
    expect(WEIGHED_KINDS).to.have.members(
      RECORD_KINDS.filter((kind) => kind !== 'permit' && kind !== 'association_grade'),
    )
  })
})
