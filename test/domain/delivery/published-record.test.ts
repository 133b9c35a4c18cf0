import { expect } from 'chai'
import fc from 'fast-check'
import {
  decideShowOrRemove,
  digestPublishedRecord,
  judgePublicationStatus,
  makePublishedRecord,
  maskPublishedBody,
  type PublicationStatus,
  type RecordParty,
  type RecordSource,
} from '../../../src/domain/delivery/published-record.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { codeOf } from '../../support/world.js'

const PARTY: RecordParty = {
  id: 1,
  uscc: codeOf(1),
  kind: 'ENTERPRISE',
  name: '长春虚构贸易有限公司',
  regNo: null,
  orgCode: null,
  address: null,
}
const TODAY = '2026-11-25'

describe('publication status of a record', () => {
  const rows: [string, 'penalty' | 'permit', RecordBody, Partial<RecordParty> | null, PublicationStatus][] = [
    ['publishes a firm’s penalty', 'penalty', {}, {}, 'PUBLIC'],
    ['publishes a firm’s permit, valid or not', 'permit', { status: 'INVALID' }, {}, 'PUBLIC'],
    [
      'publishes an individual business’s penalty',
      'penalty',
      { party_kind: 'INDIVIDUAL_BUSINESS' },
      { kind: 'INDIVIDUAL' },
      'PUBLIC',
    ],
    ['withholds a natural person’s penalty', 'penalty', { party_kind: 'NATURAL_PERSON' }, {}, 'PERSON'],
    ['withholds a natural person’s permit', 'permit', { party_kind: 'NATURAL_PERSON' }, {}, 'PERSON'],
    ['withholds the penalty of a person’s shop, whatever code it has', 'penalty', {}, { kind: 'SHOP' }, 'PERSON'],
    ['withholds a penalty of an operator without a code', 'penalty', {}, { uscc: null }, 'PERSON'],
    ['withholds a penalty without an operator', 'penalty', {}, null, 'PERSON'],
    ['withdraws a revoked penalty', 'penalty', { status: 'REVOKED' }, {}, 'WITHDRAWN'],
    [
      'withholds a person’s revoked penalty',
      'penalty',
      { status: 'REVOKED', party_kind: 'NATURAL_PERSON' },
      {},
      'PERSON',
    ],
    ['publishes a changed penalty', 'penalty', { status: 'CHANGED' }, {}, 'PUBLIC'],
    ['excludes a penalty of the simple procedure', 'penalty', { note: '适用简易程序' }, {}, 'EXCLUDED'],
    ['excludes a penalty decided on the spot', 'penalty', { facts: '执法人员当场作出处罚' }, {}, 'EXCLUDED'],
    [
      'excludes a penalty whose number says simple procedure',
      'penalty',
      { document_number: '测市监简罚〔2026〕1号' },
      {},
      'EXCLUDED',
    ],
    [
      'publishes a penalty that denies the simple procedure',
      'penalty',
      { note: '不适用简易程序，适用普通程序' },
      {},
      'PUBLIC',
    ],
    [
      'publishes a penalty turned from simple into ordinary procedure',
      'penalty',
      { note: '由简易程序转为普通程序' },
      {},
      'PUBLIC',
    ],
    ['publishes a permit of a simple procedure', 'permit', { note: '简易程序' }, {}, 'PUBLIC'],
    ['excludes a secret penalty', 'penalty', { note: '涉及国家秘密' }, {}, 'EXCLUDED'],
    ['excludes a secret permit', 'permit', { note: '依法不予公开' }, {}, 'EXCLUDED'],
    ['publishes a penalty that denies a state secret', 'penalty', { note: '不涉及国家秘密' }, {}, 'PUBLIC'],
    ['publishes a penalty for stealing a trade secret', 'penalty', { violation: '侵犯商业秘密' }, {}, 'PUBLIC'],
    ['publishes a penalty whose last day is today', 'penalty', { publish_until: TODAY }, {}, 'PUBLIC'],
    ['ends a penalty whose last day was yesterday', 'penalty', { publish_until: '2026-11-24' }, {}, 'OVER'],
  ]
  for (const [what, kind, body, party, telling] of rows)
    it(what, () => {
      expect(
        judgePublicationStatus(kind, body, party === null ? null : { ...PARTY, ...party }, {
          today: TODAY,
          repaired: false,
        }),
      ).to.equal(telling)
    })
})

