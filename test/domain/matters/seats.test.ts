import { expect } from 'chai'
import { findSuccessorSeat, placesOfSeat, seatOf } from '../../../src/domain/matters/seats.js'
import { readOrganisations } from '../../../src/work/matters/kinds.js'

describe('seats', () => {
  it('a marketplace’s or partner’s person has its client’s seat, and an agency has one seat in each region', () => {
    const seat = { sub: '虚构人员', agency: null, region: null }
    expect(seatOf({ ...seat, role: 'partner' })).to.equal('虚构人员')
    expect(seatOf({ ...seat, role: 'partner', agency: '虚构快运', region: '220100' })).to.equal('虚构快运')
    for (const agency of ['hub', 'police@220100']) expect(seatOf({ ...seat, role: 'partner', agency })).to.equal(null)
    expect(seatOf({ ...seat, role: 'agency', agency: 'police', region: '220100' })).to.equal('police@220100')
    expect(seatOf({ ...seat, role: 'credit_service' })).to.equal(null)
  })
})

describe('a seat above another', () => {
  it('acts as superior only, of its own agency and region', () => {
    const seats = { sender: 'market-regulator@220104', holder: 'police@220104', copied: [], named: null }
    const places = (seat: string) => placesOfSeat(seats, seat)
    expect([places('market-regulator@220104'), places('police@220104')]).to.deep.equal([['sender'], ['holder']])
    for (const above of ['market-regulator@220100', 'police@220000']) expect(places(above)).to.deep.equal(['superior'])
    for (const other of ['market-regulator@220200', 'finance@220000', 'police@210000'])
      expect(places(other)).to.deep.equal([])
  })
})

describe('successors of organisations', () => {
  const [sample] = readOrganisations()
  const chain = (...names: string[]) =>
    names.flatMap((agency, place) => {
      const successor = names[place + 1]
      return sample ? [{ ...sample, agency, ...(successor !== undefined && { successor }) }] : []
    })
  const standing =
    (...agencies: string[]) =>
    (seat: string) =>
      agencies.some((agency) => seat === `${agency}@220104`)

  it('are followed past those that have ended too', () => {
    const rows = chain('trade', 'commerce', 'economy')
    expect(findSuccessorSeat(rows, 'trade@220104', standing('commerce', 'economy'))).to.equal('commerce@220104')
    expect(findSuccessorSeat(rows, 'trade@220104', standing('economy'))).to.equal('economy@220104')
  })

  it('are none where the chain ends, runs in a circle or leads to another region', () => {
    expect(findSuccessorSeat(chain('trade', 'commerce'), 'trade@220104', standing())).to.equal(null)
    expect(findSuccessorSeat(chain('trade', 'commerce', 'trade'), 'trade@220104', standing('economy'))).to.equal(null)
    expect(findSuccessorSeat(chain('trade', 'commerce'), 'trade@220200', standing('commerce'))).to.equal(null)
  })
})
