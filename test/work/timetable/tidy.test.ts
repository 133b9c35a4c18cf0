import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { makeDeliveryArchive } from '../../../src/work/intake/archive.js'
import { takeCorrection } from '../../../src/work/intake/rejects.js'
import { deleteExpired, type TidyOptions } from '../../../src/work/timetable/tidy.js'
import { row, rows } from '../../support/rows.js'
import {
  at,
  beliefsOf,
  codeOf,
  database,
  feed,
  NOW,
  pseudonymOf,
  published,
  pullFeed,
  pullItems,
  rowsOf,
} from '../../support/world.js'

/** A time further back than any term. */
const LONG_AGO = new Date('2016-01-04T02:00:00Z')
const minutes = (n: number, from = LONG_AGO) => new Date(from.getTime() + n * 60_000)

describe('tidying', () => {
  const db = database()
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-tidy-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const tidied = async (more: Partial<TidyOptions> = {}) =>
    deleteExpired(db(), { cause: 'command', now: at(NOW), archive: folder, ...more })
  const ids = async (table: string): Promise<number[]> =>
    (await rowsOf(db(), `select id from ${table} order by id`)).map(({ id }) => Number(id))
  const addRun = async (
    job: string,
    subject: string,
    startedAt: Date,
    more: Record<string, unknown> = {},
  ): Promise<number> => {
    const [{ id }] = await db()('runs')
      .insert({
        job,
        subject,
        cause: 'timetable',
        started_at: startedAt,
        ended_at: startedAt,
        outcome: 'DONE',
        ...more,
      })
      .returning('id')
    return Number(id)
  }

  it('P-B10: deletes runs without a result after their term, except the newest of each kind', async () => {
    const old: number[] = []
    for (let n = 0; n < 5; n += 1) old.push(await addRun('push', 'national', minutes(n)))
    const failed = await addRun('push', 'national', minutes(6), { outcome: 'FAILED' })
    const other = await addRun('push', 'jilin', minutes(7))
    const young = await addRun('push', 'jilin', minutes(-1, NOW))
    expect(await tidied()).to.include({ runs: 5 })
    const left = await ids('runs')
    expect(left.slice(0, 3)).to.deep.equal([old[4], failed, young])
    expect(left).to.not.include(other)
  })

  it('erases content and name of papers whose case ended before their term, and keeps those of open cases', async () => {
    const { database, cases } = { database: db(), cases: ['REMOVED', 'NOT_LISTED', 'PROPOSED'] as const }
    const [{ id: operator }] = await database('operators')
      .insert({
        uscc: codeOf(1),
        kind: 'ENTERPRISE',
        name: '虚构甲有限公司',
        region: '220102',
        first_run: 0,
        created_at: LONG_AGO,
      })
      .returning('id')
    for (const state of cases) {
      const [{ id: listing }] = await database('listings')
        .insert({
          list: 'serious',
          operator_id: operator,
          state,
          reason: '虚构事由',
          facts: '{}',
          moves: 1,
          removed_on: state === 'REMOVED' ? '2016-01-04' : null,
          created_at: LONG_AGO,
        })
        .returning('id')
      await database.raw(
        `insert into listing_events (listing_id, number, move, made_by, role, made_on, recorded_at, state_before, state_after, act)
         values (:listing, 1, 'openLead', 'x', 'officer', '2016-01-04', :at, null, :state, '{}')`,
        { listing, state, at: LONG_AGO } as never,
      )
      await database.raw(
        `insert into sealed_papers (id, listing_id, about, media_type, bytes, sha256, file_name, content, stored_by, stored_at)
         values (gen_random_uuid(), :listing, 'DEFENCE', 'PDF', 3, repeat('a', 64), 'sealed', '\\x010203', 'x', :at)`,
        { listing, at: LONG_AGO } as never,
      )
    }
    expect(await tidied({ windowRows: 1 })).to.include({ papers: 2 })
    expect(await tidied()).to.include({ papers: 0 })
    const left = await rowsOf(
      database,
      `select l.state, octet_length(p.content)::int as bytes, p.file_name as name, p.erased_at is null as kept
       from sealed_papers p join listings l on l.id = p.listing_id order by l.state`,
    )
    expect(left).to.deep.equal([
      { state: 'NOT_LISTED', bytes: 0, name: null, kept: false },
      { state: 'PROPOSED', bytes: 3, name: 'sealed', kept: true },
      { state: 'REMOVED', bytes: 0, name: null, kept: false },
    ])
  })

  it('P-B10: keeps runs that changed something, are active, were rolled back or are referred to', async () => {
    await pullItems(db(), rows(3), { now: at(LONG_AGO) })
    await pullItems(db(), [row(1), { ...row(2), day: '2026-02-31' }], { now: at(minutes(1)), whole: false })
    await addRun('pull', 'test', minutes(2), { counts: { received: 7 } })
    await addRun('pull', 'test', minutes(3), { outcome: 'RUNNING', ended_at: null })
    await addRun('score', '', minutes(4), { counts: { stored: 1 } })
    await addRun('score', '', minutes(5), { outcome: 'ABANDONED', counts: {} })
    await addRun('takeback', 'test', minutes(6))
    const taken = { taken_back_at: NOW, taken_back_by: 'reviewer-1', taken_back_reason: '误报' }
    await addRun('pull', 'test', minutes(7), { counts: { received: 0 }, ...taken })
    const comparing = await addRun('reconcile', 'national', minutes(8))
    await db()('comparisons').insert({
      platform: 'national',
      run_id: comparing,
      compared_at: minutes(8),
      ...Object.fromEntries(
        ['shown', 'expected', 'missing', 'stale', 'unwanted', 'hidden', 'on_their_way', 'others', 'highest'].map(
          (name) => [name, 0],
        ),
      ),
    })
    await addRun('reconcile', 'national', minutes(9))
    // Newer runs of each kind, so that none of the runs above is the newest.
    for (const [job, subject, more] of [
      ['pull', 'test', {}],
      ['score', '', {}],
      ['takeback', 'test', {}],
      ['reconcile', 'national', {}],
    ] as const)
      await addRun(job, subject, minutes(-1, NOW), more)
    const [before, beliefs] = [await ids('runs'), await beliefsOf(db())]
    expect(await tidied()).to.include({ comparisons: 0 })
    const left = await ids('runs')
    expect(before.filter((id) => !left.includes(id))).to.deep.equal([before[9]])
    expect(await beliefsOf(db())).to.equal(beliefs)
  })

  it('P-B10: deletes pulls that found no change, and refused pulls once their rejects are gone', async () => {
    const silent = feed({ sent: () => [] })
    const unmodified = {
      ...silent,
      open: async () => ({ items: (async function* () {})(), file: null, unmodified: true, next: () => null }),
    }
    for (const minute of [0, 1]) await pullFeed(db(), unmodified, { now: at(minutes(minute)) })
    const refused = [{ ...row(1), day: 'x' }]
    for (const minute of [2, 3])
      await pullItems(db(), refused, { now: at(minutes(minute)), bounds: { fewest: 5 } }).catch(() => undefined)
    expect(await ids('runs')).to.have.length(4)
    expect(await tidied()).to.include({ runs: 1, rejects: 0 })
    await db().raw(`update rejects set state = 'DROPPED', settled_at = ?`, [minutes(4)])
    expect(await tidied()).to.include({ runs: 1, rejects: 2 })
    const left = await rowsOf(db(), `select outcome from runs where job = 'pull' order by id`)
    expect(left).to.deep.equal([{ outcome: 'DONE' }, { outcome: 'REFUSED' }])
  })

  it('P-B10: deletes settled or resent rejects, not open ones or those whose correction stands', async () => {
    const bad = (n: number) => ({ ...row(n), day: '2026-02-31' })
    const { run } = await pullItems(db(), [row(1), bad(2), bad(3), bad(4)], { now: at(LONG_AGO), whole: false })
    const states = [
      `state = 'DROPPED', settled_at = '2016-02-01'`,
      `state = 'DROPPED', settled_at = now()`,
      `state = 'TAKEN', settled_at = '2016-02-01', taken_run = ${run}, corrected = '{}'`,
    ]
    const [dropped = 0, ...kept] = await ids('rejects')
    for (const [n, set] of states.entries())
      await db().raw(`update rejects set ${set} where id = ?`, [[dropped, ...kept][n]] as never)
    expect(await tidied({ now: at(new Date()) })).to.include({ rejects: 1 })
    expect(await ids('rejects')).to.deep.equal(kept)
    await db().raw('update versions set known_to = now(), closed_as = ?, closed_by = ? where run_id = ?', [
      'CHANGED',
      run,
      run,
    ])
    expect(await tidied({ now: at(new Date()) })).to.include({ rejects: 1 })

    await pullItems(db(), [row(1), bad(9)], { id: 'other', now: at(LONG_AGO) })
    expect(await tidied()).to.include({ rejects: 0 })
    await pullItems(db(), [row(1)], { id: 'other' })
    expect(await tidied()).to.include({ rejects: 1 })
  })

  it('keeps a corrected reject while its record is unmatched, which would end otherwise', async () => {
    const bad = { ...row(2, { code: '', org: codeOf(2).slice(8, 17) }), day: '2026-02-31' }
    await pullItems(db(), [row(1), bad], { now: at(LONG_AGO) })
    const [reject = 0] = await ids('rejects')
    const corrected = { reject, fields: { ...bad, day: '2026-01-05' }, note: '核实', by: 'o', pseudonymOf }
    await takeCorrection(db(), feed(), { ...corrected, now: at(LONG_AGO) })
    expect(await tidied()).to.include({ rejects: 0 })
    await pullItems(db(), [row(1), bad])
    expect(await rowsOf(db(), 'select state from unmatched')).to.deep.equal([{ state: 'OPEN' }])
  })

  it('P-B10: deletes confirmed deliveries before later confirmed ones, not open ones or the newest addition', async () => {
    await published(db(), 1)
    const [first] = await rowsOf(
      db(),
      `select platform, subject_id, kind, notice from deliveries where platform = 'national' limit 1`,
    )
    await db().raw('delete from deliveries')
    const owe = async (number: number, action: string, state: string): Promise<number> => {
      const [{ id }] = await db()('deliveries')
        .insert({
          ...first,
          notice: JSON.stringify(first?.['notice']),
          number,
          action,
          state: 'CONFIRMED',
          attempts: 1,
          due_at: minutes(number),
          sent_at: minutes(number),
          confirmed_at: minutes(number),
          created_at: minutes(number),
        })
        .returning('id')
      if (state === 'OWED') await db()('deliveries').where({ id }).update({ state, confirmed_at: null })
      return Number(id)
    }
    await owe(1, 'ADD', 'CONFIRMED')
    await owe(2, 'REMOVE', 'CONFIRMED')
    const kept = [await owe(3, 'ADD', 'CONFIRMED')]
    await owe(4, 'CHANGE', 'CONFIRMED')
    kept.push(await owe(5, 'CHANGE', 'CONFIRMED'), await owe(6, 'CHANGE', 'OWED'))
    expect(await tidied()).to.include({ deliveries: 3 })
    expect(await ids('deliveries')).to.deep.equal(kept)
    expect(await tidied()).to.include({ deliveries: 0 })
  })

  const files = (): string[] =>
    (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []).filter(
      (name) => name.endsWith('.gz') || name.endsWith('.part'),
    )

  it('P-B10: deletes archives past their term, after which their runs no longer name the file', async () => {
    const archive = makeDeliveryArchive(folder)
    await pullItems(db(), [row(1)], { now: at(LONG_AGO), archive })
    const { run } = await pullItems(db(), [row(2)], { archive, whole: false })
    expect(files()).to.have.length(2)
    expect(await tidied()).to.include({ archives: 1 })
    expect(files()).to.deep.equal(
      (await rowsOf(db(), 'select archive from runs where id = ?', [run])).map(({ archive }) => archive),
    )
    expect(await rowsOf(db(), 'select 1 from runs where archive is not null')).to.have.length(1)
  })

  it('I-A12: deletes archives of runs that never ended, except those of an active run', async () => {
    const died = await addRun('pull', 'test', NOW, { outcome: 'ABANDONED' })
    const going = await addRun('pull', 'other', NOW, { outcome: 'RUNNING', ended_at: null })
    const put = (path: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), 'x')
    }
    put(`test/2026/11/${died}-test.jsonl.gz`)
    put(`test/2026/10/${died + 1_000}-test.jsonl.gz.part`)
    put(`other/2026/11/${going}-other.jsonl.gz`)
    put('other/2026/11/README')
    expect(await tidied()).to.include({ archives: 2 })
    expect(files()).to.deep.equal([`other/2026/11/${going}-other.jsonl.gz`])
    expect(existsSync(join(folder, 'other/2026/11/README'))).to.equal(true)
  })

  it('P-B10: works in batches of bounded size, and stops after the current one', async () => {
    for (let n = 0; n < 50; n += 1) await addRun('push', 'national', minutes(n))
    const deleting: number[] = []
    const hear = ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
      if (sql.includes('retention.runs')) deleting.push(Number(bindings[1]))
    }
    db().on('query', hear)
    const stop = new AbortController()
    stop.abort()
    expect(await tidied({ signal: stop.signal })).to.include({ runs: 0 })
    expect(deleting).to.deep.equal([])
    expect(await tidied({ windowRows: 10 })).to.include({ runs: 49 })
    db().removeListener('query', hear)
    expect(deleting.length).to.be.at.least(5)
    for (const rowsAtOnce of deleting) expect(rowsAtOnce).to.equal(10)
  })
})