describe('the repair of a penalty', () => {
  const asked = { today: TODAY, repaired: true }
  it('ends the publication of a standing penalty, and does not change that of a withdrawn or withheld one', () => {
    expect(judgePublicationStatus('penalty', {}, PARTY, asked)).to.equal('REPAIRED')
    expect(judgePublicationStatus('penalty', { status: 'REVOKED' }, PARTY, asked)).to.equal('WITHDRAWN')
    expect(judgePublicationStatus('penalty', { party_kind: 'NATURAL_PERSON' }, PARTY, asked)).to.equal('PERSON')
  })
})

describe('texts of a published record', () => {
  it('contain no telephone, address, account or document number of a person in any field', () => {
    const body = maskPublishedBody(
      {
        facts: '当事人电话13800138000，住长春市朝阳区某某街1号2单元301室',
        content: '罚款，缴至账号6222020200012345678',
        note: '邮箱 someone@example.com',
        types: ['罚款 13800138000'],
        representative: '张某13800138000',
      },
      null,
    )
    const told = JSON.stringify(body)
    expect(told).not.to.match(/13800138000|301室|6222020200012345678|someone@example/)
  })

  it('keep days, amounts, codes and document numbers as they are', () => {
    const plain: RecordBody = {
      document_number: '测市监处罚〔2026〕13800138000号',
      decided_on: '2026-10-10',
      fine_yuan: '13800138000',
      authority_code: codeOf(3),
      status: 'IN_FORCE',
      party_kind: 'ORGANISATION',
      types: ['罚款'],
      licence: null,
    }
    expect(maskPublishedBody(plain, null)).to.deep.equal(plain)
  })

  it('keep the place of business as registered', () => {
    const address = '长春市朝阳区某某街1号2单元301室'
    expect(maskPublishedBody({ facts: `在${address}经营` }, address)['facts']).to.include(address)
    expect(maskPublishedBody({ facts: `住${address}` }, null)['facts']).not.to.include('301室')
  })

  it('name the firm by its present name, and keep the name of the decision in the body', () => {
    const record = { id: 'k', kind: 'penalty' as const, body: { party_name: '旧名有限公司' } }
    const told = makePublishedRecord(record, PARTY, null)
    expect(told.operator).to.include({ uscc: codeOf(1), name: PARTY.name })
    expect(told.body['party_name']).to.equal('旧名有限公司')
    expect(digestPublishedRecord(told)).to.equal(
      digestPublishedRecord(makePublishedRecord(record, { ...PARTY, id: 9 }, null)),
    )
    expect(digestPublishedRecord(told)).not.to.equal(
      digestPublishedRecord(makePublishedRecord(record, { ...PARTY, name: '新名有限公司' }, null)),
    )
  })
})

