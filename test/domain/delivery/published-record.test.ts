import { expect } from 'chai'
import fc from 'fast-check'
import {
  dueOf,
  type PublicationStatus,
  publicationStatusOf,
  publishedBody,
  publishedDigest,
  publishedRecord,
  type RecordParty,
  type RecordSource,
} from '../../../src/domain/delivery/published-record.js'
import type { Body } from '../../../src/domain/records/records.js'
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

describe('whether a record is told', () => {
  const rows: [string, 'penalty' | 'permit', Body, Partial<RecordParty> | null, PublicationStatus][] = [
    ['a firm’s penalty is', 'penalty', {}, {}, 'PUBLIC'],
    ['a firm’s permit is, valid or not', 'permit', { status: 'INVALID' }, {}, 'PUBLIC'],
    ['an individual business’s is', 'penalty', { party_kind: 'INDIVIDUAL_BUSINESS' }, { kind: 'INDIVIDUAL' }, 'PUBLIC'],
    ['a natural person’s is not', 'penalty', { party_kind: 'NATURAL_PERSON' }, {}, 'PERSON'],
    ['a natural person’s permit is not', 'permit', { party_kind: 'NATURAL_PERSON' }, {}, 'PERSON'],
    ['a person’s shop’s is not, whatever code it has', 'penalty', {}, { kind: 'SHOP' }, 'PERSON'],
    ['one without a code is not', 'penalty', {}, { uscc: null }, 'PERSON'],
    ['nobody’s is not', 'penalty', {}, null, 'PERSON'],
    ['a withdrawn one is withdrawn', 'penalty', { status: 'REVOKED' }, {}, 'WITHDRAWN'],
    [
      'a person’s withdrawn one stays untold',
      'penalty',
      { status: 'REVOKED', party_kind: 'NATURAL_PERSON' },
      {},
      'PERSON',
    ],
    ['a changed one is', 'penalty', { status: 'CHANGED' }, {}, 'PUBLIC'],
    ['one of the simple procedure is not', 'penalty', { note: '适用简易程序' }, {}, 'EXCLUDED'],
    ['one decided on the spot is not', 'penalty', { facts: '执法人员当场作出处罚' }, {}, 'EXCLUDED'],
    ['one numbered as simple is not', 'penalty', { document_number: '测市监简罚〔2026〕1号' }, {}, 'EXCLUDED'],
    ['one not of the simple procedure is', 'penalty', { note: '不适用简易程序，适用普通程序' }, {}, 'PUBLIC'],
    ['one turned into an ordinary procedure is', 'penalty', { note: '由简易程序转为普通程序' }, {}, 'PUBLIC'],
    ['a permit of a simple procedure is', 'permit', { note: '简易程序' }, {}, 'PUBLIC'],
    ['a secret one is not', 'penalty', { note: '涉及国家秘密' }, {}, 'EXCLUDED'],
    ['a secret permit is not', 'permit', { note: '依法不予公开' }, {}, 'EXCLUDED'],
    ['one that is no secret is', 'penalty', { note: '不涉及国家秘密' }, {}, 'PUBLIC'],
    ['one for stealing a trade secret is', 'penalty', { violation: '侵犯商业秘密' }, {}, 'PUBLIC'],
    ['one published until today is', 'penalty', { publish_until: TODAY }, {}, 'PUBLIC'],
    ['one published until yesterday is over', 'penalty', { publish_until: '2026-11-24' }, {}, 'OVER'],
  ]
  for (const [what, kind, body, party, telling] of rows)
    it(what, () => {
      expect(
        publicationStatusOf(kind, body, party === null ? null : { ...PARTY, ...party }, {
          today: TODAY,
          repaired: false,
        }),
      ).to.equal(telling)
    })
})

describe('a repair', () => {
  const asked = { today: TODAY, repaired: true }
  it('ends the telling of a penalty that stands, and of nothing that was never told', () => {
    expect(publicationStatusOf('penalty', {}, PARTY, asked)).to.equal('REPAIRED')
    expect(publicationStatusOf('penalty', { status: 'REVOKED' }, PARTY, asked)).to.equal('WITHDRAWN')
    expect(publicationStatusOf('penalty', { party_kind: 'NATURAL_PERSON' }, PARTY, asked)).to.equal('PERSON')
  })
})

