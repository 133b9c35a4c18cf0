import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { soakAudit } from '../../soak/audit.js'
import { freshDatabase } from '../../support/database.js'

const LOGS = 12

describe('the audit log of a hub whose database was tampered with while it was down', () => {
  it('P-A2: names each row that was cut, rewritten or swapped, raises the alarm at start, and accuses no untouched log', async function () {
    this.timeout(240_000)
    const test = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-tampered-'))
    try {
      const { faults, attacks, ...found } = await soakAudit({
        ...test,
        folder,
        runs: LOGS,
        commands: 1,
        seed: 20261129,
      })
      expect(faults).to.deep.equal([])
      const many = LOGS + 1
      expect(found).to.deep.equal({
        ok: true,
        tampered: many,
        found: many,
        alarmed: many,
        untouched: many,
        accused: 0,
      })
    } finally {
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
