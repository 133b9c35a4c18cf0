import { expect } from 'chai'
import { clearDirty, findIdsMarkedDirtyAfter, markDirty } from '../../../src/store/scoring/rescoring-queue.js'
import { database, rowsOf } from '../../support/world.js'

const MARKED = 60_000
const BATCH = 2_000

describe('rescoring queue', () => {
  const db = database()

  it('is not read whole for each batch, even before PostgreSQL has analysed it', async () => {
    const at = new Date('2026-11-30T02:00:00Z')
    const all = Array.from({ length: MARKED }, (_, n) => n + 1)
    const batch = all.slice(MARKED / 2, MARKED / 2 + BATCH)
    await db().transaction((tx) => markDirty(tx, all, at))
    await db().transaction(async (tx) => {
      expect(await findIdsMarkedDirtyAfter(tx, batch, new Date('2026-11-30T01:00:00Z'))).to.have.property('size', BATCH)
      await clearDirty(tx, batch, at)
      const [scans] = await rowsOf(
        tx,
        `select seq_scan::int as whole, n_tup_del::int as deleted from pg_stat_xact_user_tables where relname = 'dirty_operators'`,
      )
      expect(scans).to.deep.equal({ whole: 0, deleted: BATCH })
    })
  })
})
