import { expect } from 'chai'
import fc from 'fast-check'
import { digestDraft } from '../../../src/domain/records/digest.js'
import {
  canonicalJson,
  type Json,
  RECORD_KIND_TRAITS,
  RECORD_KINDS,
  type RecordDraft,
} from '../../../src/domain/records/records.js'

const draft: RecordDraft = {
  kind: 'penalty',
  key: 'K',
  subject: { uscc: '91220102MAY000001A', orgCode: null, regNo: null, shop: null, name: '某' },
  body: { b: 1, a: { d: [1, { z: null, y: true }], c: '字' } },
  validFrom: '2026-01-01',
  validTo: null,
  remarks: [],
}

describe('records', () => {
  it('canonical JSON sorts keys at every depth and leaves the order of lists', () => {
    expect(canonicalJson(draft.body)).to.equal('{"a":{"c":"字","d":[1,{"y":true,"z":null}]},"b":1}')
  })

  it('canonical JSON is the same for any order of keys and keeps the value', () => {
    const turned = (value: Json): Json =>
      Array.isArray(value)
        ? value.map(turned)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, part]) => [key, turned(part)]),
            )
          : value
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const value = JSON.parse(JSON.stringify(any)) as Json
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(value)
        expect(canonicalJson(turned(value))).to.equal(canonicalJson(value))
      }),
    )
  })

  it('a digest changes exactly with body, days and subject', () => {
    const of = (more: Partial<RecordDraft>) => digestDraft({ ...draft, ...more })
    const same = digestDraft(draft)
    expect(of({ key: 'other', remarks: [{ field: 'a', rule: 'b', message: 'c' }] })).to.equal(same)
    expect(of({ body: { a: { d: [1, { y: true, z: null }], c: '字' }, b: 1 } })).to.equal(same)
    const others = [
      of({ body: { ...draft.body, b: '1' } }),
      of({ validFrom: null }),
      of({ validTo: '2026-01-01' }),
      of({ validFrom: null, validTo: '2026-01-01' }),
      of({ subject: { ...draft.subject, name: '某某' } }),
    ]
    expect(new Set([same, ...others]).size).to.equal(6)
  })

  it('registrations and decisions do not end by absence from a delivery', () => {
    expect(RECORD_KINDS.filter((kind) => RECORD_KIND_TRAITS[kind].endsByAbsence).sort()).to.deep.equal([
      'association_grade',
      'icp_filing',
      'list_entry',
      'shop',
      'standard',
      'trademark',
      'trustmark',
    ])
  })

  it('only a trademark and a recall need no operator', () => {
    expect(RECORD_KINDS.filter((kind) => !RECORD_KIND_TRAITS[kind].needsOperator)).to.deep.equal([
      'trademark',
      'recall',
    ])
  })
})
