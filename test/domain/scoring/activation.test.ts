import { expect } from 'chai'
import { findActivationState, refusePastActivation } from '../../../src/domain/scoring/activation.js'

const NOTHING = { proposed: false, coming: false, activated: false }

describe('the activation of a scorecard', () => {
  const inForce = { inForce: '2', first: '1' }
  const cases: [string, Parameters<typeof findActivationState>, string | null][] = [
    ['in force', ['2', inForce, { ...NOTHING, activated: true, coming: true }], 'IN_FORCE'],
    ['to come', ['3', inForce, { ...NOTHING, coming: true, proposed: true }], 'COMING'],
    ['proposed', ['3', inForce, { ...NOTHING, proposed: true }], 'PROPOSED'],
    ['retired once activated', ['0', inForce, { ...NOTHING, activated: true }], 'RETIRED'],
    ['retired as the first card', ['1', inForce], 'RETIRED'],
    ['without a state when no card is in force', ['1', { ...inForce, inForce: null }], null],
    ['without a state when never proposed', ['3', inForce, NOTHING], null],
  ]
  for (const [title, input, state] of cases)
    it(`is ${title}`, () => expect(findActivationState(...input)).to.equal(state))

  it('takes effect today at the earliest', () => {
    expect(() => refusePastActivation('2026-03-02', '2026-03-02')).not.to.throw()
    expect(() => refusePastActivation('2026-03-01', '2026-03-02'))
      .to.throw()
      .that.includes({ code: 'ADOPTION_PAST' })
  })
})
