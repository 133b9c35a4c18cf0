/**
 * Scores a synthetic world, changes it and scores again. Every stored score is recomputed, and one falsified score must
 * be found.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { feeds } from '../../src/agencies/index.js'
import { findFamiliesOfFeeds } from '../../src/domain/scoring/evidence.js'
import { connect, type Db, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { scoreOperators } from '../../src/work/scoring/score.js'
import { verifyScores } from '../../src/work/scoring/verify.js'
import { verifyStandings } from '../../src/work/standing/verify-standings.js'
import { INSERT, PENALTY, peopled, pulledWhole } from '../bench/people.js'
import { until } from '../support/until.js'
import { log, rowsOf } from '../support/world.js'
import { isGone, named } from './push/witness.js'
import { randomOf } from './random.js'
import { type Verified, verifyAll } from './verified.js'

/** Kills of each of the two scorings. */
const KILLS = 5
/** A killed process has lived at most this long since it began its run, milliseconds. */
const LIVES_MS = 2_500

export interface Replayed {
  /** Scores recomputed, and those that differ. */
  scores: number
  differences: number
  /** Operators whose row of `standing_rows` differs. */
  standings: number
  /** Differences after one row was falsified. */
  found: number
}

/** How the soak scores and verifies: in this process, or by commands. */
interface ScoringWay<T> {
  score: () => Promise<unknown>
  verify: () => Promise<T>
}

/** The tables must be empty. */
export const soakScore = async <T extends Omit<Replayed, 'found'>>(
  db: Db,
  operators: number,
  { score, verify }: ScoringWay<T>,
): Promise<T & Replayed> => {
  await peopled(db, operators)
  await pulledWhole(db)
  await db.raw('insert into dirty_operators select id, now() from operators')
  await score()
  // Every fourth operator gets another penalty, so that its scores have two instants.
  await db.raw(
    `with marked as (insert into dirty_operators select id, now() from operators where id % 4 = 0)
     ${INSERT} select 'penalties', 'penalty', 'X' || id, id, md5(id::text), ${PENALTY}, date '2026-10-01', 1, 1, 'f', now()
     from operators where id % 4 = 0`,
  )
  await score()
  const whole = await verify()
  await db.raw(
    `update scores set value = value - 1, reasons = (
       select json_agg(case when n = 1 then jsonb_set(r::jsonb, '{points}', to_jsonb((r->>'points')::int - 1)) else r::jsonb end order by n)
       from json_array_elements(reasons) with ordinality as e(r, n))
     where id = (select id from scores order by id offset ? limit 1)`,
    [Math.floor(whole.scores / 2)],
  )
  return { ...whole, found: (await verify()).differences }
}

export const scoringHere = (db: Db, rules: WorkRules): ScoringWay<Omit<Replayed, 'found'>> => {
  const families = findFamiliesOfFeeds(feeds.values())
  const options = { cause: 'command' as const, rules, families, now: () => new Date() }
  return {
    score: () => scoreOperators(db, options),
    verify: async () => {
      const { verified: scores, differences } = await verifyScores(db, options)
      const { differences: standings } = await verifyStandings(db, { ...options, log })
      return { scores, differences, standings }
    },
  }
}

interface ScoredAlone extends Replayed, Verified {
  kills: number
  /** Kills that left a run unfinished. */
  interrupted: number
}

/**
 * `hub score` is killed again and again on a database server of its own, then ends. 80,000 operators give 100,000 stored
 * scores.
 */
export const soakScoreAlone = async (operators: number, seed: number): Promise<ScoredAlone> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const db = connect(server.url)
  const env = { DATABASE_URL: server.url, DATA_DIR: join(folder, 'hub') }
  const count = { kills: 0, interrupted: 0 }
  const random = randomOf(seed)
  const score = async (): Promise<void> => {
    const { begin, ended, hub } = await import('../support/command.js')
    for (let n = 0; n < KILLS; n += 1) {
      const name = `score-${count.kills}`
      const before = await runsOf(db)
      const child = begin(['score'], { ...env, DATABASE_URL: named(server.url, name) })
      await until('the run begins', async () => child.exitCode !== null || (await runsOf(db)) > before)
      await wait(random.below(LIVES_MS))
      child.kill('SIGKILL')
      await ended(child)
      await until('its connections are closed', () => isGone(db, name))
      count.kills += 1
      count.interrupted += await unfinished(db)
    }
    const { status, stderr } = await hub(['score', '--json'], env)
    if (status !== 0) throw new Error(stderr)
  }
  try {
    await migrate(db)
    return { ...(await soakScore(db, operators, { score, verify: () => verifyAll(env) })), ...count }
  } finally {
    await db.destroy()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

const runsOf = async (db: JobDb): Promise<number> => (await rowsOf(db, `select 1 from runs where job = 'score'`)).length

/** 1 if the last run of scoring has not ended. */
const unfinished = async (db: JobDb): Promise<number> =>
  (await rowsOf(db, `select outcome from runs where job = 'score' order by id desc limit 1`)).filter(
    ({ outcome }) => outcome === 'RUNNING',
  ).length
