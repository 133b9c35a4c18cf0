import { expect } from 'chai'
import { digestForComparison } from '../../../src/domain/intake/contradiction.js'
import { digestDraft } from '../../../src/domain/records/digest.js'
import type { RecordBody, RecordDraft } from '../../../src/domain/records/records.js'

const nobody = { uscc: null, orgCode: null, regNo: null, shop: null, name: null }
const compared = (body: RecordBody): string => {
  const draft: RecordDraft = {
    kind: 'penalty',
    key: 'K1',
    subject: nobody,
    body,
    fact: 'K1',
    validFrom: null,
    validTo: null,
    remarks: [],
  }
  return digestForComparison(draft, digestDraft(draft))
}

describe('two reports of one decision', () => {
  const body: RecordBody = {
    document_number: '1',
    authority: '长春市市场监督管理局',
    source_unit: 'A',
    source_unit_code: '1',
  }

  it('agree where only the reporting unit differs', () => {
    expect(compared({ ...body, source_unit: 'B', source_unit_code: '2' })).to.equal(compared(body))
  })

  it('agree on an authority with one code, however it is spelt', () => {
    const coded = { ...body, authority_code: '11220102MA7A0700XC' }
    expect(compared({ ...coded, authority: '长春市监局' })).to.equal(compared(coded))
    expect(compared({ ...body, authority: '长春市监局' })).not.to.equal(compared(body))
  })

  it('contradict each other where anything else differs', () => {
    expect(compared({ ...body, document_number: '2' })).not.to.equal(compared(body))
  })
})
