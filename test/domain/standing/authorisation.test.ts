import { expect } from 'chai'
import { PUBLIC_VIEWER, type Viewer } from '../../../src/domain/access/viewer.js'
import { isAuthorisationInForce, mayWithdrawAuthorisation } from '../../../src/domain/standing/authorisation.js'

describe('an authorisation', () => {
  const term = { givenOn: '2026-11-01', endsOn: '2026-11-30', withdrawnAt: null }
  for (const [day, holds] of [
    ['2026-10-31', false],
    ['2026-11-01', true],
    ['2026-11-30', true],
    ['2026-12-01', false],
  ] as const)
    it(`${holds ? 'holds' : 'does not hold'} on ${day}`, () =>
      expect(isAuthorisationInForce(term, day)).to.equal(holds))

  it('does not hold once it is withdrawn', () => {
    expect(isAuthorisationInForce({ ...term, withdrawnAt: new Date('2026-11-02T00:00:00Z') }, '2026-11-10')).to.equal(
      false,
    )
  })

  const uscc = '91220102MA7A0700XC'
  const owner = { uscc, shop: null, region: '220102' }
  const viewers: [string, Partial<Viewer>, boolean][] = [
    ['the credit service that recorded it', { role: 'credit_service', sub: 'bank-1' }, true],
    ['no other credit service', { role: 'credit_service', sub: 'bank-2' }, false],
    ['the operator', { role: 'party', sub: uscc }, true],
    ['no other operator', { role: 'party', sub: '91220102MA7A0701X9' }, false],
  ]
  for (const [who, viewer, may] of viewers)
    it(`is withdrawn by ${who}`, () =>
      expect(mayWithdrawAuthorisation({ ...PUBLIC_VIEWER, ...viewer }, 'bank-1', owner)).to.equal(may))
})