describe('choice among several sources of one decision', () => {
  const standing = (order: number, telling: PublicationStatus = 'PUBLIC', fact: string | null = 'F') => ({
    operatorId: 1,
    fact,
    order,
    telling,
  })
  const told = (removed = false) => ({ operatorId: 1, removed })
  const source = (id: string, stands: RecordSource['stands'], said: RecordSource['told'] = null): RecordSource => ({
    id,
    kind: 'penalty',
    stands,
    told: said,
  })
  const due = (...sources: RecordSource[]) => Object.fromEntries(decideShowOrRemove(sources))

  const rows: [string, RecordSource[], Record<string, string | null>][] = [
    ['shows a new source', [source('a', standing(1))], { a: 'SHOW' }],
    [
      'shows the first of two new sources',
      [source('b', standing(2)), source('a', standing(1))],
      { a: 'SHOW', b: null },
    ],
    [
      'continues the source that was published',
      [source('b', standing(2), told()), source('a', standing(1))],
      { a: null, b: 'SHOW' },
    ],
    [
      'retracts one of two published sources',
      [source('a', standing(1), told()), source('b', standing(2), told())],
      { a: 'SHOW', b: 'SAME_DECISION' },
    ],
    [
      'revokes where one source withdraws',
      [source('a', standing(1), told()), source('b', standing(2, 'WITHDRAWN'))],
      { a: 'REVOKED', b: null },
    ],
    [
      'marks all sources repaired where one reports the repair',
      [source('a', standing(1), told()), source('b', standing(2, 'REPAIRED'), told())],
      { a: 'REPAIRED', b: 'REPAIRED' },
    ],
    [
      'sends nothing about a repaired source that was never published',
      [source('a', standing(1, 'REPAIRED'))],
      { a: null },
    ],
    [
      'sends nothing about a withdrawn source that was never published',
      [source('a', standing(1, 'WITHDRAWN'))],
      { a: null },
    ],
    ['retracts a source that no longer stands', [source('a', null, told())], { a: 'WRONG' }],
    [
      'shows another source in place of the retracted one',
      [source('a', null, told()), source('b', standing(2))],
      { a: 'WRONG', b: 'SHOW' },
    ],
    ['leaves a retracted source retracted', [source('a', null, told(true))], { a: null }],
    ['shows a source again that stands again', [source('a', standing(3), told(true))], { a: 'SHOW' }],
    [
      'retracts a source whose party turned out to be a natural person',
      [source('a', standing(1, 'PERSON'), told())],
      { a: 'NOT_PUBLIC' },
    ],
    ['sends nothing about a natural person’s source', [source('a', standing(1, 'PERSON'))], { a: null }],
    ['publishes the new end of a published source', [source('a', standing(1, 'OVER'), told())], { a: 'SHOW' }],
    ['does not publish a source whose term is over', [source('a', standing(1, 'OVER'))], { a: null }],
    [
      'shows each decision without a number by itself',
      [source('a', standing(1, 'PUBLIC', null)), source('b', standing(2, 'PUBLIC', null))],
      { a: 'SHOW', b: 'SHOW' },
    ],
  ]
  for (const [what, sources, expected] of rows)
    it(what, () => {
      expect(due(...sources)).to.deep.equal(expected)
    })

  const telling = fc.constantFrom<PublicationStatus>('PUBLIC', 'WITHDRAWN', 'REPAIRED', 'PERSON', 'EXCLUDED', 'OVER')
  const anySource = fc.record({
    stands: fc.option(
      fc.record({ operatorId: fc.constant(1), fact: fc.option(fc.constantFrom('F', 'G')), order: fc.nat(9), telling }),
    ),
    told: fc.option(fc.record({ operatorId: fc.constant(1), removed: fc.boolean() })),
  })

  it('shows at most one source of a decision, never a withdrawn or a natural person’s, and repeats no request', () => {
    fc.assert(
      fc.property(fc.array(anySource, { maxLength: 6 }), (made) => {
        const sources = made.map((one, at): RecordSource => ({ id: String(at), kind: 'penalty', ...one }))
        const first = decideShowOrRemove(sources)
        const shown = sources.filter(({ id, stands }) => first.get(id) === 'SHOW' && stands?.telling === 'PUBLIC')
        const facts = shown.flatMap(({ stands }) => stands?.fact ?? [])
        expect(new Set(facts).size).to.equal(facts.length)
        for (const { id, stands } of sources)
          if (stands?.telling === 'PERSON' || stands?.telling === 'WITHDRAWN' || stands === null)
            expect(first.get(id)).not.to.equal('SHOW')
        const done = sources.map((one): RecordSource => {
          const what = first.get(one.id) ?? null
          return what === null ? one : { ...one, told: { operatorId: 1, removed: what !== 'SHOW' } }
        })
        const again = decideShowOrRemove(done)
        for (const { id } of done) expect(again.get(id)).to.equal(first.get(id) === 'SHOW' ? 'SHOW' : null)
      }),
    )
  })
})
