/** The hub replaces Ajv’s checks of lengths and dates by faster code. Plain Ajv must give the same verdict. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'chai'
import { contractCheck, schemaDocument } from '../../src/foundation/contracts.js'

const body = {
  name: '样例商贸有限公司',
  uscc: null,
  reg_no: null,
  former_names: [],
  kind: 'other',
  type: null,
  representative: null,
  capital_yuan: null,
  capital_currency: null,
  established_on: null,
  approved_on: null,
  term_from: null,
  term_to: null,
  status: 'UNKNOWN',
  scope: null,
  authority: null,
  region_code: null,
  province: null,
  city: null,
  address: null,
}

describe('limits of a contract', () => {
  const plain = new Ajv2020({ allErrors: true, allowUnionTypes: true })
  formats.default(plain)
  const judged = plain.compile(schemaDocument('records/registration.json') as object)
  const agreed = (value: object): number => {
    const faults = contractCheck('records/registration')(value)
    expect(faults.length === 0, JSON.stringify(value).slice(0, 300)).to.equal(judged(value))
    return faults.length
  }

  it('count code points, not UTF-16 units', () => {
    expect(agreed({ ...body, type: '𠮷'.repeat(200) })).to.equal(0)
    for (const type of ['𠮷'.repeat(201), 'a'.repeat(201), '', '\ud800'.repeat(201)])
      expect(agreed({ ...body, type })).to.equal(1)
    for (const type of ['a', '𠮷', `${'𠮷'.repeat(199)}a`, 'a'.repeat(200), '\ud800'.repeat(200)])
      expect(agreed({ ...body, type })).to.equal(0)
    expect(contractCheck('records/registration')({ ...body, type: '' })[0]).to.include({
      field: 'type',
      rule: 'minLength',
    })
  })

  it('accept exactly the days that exist, in any year', () => {
    for (const year of ['0000', '1899', '1900', '2000', '2023', '2024', '9999'])
      for (let month = 0; month <= 13; month += 1)
        for (let day = 0; day <= 32; day += 1)
          agreed({
            ...body,
            established_on: [year, ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-'),
          })
    const odd = [
      '',
      '2024-1-01',
      '２０２４-01-01',
      '2024-01-01T',
      '2024/01/01',
      '2024-01-1x',
      '-024-01-01',
      '2024-01- 1',
    ]
    for (const established_on of odd) expect(agreed({ ...body, established_on })).to.equal(1)
    expect(agreed({ ...body, established_on: '2024-02-29', term_to: '2023-02-29' })).to.equal(1)
  })
})
