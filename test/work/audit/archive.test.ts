/** Old content of the audit log in files, and the partitions that let go of it. */
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import * as migration from '../../../migrations/20261202-04-audit-log-partitions.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { listPartitions } from '../../../src/store/audit/partitions.js'
import { makeRoom } from '../../../src/work/audit/archive-audit-log.js'
import { readerOf } from '../../../src/work/audit/archive-files.js'
import { type AuditEntry, makeAuditLog } from '../../../src/work/audit/audit-log.js'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { SEAL, verifyKeys } from '../../support/audit.js'
import { narrowPartitions } from '../../support/audit-partitions.js'
import { freshDatabase } from '../../support/database.js'
import { codeOf, database, log, NOW, pullItems, refusal, rowsOf } from '../../support/world.js'

const PART_ROWS = 600
const MONTH_MS = 30 * 86_400_000
const entry = (at: Date, n: number): AuditEntry => ({
  kind: 'ANSWER',
  at,
  client: `虚构商城${n % 3}`,
  role: 'marketplace',
  agency: null,
  purpose: '入驻审核',
  request: `r-${n}`,
  asked: `{ standing "${n}" }`,
  outcome: 'DONE',
  shown: [codeOf(1)],
  digest: Buffer.alloc(32, 7).toString('base64'),
})
const months = (n: number): Date => new Date(NOW.getTime() + n * MONTH_MS)

