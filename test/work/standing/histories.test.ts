import { expect } from 'chai'
import type { JobDb } from '../../../src/store/db/db.js'
import { soakHistories } from '../../soak/histories.js'

const SEED = 12
const RUNS = 48
/** Steps that must come. Ids are random, so a seed does not always draw the rarest, and up to SEEDS_MOST seeds are tried. */
const STEPS = ['list', 'merge', 'roll back', 'hideListing']
const SEEDS_MOST = 5
const FAULTS: [string, string][] = [
  ['the row does not follow the public entries', 'drop trigger standing_entries_altered on public_entries'],
  ['the row does not follow its operator', 'drop trigger standing_operators_altered on operators'],
  ['an entry does not move with its case', 'drop trigger standing_listings_altered on listings'],
  ['a hidden entry stays public', 'create rule kept as on delete to public_entries do instead nothing'],
]

describe('standings of random histories', () => {
  it('equal those of a naive reader after each step, with and without fast answers', async () => {
    const missing = new Set(STEPS)
    for (let seed = SEED; missing.size > 0 && seed < SEED + SEEDS_MOST; seed += 1) {
      const soaked = await soakHistories({ runs: RUNS, seed })
      expect(soaked.faults).to.deep.equal([])
      expect(soaked).to.include({ ok: true, histories: RUNS, differences: 0, standings: 0 })
      expect(Math.min(soaked.listed, soaked.graded)).to.be.above(50)
      for (const step of Object.keys(soaked.done)) missing.delete(step)
    }
    expect([...missing]).to.deep.equal([])
  })

  for (const [what, sql] of FAULTS)
    it(`differ where ${what}`, async () => {
      const plant = (db: JobDb) => db.raw(sql)
      const soaked = await soakHistories({ runs: 16, seed: SEED, plant, faultsMost: 1 })
      expect(soaked.differences).to.be.above(0)
    })
})
