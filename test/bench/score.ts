/**
 * Compares scoring with PostgreSQL's own grouping of the same records by operator, in one run on one server with the product's
 * settings. BENCH_OPERATORS sets the number of operators. Each has ten records of the kinds that a scorecard weighs.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { feeds } from '../../src/agencies/index.js'
import type { ListKind } from '../../src/domain/listing/lists.js'
import type { FactEvent, FactName, Facts } from '../../src/domain/records/facts.js'
import { FACT_FAMILIES } from '../../src/domain/records/facts.js'
import { score as fold } from '../../src/domain/scoring/score.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { connect, type Db, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { findFamiliesWithSource } from '../../src/work/intake/source-families.js'
import { readClockRules } from '../../src/work/listing/publication-clocks.js'
import { scoreOperators as scoreNow } from '../../src/work/scoring/score.js'
import { loadScorecard } from '../../src/work/scoring/scorecards.js'
import { commanded } from './commanded.js'
import { INSERT, PENALTY, peopled, pulledWhole, RECORDS_EACH } from './people.js'

const OPERATORS = Number(process.env['BENCH_OPERATORS'] ?? 1_000_000)
/** Size of the smaller world, as a share of the larger one. */
const SMALL = 0.1
/** Runs of each measurement. The median counts. */
const TIMES = 3
const DIRTY = 1_000
const FOLDS = 200_000
const TODAY = '2026-11-25'

const { lists } = schemaDocument('rules/lists.json') as { lists: ListKind[] }
const rules: WorkRules = {
  lists,
  calendar: { holidays: new Set(), workdays: new Set(), knownUntil: TODAY },
  clocks: readClockRules(),
  platforms: [],
  pseudonymOf: () => '',
  printDocument: () => ({
    title: '',
    html: '',
    sha256: '',
    missing: [],
    paper: (madeAt) => ({ title: '', madeAt, blocks: [] }),
  }),
}

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