describe('the archive of the audit log', () => {
  const db = database()
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-audit-archive-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = async (many: number, at: Date, on = db()): Promise<void> => {
    const auditLog = makeAuditLog(on, { log, now: () => at, seal: () => SEAL })
    await Promise.all(Array.from({ length: many }, (_, n) => auditLog.row(entry(at, n))))
    await auditLog.close()
  }
  const here = () => ({ db: db(), folder })
  const tidy = (now: Date, at = here()) =>
    tidyAuditLog(at.db, { cause: 'timetable', now: () => now, log, archiveDir: at.folder })
  const verify = (now: Date, at = here()) =>
    verifyAuditLog(at.db, { now: () => now, noted: [], keys: verifyKeys(), archiveDir: at.folder })
  const files = (): string[] => readdirSync(join(folder, 'audit')).filter((name) => name.endsWith('.gz'))
  const file = (): string => join(folder, 'audit', files()[0] as string)
  /** A full partition of one month, and rows of the next in another. */
  const filled = async (): Promise<void> => {
    await pullItems(db(), [{ key: 'a', code: codeOf(1), value: '刷单', day: '2026-10-10' }])
    await narrowPartitions(db(), PART_ROWS)
    await write(PART_ROWS, NOW)
    await write(50, months(1))
  }

  it('takes a row for whose number no partition was made', async () => {
    await narrowPartitions(db(), 10)
    await write(25, NOW)
    expect(await verify(NOW)).to.include({ ok: true, walked: 25 })
    const [first, second] = await listPartitions(db())
    expect([first?.last, second?.first, second?.last]).to.deep.equal([10, 11, 100_010])
  })

  it('makes the next partition before it is needed, and no more', async () => {
    await narrowPartitions(db(), 100_000, 2)
    await makeRoom(db(), NOW)
    expect(await listPartitions(db())).to.have.lengthOf(2)
    await narrowPartitions(db(), 10)
    await makeRoom(db(), NOW)
    await makeRoom(db(), NOW)
    await Promise.all([makeRoom(db(), NOW), makeRoom(db(), NOW)])
    expect((await listPartitions(db())).map(({ first }) => first)).to.deep.equal([1, 11, 100_011])
  })

  it('moves the content of a whole partition to a file after thirteen months, and reads it from there', async () => {
    await filled()
    const before = await store.listRowsAfter(db(), 0, 1_000)
    expect(await tidy(months(13))).to.include({ archived: 0 })
    expect(await tidy(months(13.3))).to.include({ archived: PART_ROWS, erased: 0 })
    expect(await tidy(months(13.4))).to.include({ archived: 0 })
    const [bare] = await rowsOf(db(), 'select count(*)::int as n, count(body)::int as bodies from trail')
    expect(bare).to.deep.equal({ n: PART_ROWS + 50, bodies: 50 })
    expect(files()).to.have.lengthOf(1)
    expect(statSync(file()).mode & 0o777).to.equal(0o600)
    const rows = await readerOf(db(), folder).fillAll(await store.listRowsAfter(db(), 0, 1_000))
    expect(rows.map(({ inFile, ...row }) => row)).to.deep.equal(before.map(({ inFile, ...row }) => row))
    expect(await verify(months(14))).to.include({ ok: true, walked: PART_ROWS + 50, erased: 0 })
  })

  it('is searched by client, role and operator as before', async () => {
    await filled()
    const asked = async () => {
      const filter = {
        client: '虚构商城1',
        role: 'marketplace',
        kind: null,
        request: 'r-4',
        operators: null,
        from: null,
        until: null,
      }
      const [operator] = await rowsOf(db(), 'select id from operators')
      const page = { roles: ['marketplace'], self: null, first: 2, before: PART_ROWS }
      return {
        rows: (await store.listRows(db(), filter, { first: 5, before: null })).map(({ number }) => number),
        told: await store.listDisclosures(db(), [[Number(operator?.['id'])]], page),
      }
    }
    await tidy(months(1))
    const before = await asked()
    expect(before.told[0]).to.have.lengthOf(2)
    await tidy(months(14))
    expect(await asked()).to.deep.equal(before)
  })

  it('names the rows of a damaged block, and every row of a file that is gone', async () => {
    await filled()
    await tidy(months(14))
    const bytes = readFileSync(file())
    const [{ offsets }] = (await rowsOf(db(), 'select offsets::text[] as offsets from trail_archives')) as [
      { offsets: string[] },
    ]
    const place = Number(offsets[1]) + 40
    bytes[place] = (bytes[place] ?? 0) ^ 1
    writeFileSync(file(), bytes)
    expect((await verify(months(14))).breaks).to.deep.equal([{ number: 257, until: 512, fault: 'FILE_LOST' }])
    rmSync(file())
    const found = await verify(months(14))
    expect(found).to.deep.include({ ok: false, breaks: [{ number: 1, until: PART_ROWS, fault: 'FILE_LOST' }] })
    const [lost] = await readerOf(db(), folder).fillAll(await store.listRowsAfter(db(), 5, 1))
    expect(lost).to.include({ number: 6, content: null })
  })

  it('does not let a row pass whose content was taken away without a file', async () => {
    await filled()
    await db().transaction((tx) =>
      tx.raw(
        `set local session_replication_role = replica; update trail set archived = true, body = null where number = 7`,
      ),
    )
    expect((await verify(NOW)).breaks).to.deep.equal([{ number: 7, fault: 'FILE_LOST' }])
  })

  it('removes the file once all its rows are erased', async () => {
    await filled()
    await tidy(months(14))
    expect(await tidy(months(36.6))).to.include({ erased: PART_ROWS })
    expect(files()).to.deep.equal([])
    expect(await verify(months(37))).to.include({ ok: true, walked: PART_ROWS + 50, erased: PART_ROWS })
  })

  it('waits while somebody reads the table for long, and loses nothing', async () => {
    await filled()
    await db().transaction(async (tx) => {
      await tx.raw('lock table trail in access share mode')
      expect(await tidy(months(14))).to.include({ archived: 0 })
      await write(5, months(14))
    })
    expect(await tidy(months(14.1))).to.include({ archived: PART_ROWS })
    expect(await verify(months(14.1))).to.include({ ok: true, walked: PART_ROWS + 55 })
  })

  it('keeps the file of a run that took over, whatever a run that was taken for dead still writes', async () => {
    await filled()
    const gate = new EventEmitter()
    const [reached, goesOn] = [once(gate, 'reached'), once(gate, 'open')]
    const stalled = new Proxy(db(), {
      get: (target, name) =>
        name !== 'raw'
          ? Reflect.get(target, name)
          : async (sql: string, bindings: readonly unknown[]) => {
              if (sql.includes('audit-log.after') && Number(bindings[1]) > 1) {
                gate.emit('reached')
                await goesOn
              }
              return target.raw(sql, bindings as never)
            },
    })
    const first = refusal(tidy(months(14), { db: stalled, folder }))
    await reached
    await db().raw(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`)
    expect(await tidy(months(14))).to.include({ archived: PART_ROWS })
    const kept = readFileSync(file())
    gate.emit('open')
    expect((await first).code).to.equal('RUN_BUSY')
    expect(readFileSync(file()).equals(kept)).to.equal(true)
    expect(await verify(months(14))).to.include({ ok: true, walked: PART_ROWS + 50 })
  })

  it('keeps chain and contents whatever is written, moved and erased in turns', async () => {
    const step = fc.oneof(
      fc.record({ rows: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ months: fc.integer({ min: 1, max: 9 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const test = await freshDatabase()
        const own = join(folder, String(Math.random()))
        try {
          await narrowPartitions(test.db, 50, 12)
          let [month, written] = [0, 0]
          for (const each of steps) {
            if ('rows' in each) {
              await write(each.rows, months(month), test.db)
              written += each.rows
            } else month += each.months
            await tidy(months(month), { db: test.db, folder: own })
            expect(await verify(months(month), { db: test.db, folder: own })).to.include({ ok: true, walked: written })
          }
        } finally {
          await test.drop()
        }
      }),
      { numRuns: 12 },
    )
  })

  it('begins with the table of the release before, while its hubs go on writing', async () => {
    const test = await freshDatabase()
    try {
      await migration.down(test.db)
      await write(300, NOW, test.db)
      const writing = Array.from({ length: 20 }, (_, n) => write(n, months(1), test.db))
      await migration.up(test.db)
      await Promise.all(writing)
      // A migration that was killed before it was noted runs again.
      await migration.up(test.db)
      expect(await verify(NOW, { db: test.db, folder })).to.include({ ok: true, walked: 300 + 190 })
      expect(await listPartitions(test.db)).to.have.lengthOf(2)
    } finally {
      await test.drop()
    }
  })

  it('still refuses a change, a deletion and a truncation in each partition', async () => {
    await filled()
    await tidy(months(14))
    for (const { name } of await listPartitions(db()))
      for (const sql of [`update ${name} set client = 'x'`, `delete from ${name}`, `truncate ${name}`])
        if (name !== 'trail_100601' || sql.startsWith('truncate'))
          expect(
            await db()
              .raw(sql)
              .then(() => 'done', String),
            sql,
          ).to.include('never changed or deleted')
  })
})
