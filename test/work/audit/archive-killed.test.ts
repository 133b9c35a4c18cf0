import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import * as store from '../../../src/store/audit/audit-log.js'
import { readerOf } from '../../../src/work/audit/archive-files.js'
import { makeAuditLog } from '../../../src/work/audit/audit-log.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { randomOf } from '../../soak/random.js'
import { SEAL, verifyKeys } from '../../support/audit.js'
import { narrowPartitions } from '../../support/audit-partitions.js'
import { freshDatabase } from '../../support/database.js'
import { log, NOW, rowsOf } from '../../support/world.js'

const ARCHIVING = fileURLToPath(new URL('../../support/archiving.ts', import.meta.url))
const PARTS = 4
const PART_ROWS = 1_000
const KILLS = 6
/** Statements of one partition are about 25. */
const STATEMENTS = 40
const LATER = new Date(NOW.getTime() + 14 * 31 * 86_400_000)
const CALLER = { client: '虚构商城', role: 'marketplace', agency: null, purpose: null, request: 'r', outcome: 'DONE' }

describe('a hub killed while old content of the audit log moves to files', () => {
  it('loses no content and doubles none, and the next one ends the work', async () => {
    const test = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-archive-killed-'))
    const random = randomOf(20261130)
    const archive = async (statement: number): Promise<string | null> => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', ARCHIVING, test.url, folder, LATER.toISOString(), String(statement)],
        { stdio: 'inherit' },
      )
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      return signal
    }
    try {
      await narrowPartitions(test.db, PART_ROWS, PARTS)
      const auditLog = makeAuditLog(test.db, { log, now: () => NOW, seal: () => SEAL })
      for (let part = 0; part < PARTS; part += 1)
        await Promise.all(
          Array.from({ length: PART_ROWS }, (_, n) =>
            auditLog.row({ ...CALLER, kind: 'ANSWER', at: NOW, asked: `{ ${part} ${n} }`, shown: [], digest: null }),
          ),
        )
      await auditLog.close()
      const before = await store.listRowsAfter(test.db, 0, PARTS * PART_ROWS)
      let killed = 0
      for (let kill = 0; kill < KILLS; kill += 1) {
        const statement = 10 + random.below(STATEMENTS)
        if ((await archive(statement)) === 'SIGKILL') killed += 1
        expect(
          await verifyAuditLog(test.db, { now: () => LATER, noted: [], keys: verifyKeys(), archiveDir: folder }),
          `killed at statement ${statement}`,
        ).to.include({ ok: true, walked: before.length, erased: 0 })
      }
      expect(killed).to.be.at.least(KILLS / 2)
      expect(await archive(0)).to.equal(null)
      expect(await rowsOf(test.db, 'select first from trail_archives')).to.have.lengthOf(PARTS)
      const rows = await readerOf(test.db, folder).fillAll(await store.listRowsAfter(test.db, 0, before.length))
      expect(rows.map(({ number, content }) => [number, content])).to.deep.equal(
        before.map(({ number, content }) => [number, content]),
      )
    } finally {
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
