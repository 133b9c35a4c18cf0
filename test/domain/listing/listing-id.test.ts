import { expect } from 'chai'
import fc from 'fast-check'
import { parseListingUuid } from '../../../src/domain/listing/listing.js'

const former = (uuid: string): string => Buffer.from(`Listing:${uuid}`).toString('base64url')

describe('id of a listing', () => {
  it('P-B9: accepts a uuid and the former global id', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(parseListingUuid(uuid)).to.equal(uuid)
        expect(parseListingUuid(former(uuid))).to.equal(uuid)
      }),
    )
  })

  it('P-B9: refuses any other text', () => {
    const uuid = '7b0c7f0e-52b5-4d0b-9a3e-1d9e6f3a2c11'
    const others = [
      '',
      'm1',
      uuid.slice(1),
      `${uuid} `,
      former('m1'),
      `${former(uuid)}A`,
      former(uuid.replace('7', 'g')),
    ]
    const operator = Buffer.from(`Operator:${uuid}`).toString('base64url')
    for (const text of [...others, operator]) expect(parseListingUuid(text), text).to.equal(null)
  })
})