export const score = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  try {
    const folds = foldsPerSecond()
    const small = await ofSize(server.url, folder, Math.round(OPERATORS * SMALL))
    const large = await ofSize(server.url, folder, OPERATORS)
    const growth = large.perRecord / small.perRecord
    say(`time per record, ${OPERATORS} operators against ${OPERATORS * SMALL}: ${growth.toFixed(2)}`)
    return {
      folds,
      againstBare: large.againstBare,
      memoryMB: large.memoryMB,
      growth,
      nothingMs: large.nothingMs,
      dirtyMs: large.dirtyMs,
    }
  } finally {
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface OfSize {
  /** Seconds per record, from facts to stored rows. */
  perRecord: number
  againstBare: number
  memoryMB: number
  nothingMs: number
  dirtyMs: number
}

const ofSize = async (server: string, folder: string, operators: number): Promise<OfSize> => {
  const url = new URL(server)
  url.pathname = '/bench_score'
  const admin = connect(server)
  await admin.raw('drop database if exists bench_score with (force)')
  await admin.raw('create database bench_score')
  await admin.destroy()
  const db = connect(url.href)
  try {
    await migrate(db)
    const began = performance.now()
    await peopled(db, operators)
    await pulledWhole(db)
    say(`${operators} operators made in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    const bare = await middle(() => bareSeconds(db))
    let memoryMB = 0
    const seconds = await middle(async () => {
      // The role `replica` disables the triggers that forbid to empty append-only tables.
      await db.raw(
        'begin; set local session_replication_role = replica; truncate scores, current_scores, listings, watch_entries, dirty_operators cascade; commit',
      )
      await db.raw('insert into dirty_operators select id, now() from operators')
      await db.raw('checkpoint')
      const { said, peak } = await commanded(['score', '--json'], url.href, folder)
      if (said['stored'] !== operators) throw new Error(`not all were scored: ${JSON.stringify(said)}`)
      memoryMB = Math.max(memoryMB, peak)
      return Number(said['ms']) / 1000
    })
    await db.raw('vacuum analyze')
    const nothing = (await commanded(['score', '--json'], url.href, folder)).said
    if (nothing['stored'] !== 0) throw new Error(`something moved: ${JSON.stringify(nothing)}`)
    const dirtyMs = await middle(() => dirtied(db, operators))
    say(
      `${String(operators).padStart(8)} operators, ${operators * RECORDS_EACH} records: grouped bare ${bare.toFixed(1)} s, scored ${seconds.toFixed(1)} s (${(seconds / bare).toFixed(1)} ×), ${memoryMB.toFixed(0)} MB at most; nothing to do ${nothing['ms']} ms; ${DIRTY} dirty ${dirtyMs} ms`,
    )
    return {
      perRecord: seconds / operators / RECORDS_EACH,
      againstBare: seconds / bare,
      memoryMB: Math.round(memoryMB),
      nothingMs: Number(nothing['ms']),
      dirtyMs,
    }
  } finally {
    await db.destroy()
  }
}

const middle = async (measured: () => Promise<number>): Promise<number> => {
  const all: number[] = []
  for (let time = 0; time < TIMES; time += 1) all.push(await measured())
  return all.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0
}

const bareSeconds = async (db: Db): Promise<number> => {
  const began = performance.now()
  await db.raw(
    `select count(*), sum(records), sum(points) from (
       select operator_id, count(*) as records, sum(row_number) as points from versions group by operator_id offset 0) g`,
  )
  return (performance.now() - began) / 1000
}

/** Milliseconds in which this process scores DIRTY operators after each has got one more penalty. */
const dirtied = async (db: Db, operators: number): Promise<number> => {
  const [{ n }] = (await db.raw('select count(*)::int as n from versions')).rows
  await db.raw(
    `with chosen as (select (1 + (g::bigint * 7919) % ?)::int as id from generate_series(1, ?) g group by 1),
       marked as (insert into dirty_operators select id, now() from chosen)
     ${INSERT} select 'penalties', 'penalty', 'X' || ? || '/' || id, id, md5(id::text), ${PENALTY}, date '2026-10-01', 1, 1, 't', now() from chosen c(i), lateral (select c.i as id) o`,
    [operators, DIRTY, n],
  )
  const options = {
    cause: 'command' as const,
    rules,
    families: await findFamiliesWithSource(db, feeds.values()),
    now: () => new Date(),
  }
  const began = performance.now()
  const done = await scoreNow(db, options)
  if (done?.stored !== DIRTY) throw new Error(`not all the dirty were stored: ${JSON.stringify(done)}`)
  return Math.round(performance.now() - began)
}

/** Folds per second on one core, without the database. */
const foldsPerSecond = (): number => {
  const card = loadScorecard('ecommerce-1')
  const known = (Object.keys(FACT_FAMILIES) as Facts['known'][number][]).sort()
  const facts = Array.from(
    { length: 1_000 },
    (_, i): Facts => ({ asOf: TODAY, kind: 'enterprise', known, events: eventsFor(i) }),
  )
  for (const each of facts) fold(each, card)
  const began = performance.now()
  for (let done = 0; done < FOLDS; done += 1) fold(facts[done % facts.length] as Facts, card)
  const rate = FOLDS / ((performance.now() - began) / 1000)
  say(`the fold alone: ${Math.round(rate)} operators/s, ${RECORDS_EACH} records each`)
  return Math.round(rate)
}

const eventsFor = (i: number): FactEvent[] => {
  const day = (n: number) => `2025-0${1 + (n % 9)}-1${n % 9}`
  const event = (fact: FactName, on: string | null, until: string | null = null): FactEvent => ({
    fact,
    on,
    until,
    record: i * 20 + 1,
  })
  const events: FactEvent[] = [
    event('registered_years', `20${10 + (i % 15)}-05-06`),
    event('registration_active', null),
    event('shop_real_name', '2020-01-01'),
    ...[1, 2, 3].map((n) => event('trademark_held', '2019-01-01', `20${27 + ((i + n) % 5)}-01-01`)),
    ...[1, 2, 3].map((n) => event((i + n) % 11 === 0 ? 'inspection_failed' : 'inspection_passed', day(i + n))),
    event(i % 3 === 0 ? 'penalty_heavy' : 'penalty_light', day(i)),
  ]
  return events.map((each, n) => ({ ...each, record: i * 20 + n }))
}
