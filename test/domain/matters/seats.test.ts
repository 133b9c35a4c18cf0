import { expect } from 'chai'
import { findSuccessorSeat } from '../../../src/domain/matters/seats.js'
import { readOrganisations } from '../../../src/work/matters/kinds.js'

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
