import { expect } from 'chai'
import { soakMatters } from '../../soak/matters.js'

const LONG_MS = 180_000

describe('matters of eight clients while the hub is killed', function () {
  this.timeout(LONG_MS)

  it('are one for one reference; none is lost, no seat has a gap, and bad rows lose no other', async () => {
    const soaked = await soakMatters({ requests: 80, kills: 2, rows: 200, bad: 7 })
    expect(soaked).to.deep.include({
      ok: true,
      kills: 2,
      lost: 0,
      gaps: 0,
      withoutPointer: 0,
      first: { created: 193, same: 0, refused: 7 },
      again: { created: 0, same: 193, refused: 7 },
    })
  })
})