describe('the words in which a record is told', () => {
  it('hold no telephone, home, account or number of a paper, whatever field they stand in', () => {
    const body = publishedBody(
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

  it('leave days, amounts, codes and numbers of documents as they are', () => {
    const plain: Body = {
      document_number: '测市监处罚〔2026〕13800138000号',
      decided_on: '2026-10-10',
      fine_yuan: '13800138000',
      authority_code: codeOf(3),
      status: 'IN_FORCE',
      party_kind: 'ORGANISATION',
      types: ['罚款'],
      licence: null,
    }
    expect(publishedBody(plain, null)).to.deep.equal(plain)
  })

  it('keep the place of business as registered', () => {
    const address = '长春市朝阳区某某街1号2单元301室'
    expect(publishedBody({ facts: `在${address}经营` }, address)['facts']).to.include(address)
    expect(publishedBody({ facts: `住${address}` }, null)['facts']).not.to.include('301室')
  })

  it('name the firm as it is called now, and keep the name of the decision in the body', () => {
    const record = { id: 'k', kind: 'penalty' as const, body: { party_name: '旧名有限公司' } }
    const told = publishedRecord(record, PARTY, null)
    expect(told.operator).to.include({ uscc: codeOf(1), name: PARTY.name })
    expect(told.body['party_name']).to.equal('旧名有限公司')
    expect(publishedDigest(told)).to.equal(publishedDigest(publishedRecord(record, { ...PARTY, id: 9 }, null)))
    expect(publishedDigest(told)).not.to.equal(
      publishedDigest(publishedRecord(record, { ...PARTY, name: '新名有限公司' }, null)),
    )
  })
})

describe('which of several sources of one decision speaks', () => {
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
  const due = (...sources: RecordSource[]) => Object.fromEntries(dueOf(sources))

  const rows: [string, RecordSource[], Record<string, string | null>][] = [
    ['a new one is shown', [source('a', standing(1))], { a: 'SHOW' }],
    ['of two new ones the first', [source('b', standing(2)), source('a', standing(1))], { a: 'SHOW', b: null }],
    [
      'the one that was told goes on',
      [source('b', standing(2), told()), source('a', standing(1))],
      { a: null, b: 'SHOW' },
    ],
    [
      'of two told ones one is taken back',
      [source('a', standing(1), told()), source('b', standing(2), told())],
      { a: 'SHOW', b: 'SAME_DECISION' },
    ],
    [
      'withdrawn by one it is withdrawn',
      [source('a', standing(1), told()), source('b', standing(2, 'WITHDRAWN'))],
      { a: 'REVOKED', b: null },
    ],
    [
      'repaired as one source tells it, it is repaired of all',
      [source('a', standing(1), told()), source('b', standing(2, 'REPAIRED'), told())],
      { a: 'REPAIRED', b: 'REPAIRED' },
    ],
    ['a repaired one that was never told is not spoken of', [source('a', standing(1, 'REPAIRED'))], { a: null }],
    ['a withdrawn one that was never told is not spoken of', [source('a', standing(1, 'WITHDRAWN'))], { a: null }],
    ['what is believed no longer is taken back', [source('a', null, told())], { a: 'WRONG' }],
    ['another source then speaks', [source('a', null, told()), source('b', standing(2))], { a: 'WRONG', b: 'SHOW' }],
    ['what was taken back stays so', [source('a', null, told(true))], { a: null }],
    ['what stands again is shown again', [source('a', standing(3), told(true))], { a: 'SHOW' }],
    ['what turned out a person’s is taken back', [source('a', standing(1, 'PERSON'), told())], { a: 'NOT_PUBLIC' }],
    ['a person’s is not spoken of', [source('a', standing(1, 'PERSON'))], { a: null }],
    ['the new end of what was told is told', [source('a', standing(1, 'OVER'), told())], { a: 'SHOW' }],
    ['what is over is not told anew', [source('a', standing(1, 'OVER'))], { a: null }],
    [
      'decisions without a number are each their own',
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

  it('at most one of a decision, never one that was withdrawn or is a person’s, and settles: what was done is not done again', () => {
    fc.assert(
      fc.property(fc.array(anySource, { maxLength: 6 }), (made) => {
        const sources = made.map((one, at): RecordSource => ({ id: String(at), kind: 'penalty', ...one }))
        const first = dueOf(sources)
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
        const again = dueOf(done)
        for (const { id } of done) expect(again.get(id)).to.equal(first.get(id) === 'SHOW' ? 'SHOW' : null)
      }),
    )
  })
})
