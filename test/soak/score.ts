/**
 * Scores a synthetic world, changes it and scores again. Every stored score is recomputed, and one falsified score must
 * be found.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { feeds } from '../../src/agencies/index.js'
import { findFamiliesOfFeeds } from '../../src/domain/scoring/evidence.js'
import { connect, type Db, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { scoreOperators } from '../../src/work/scoring/score.js'
import { verifyScores } from '../../src/work/scoring/verify.js'
import { verifyStandings } from '../../src/work/standing/verify-standings.js'
import { INSERT, PENALTY, peopled } from '../bench/people.js'
import { log, rules as testRules } from '../support/world.js'

export interface Replayed {
  verified: number
  differences: number
  /** Operators whose row of `standing_rows` differs. */
  standings: number
  /** Differences after one row was falsified. */
  found: number
}

/** The tables must be empty. */
export const soakScore = async (db: Db, rules: WorkRules, operators: number): Promise<Replayed> => {
  const options = {
    cause: 'command' as const,
    rules,
    families: findFamiliesOfFeeds(feeds.values()),
    now: () => new Date(),
  }
  await peopled(db, operators)
  await db.raw('insert into dirty_operators select id, now() from operators')
  await scoreOperators(db, options)
  // Every fourth operator gets another penalty, so that its scores have two instants.
  await db.raw(
    `with marked as (insert into dirty_operators select id, now() from operators where id % 4 = 0)
     ${INSERT} select 'penalties', 'penalty', 'X' || id, id, md5(id::text), ${PENALTY}, date '2026-10-01', 1, 1, 'f', now()
     from operators where id % 4 = 0`,
  )
  await scoreOperators(db, options)
  const { verified, differences } = await verifyScores(db, options)
  const { differences: standings } = await verifyStandings(db, { ...options, log })
  await db.raw(
    `update scores set value = value - 1, reasons = (
       select json_agg(case when n = 1 then jsonb_set(r::jsonb, '{points}', to_jsonb((r->>'points')::int - 1)) else r::jsonb end order by n)
       from json_array_elements(reasons) with ordinality as e(r, n))
     where id = (select id from scores order by id offset ? limit 1)`,
    [Math.floor(verified / 2)],
  )
  return { verified, differences, standings, found: (await verifyScores(db, options)).differences }
}

/** Runs on a database server of its own. 80,000 operators give 100,000 stored scores. */
export const soakScoreAlone = async (operators: number): Promise<Replayed> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const db = connect(server.url)
  try {
    await migrate(db)
    return await soakScore(db, testRules, operators)
  } finally {
    await db.destroy()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}
