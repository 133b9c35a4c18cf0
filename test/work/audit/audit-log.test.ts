import { expect } from 'chai'
import fc from 'fast-check'
import { type AuditHead, EMPTY_LOG_HEAD } from '../../../src/domain/audit/audit-log.js'
import type { NotedHead } from '../../../src/domain/audit/loss.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { connect, type Db, type JobDb } from '../../../src/store/db/db.js'
import { type AuditEntry, type AuditLog, type AuditLogParts, makeAuditLog } from '../../../src/work/audit/audit-log.js'
import { packCodes, unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { SEAL, verifyKeys } from '../../support/audit.js'
import { at, codeOf, database, later, log, NOW, pullItems, refusal, rowsOf } from '../../support/world.js'

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: 'ANSWER',
  at: NOW,
  client: 'guguji',
  role: 'marketplace',
  agency: null,
  purpose: '入驻审核',
  request: 'r-1',
  asked: '{ standing }',
  outcome: 'DONE',
  shown: [codeOf(1)],
  digest: Buffer.alloc(32, 7).toString('base64'),
  ...more,
})

const YEARS_LATER = new Date('2031-01-01T02:00:00.000Z')

describe('the audit log', () => {
  const db = database()
  const open: AuditLog[] = []
  const trailOf = (on: JobDb = db(), more: Partial<AuditLogParts> = {}): AuditLog => {
    const made = makeAuditLog(on, { log, now: at(NOW), seal: () => SEAL, ...more })
    open.push(made)
    return made
  }
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))
  const verify = (noted: readonly NotedHead[] = [], now = NOW, held: AuditHead[] = []) =>
    verifyAuditLog(db(), { now: at(now), noted, held, keys: verifyKeys() })
  const headHeld = async (): Promise<AuditHead[]> => [(await store.readHead(db())) ?? EMPTY_LOG_HEAD]
  /** Changes the log as an owner of the database could, with triggers switched off. */
  const tamper = (sql: string) =>
    db().transaction((tx) => tx.raw(`set local session_replication_role = replica; ${sql}`))

  it('writes rows that are ready together in one statement and one chain', async () => {
    const trail = trailOf()
    let statements = 0
    const count = ({ sql }: { sql: string }) => {
      statements += sql.includes('audit-log.add') ? 1 : 0
    }
    db().on('query', count)
    await Promise.all(Array.from({ length: 50 }, (_, i) => trail.row(entry({ request: `r-${i}` }))))
    db().off('query', count)
    expect(statements).to.equal(1)
    const found = await verify()
    expect(found).to.include({ ok: true, walked: 50 })
    const rows = await store.listRowsAfter(db(), 0, 100)
    expect(rows.map(({ content }) => content?.request)).to.deep.equal(Array.from({ length: 50 }, (_, i) => `r-${i}`))
    expect(found.head).to.deep.equal({ number: 50, hash: rows[49]?.hash })
  })

  it('stores every member as given, replacing characters that PostgreSQL cannot store', async () => {
    const trail = trailOf()
    await trail.row(
      entry({ asked: 'half \ud800 and \0 none', purpose: '\udfff', agency: 'ip-office', digest: null, shown: [] }),
    )
    const [row] = await store.listRowsAfter(db(), 0, 1)
    expect(row?.content).to.deep.include({
      asked: 'half \ufffd and \ufffd none',
      purpose: '\ufffd',
      agency: 'ip-office',
      shown: null,
    })
    expect(await verify()).to.include({ ok: true, walked: 1 })
  })

  it('is one chain without a gap when several processes write at once', async () => {
    const [{ name } = { name: '' }] = await rowsOf(db(), 'select current_database() as name')
    const other = connect(String(db().client.config.connection.connectionString))
    expect(name).to.not.equal('')
    try {
      const trails = [trailOf(), trailOf(other), trailOf()]
      for (let round = 0; round < 20; round += 1)
        await Promise.all(
          trails.flatMap((trail, t) => [1, 2, 3].map((n) => trail.row(entry({ request: `${round}-${t}-${n}` })))),
        )
      expect(await verify()).to.include({ ok: true, walked: 180 })
      const rows = await store.listRowsAfter(db(), 0, 1_000)
      expect(new Set(rows.map(({ content }) => content?.request)).size).to.equal(180)
    } finally {
      await Promise.all(open.splice(0).map((one) => one.close()))
      await other.destroy()
    }
  })

  it('refuses rows while the database is unreachable, and rows beyond the limit of the queue', async () => {
    const gone = connect('postgres://nobody@127.0.0.1:9/none')
    const trail = makeAuditLog(gone, { log, now: at(NOW), seal: () => SEAL, waitMs: 0 })
    expect((await refusal(trail.row(entry()))).code).to.equal('TRAIL_UNAVAILABLE')
    await trail.close()
    await gone.destroy()
    const full = trailOf()
    const outcomes = await Promise.allSettled(Array.from({ length: 6_000 }, () => full.row(entry())))
    const refused = outcomes.filter((one) => one.status === 'rejected')
    expect(refused.length).to.equal(1_000)
    // Later rows are accepted again.
    await full.row(entry())
    expect(await verify()).to.include({ ok: true, walked: 5_001 })
  })

  it('waits for a primary and for an answer of it by one bound', async () => {
    let attempts = 0
    const away: Db = {
      raw: (sql, bindings) => db().raw(sql, bindings),
      transaction: (act) => {
        attempts += 1
        const refused = Object.assign(new Error('no primary'), { code: 'ECONNREFUSED' })
        return attempts < 4 ? Promise.reject(refused) : db().transaction(act)
      },
    }
    const options = { log, now: at(NOW), seal: () => SEAL }
    const patient = makeAuditLog(away, { ...options, waitMs: 600_000 })
    await patient.row(entry())
    expect(attempts).to.equal(4)
    const silent: Db = { raw: () => new Promise(() => undefined), transaction: () => new Promise(() => undefined) }
    const hasty = makeAuditLog(silent, { ...options, waitMs: 1 })
    expect((await refusal(hasty.row(entry()))).code).to.equal('TRAIL_UNAVAILABLE')
    await Promise.all([patient.close(), hasty.close()])
  })

  it('refuses with a write that is not answered the rows that came meanwhile', async () => {
    let attempts = 0
    let meanwhile: Promise<PromiseSettledResult<void>[]> | null = null
    const silent: Db = {
      raw: () => new Promise(() => undefined),
      transaction: () => {
        attempts += 1
        meanwhile ??= Promise.allSettled(Array.from({ length: 600 }, () => trail.row(entry())))
        return new Promise(() => undefined)
      },
    }
    const trail = makeAuditLog(silent, { log, now: at(NOW), seal: () => SEAL, waitMs: 1 })
    expect((await refusal(trail.row(entry()))).code).to.equal('TRAIL_UNAVAILABLE')
    const outcomes = (await meanwhile) ?? []
    expect(outcomes.filter(({ status }) => status === 'rejected')).to.have.length(600)
    expect(attempts).to.equal(1)
    await trail.close()
  })

  it('refuses a row that the database refuses, and continues with the next', async () => {
    const trail = trailOf()
    await trail.row(entry())
    await db().raw('alter table trail rename to trail_away')
    const refused = await refusal(trail.row(entry()))
    await db().raw('alter table trail_away rename to trail')
    expect(refused.code).to.equal('TRAIL_UNAVAILABLE')
    await trail.row(entry())
    expect(await verify()).to.include({ ok: true, walked: 2 })
  })

  it('stores chunks of a streamed answer with a thousand codes each', async () => {
    const trail = trailOf()
    const codes = Array.from({ length: 1_000 }, (_, i) => `shop:guguji:${i}`)
    await trail.chunk(entry({ shown: codes }))
    const [row] = await store.listRowsAfter(db(), 0, 1)
    expect(row).to.include({ kind: 'CHUNK', count: 1_000 })
    expect(unpackCodes(row?.content?.shown ?? null)).to.deep.equal([...codes].sort())
    expect(Buffer.from(row?.content?.shown ?? '', 'base64').length).to.be.lessThan(codes.join('\n').length / 3)
    expect(() => trail.chunk(entry({ shown: [...codes, 'x'] }))).to.throw()
  })

  it('packs codes sorted and unpacks the same codes', () => {
    expect(packCodes(new Set())).to.equal(null)
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[0-9A-Z:]{1,30}$/), { maxLength: 60 }), (codes) => {
        expect(unpackCodes(packCodes(new Set(codes)))).to.deep.equal([...codes].sort())
      }),
    )
  })

  const faults: [string, string, { number: number; until?: number; fault: string }][] = [
    ['an altered row', `update trail set client = 'another' where number = 3`, { number: 3, fault: 'ALTERED' }],
    ['a missing row', 'delete from trail where number = 3', { number: 3, fault: 'MISSING' }],
    ['a missing first row', 'delete from trail where number = 1', { number: 1, fault: 'MISSING' }],
    [
      'reordered rows',
      'update trail set number = 7 - number where number in (3, 4)',
      { number: 3, until: 4, fault: 'ALTERED' },
    ],
    ['a missing end', 'delete from trail where number > 3', { number: 4, until: 5, fault: 'TAIL_MISSING' }],
    [
      'content erased before its time',
      'update trail set client = null, role = null, request = null, body = null, erased_at = now() where number = 2',
      { number: 2, fault: 'ERASED' },
    ],
  ]
  for (const [what, sql, broken] of faults) {
    it(`finds ${what} and names the first row affected`, async () => {
      const trail = trailOf()
      for (let n = 1; n <= 5; n += 1) await trail.row(entry({ request: `r-${n}` }))
      const noted = await headHeld()
      // Swaps the numbers by way of a free number.
      if (what === 'reordered rows')
        await tamper(
          'update trail set number = 100 where number = 3; update trail set number = 3 where number = 4; update trail set number = 4 where number = 100',
        )
      else await tamper(sql)
      const found = await verify([], NOW, noted)
      expect(found.ok).to.equal(false)
      expect(found.broken).to.deep.equal(broken)
    })
  }

  it('cannot be changed or deleted by an ordinary statement', async () => {
    await trailOf().row(entry())
    for (const sql of [
      `update trail set client = 'x'`,
      'delete from trail',
      'truncate trail',
      `update trail set erased_at = now(), body = null, client = 'x', hash = previous`,
    ])
      expect(
        await db()
          .raw(sql)
          .then(
            () => 'done',
            () => 'refused',
          ),
        sql,
      ).to.equal('refused')
    expect(await verify()).to.include({ ok: true, walked: 1 })
  })

  it('is indexed by operator in steps, and a repeated step changes nothing', async () => {
    await pullItems(
      db(),
      [1, 2].map((n) => ({ key: `k${n}`, code: codeOf(n), value: '刷单', day: '2026-10-10' })),
    )
    const trail = trailOf()
    await trail.row(entry({ shown: [codeOf(1), codeOf(2)] }))
    await trail.row(entry({ shown: [codeOf(1), 'nobody'] }))
    await trail.row(entry({ shown: [] }))
    const options = { cause: 'timetable' as const, now: at(NOW) }
    expect(await tidyAuditLog(db(), options)).to.deep.equal({ indexed: 3, erased: 0, archived: 0 })
    expect(await tidyAuditLog(db(), options)).to.deep.equal({ indexed: 0, erased: 0, archived: 0 })
    const found = await rowsOf(
      db(),
      `select o.uscc, array_agg(i.number order by i.number)::int[] as rows from trail_operators i
      join operators o on o.id = i.operator_id group by 1 order by 1`,
    )
    expect(found).to.deep.equal(
      [
        { uscc: codeOf(1), rows: [1, 2] },
        { uscc: codeOf(2), rows: [1] },
      ].sort((a, b) => (a.uscc < b.uscc ? -1 : 1)),
    )
  })

  it('is indexed completely in one run, also with more codes than one step takes', async () => {
    await pullItems(db(), [{ key: 'k1', code: codeOf(1), value: '刷单', day: '2026-10-10' }])
    const trail = trailOf()
    const shown = Array.from({ length: 1_000 }, (_, n) => codeOf(n))
    await Promise.all(Array.from({ length: 45 }, () => trail.row(entry({ shown }))))
    expect(await tidyAuditLog(db(), { cause: 'timetable', now: at(NOW) })).to.deep.equal({
      indexed: 45,
      erased: 0,
      archived: 0,
    })
    const [found] = await rowsOf(db(), 'select count(*)::int as rows from trail_operators')
    expect(found).to.deep.equal({ rows: 45 })
  })

  it('erases content past its retention and stays verifiable', async () => {
    await pullItems(db(), [{ key: 'k1', code: codeOf(1), value: '刷单', day: '2026-10-10' }])
    const trail = trailOf()
    await trail.row(entry({ asked: '查询的内容' }))
    await trail.row(entry({ asked: '查询的内容' }))
    await trail.row(entry({ at: later(-3600, YEARS_LATER), asked: '后来的内容' }))
    const now = at(YEARS_LATER)
    expect(await tidyAuditLog(db(), { cause: 'timetable', now })).to.deep.equal({ indexed: 3, erased: 2, archived: 0 })
    expect(await tidyAuditLog(db(), { cause: 'timetable', now })).to.deep.equal({ indexed: 0, erased: 0, archived: 0 })
    const rows = await store.listRowsAfter(db(), 0, 10)
    expect(rows.map(({ content }) => content?.asked ?? null)).to.deep.equal([null, null, '后来的内容'])
    expect(await rowsOf(db(), 'select number::int from trail_operators')).to.deep.equal([{ number: 3 }])
    expect(await verify([], YEARS_LATER, await headHeld())).to.include({ ok: true, walked: 3, erased: 2 })
    await trail.row(entry())
    expect(await verify([], YEARS_LATER)).to.include({ ok: true, walked: 4 })
  })

  it('is valid without rows', async () => {
    expect(await store.readHead(db())).to.equal(null)
    expect(await verify()).to.include({ ok: true, walked: 0, head: null })
    expect(EMPTY_LOG_HEAD.number).to.equal(0)
  })
})
