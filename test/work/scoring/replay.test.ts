import { expect } from 'chai'
import { scoringHere, soakScore } from '../../soak/score.js'
import { database, rules } from '../../support/world.js'

const OPERATORS = 2_000

describe('stored scores', () => {
  const db = database()

  it('are replayed without a difference, and a falsified one is found', async () => {
    const replayed = await soakScore(db(), OPERATORS, scoringHere(db(), rules))
    expect(replayed).to.deep.equal({ scores: (OPERATORS * 5) / 4, differences: 0, standings: 0, found: 1 })
  })
})
