import { expect } from 'chai'
import { soakClue } from '../soak/clue.js'

describe('a flood of clues', function () {
  this.timeout(300_000)

  it('is held by the limits: sixty clues at once, no code is guessed, slow and packed uploads store nothing', async () => {
    const soaked = await soakClue({ posts: 400, addresses: 100, codes: 300, slow: 4 })
    expect(soaked).to.include({ ok: true })
    expect(soaked.posts['429']).to.be.greaterThan(200)
    expect(soaked.slow['413']).to.equal(2)
  })
})
