import { expect } from 'chai'
import { isVisibleToParty, selectStepsForParty } from '../../../src/domain/listing/case.js'

const named = (...moves: string[]) => moves.map((move) => ({ move }))
const told = (...moves: string[]): string[] => selectStepsForParty(named(...moves)).map(({ move }) => move)

describe('moves that the party of a case may see', () => {
  const before = ['openLead', 'linkDecision', 'proposeListing']

  it('are none before the notice, also in a dropped case', () => {
    expect(told(...before)).to.deep.equal([])
    expect(told(...before, 'dropListing')).to.deep.equal([])
    expect(isVisibleToParty({ notifiedOn: null })).to.equal(false)
    expect(isVisibleToParty({ notifiedOn: '2026-01-13' })).to.equal(true)
  })

  it('are the moves from the notice on that concern it, without internal reviews and consents', () => {
    const within = ['reviewListing', 'consentListing']
    const after = ['decideListing', 'serveListing', 'publishListing', 'removeListing']
    expect(told(...before, 'notifyListing', 'recordDefence', 'answerDefence', ...within, ...after)).to.deep.equal([
      'notifyListing',
      'recordDefence',
      'answerDefence',
      ...after,
    ])
  })

  it('include the dropping of a case of which it was notified', () => {
    expect(told(...before, 'notifyListing', 'dropListing')).to.deep.equal(['notifyListing', 'dropListing'])
  })
})
