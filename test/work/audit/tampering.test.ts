import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { soakAudit } from '../../soak/audit.js'
import { freshDatabase } from '../../support/database.js'

/** Number of logs tampered with, and of intact logs. Only the long soak runs the built command. */
const LOGS = 5

describe('audit log of a hub whose database was tampered with while it was down', () => {
  it('P-A2: names each row deleted, rewritten or swapped, raises an alarm at start, and reports no fault in an intact log', async () => {
    const test = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-tampered-'))
    try {
      const { faults, attacks, ...found } = await soakAudit({
        ...test,
        folder,
        runs: LOGS,
        commands: 0,
        seed: 20261129,
      })
      expect(faults).to.deep.equal([])
      expect(found).to.deep.equal({
        ok: true,
        tampered: LOGS,
        found: LOGS,
        alarmed: LOGS,
        untouched: LOGS,
        accused: 0,
      })
    } finally {
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
