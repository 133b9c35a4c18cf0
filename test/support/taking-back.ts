/** Builds two databases with the same history, except that in one of them another run was pulled and rolled back. */
import { expect } from 'chai'
import { RECORD_KINDS } from '../../src/domain/records/records.js'
import type { JobDb } from '../../src/store/db/db.js'
import * as listings from '../../src/store/listing/listings.js'
import * as operators from '../../src/store/operators/operators.js'
import * as versions from '../../src/store/records/versions.js'
import * as scores from '../../src/store/scoring/scores.js'
import * as directory from '../../src/store/standing/directory.js'
import * as standings from '../../src/store/standing/standings.js'
import * as runs from '../../src/store/timetable/runs.js'
import { type RollbackResult, rollBack } from '../../src/work/intake/rollback.js'
import { scoreOperators } from '../../src/work/scoring/score.js'
import {
  at,
  codeOf,
  type FeedGiven,
  later,
  NOW,
  type PullGiven,
  pullItems,
  type Row,
  rowsOf,
  rules,
  TODAY,
} from './world.js'

export const HOUR = 3_600
const ALL = new Date('9999-01-01T00:00:00Z')

/** Pulls and returns the run's id. */
export const bring = async (db: JobDb, rows: readonly Row[], given: FeedGiven & PullGiven): Promise<number> => {
  await pullItems(db, rows, { rules, ...given })
  const [run] = await rowsOf(db, `select max(id) as id from runs where job = 'pull' and outcome = 'DONE'`)
  return Number(run?.['id'])
}
export const back = (db: JobDb, run: number, now = later(HOUR)): Promise<RollbackResult> =>
  rollBack(db, { run, reason: '整批误报', by: 'reviewer-1', rules, now: at(now) })
export const rescored = (db: JobDb, now: Date) =>
  scoreOperators(db, {
    cause: 'command',
    rules,
    families: ['registration', 'penalties', 'lists', 'inspections', 'trademarks'],
    now: at(now),
  })

/** The hub's current answers without ids and instants, so that two databases can be compared. */
export const answers = async (db: JobDb): Promise<unknown> => {
  const all = await directory.listOperators(db, {}, { first: 10_000, after: null })
  const codes = all.map(({ uscc, shop }) => ({
    scheme: uscc ? 'uscc' : 'shop',
    code: uscc ?? shop ?? '',
  }))
  const ids = all.map(({ id }) => id)
  const when = { asOf: TODAY, knownAt: ALL }
  const [stood, records, graded, own, former, further] = await Promise.all([
    standings.readStandings(db, codes, { days: { asOf: TODAY, today: TODAY }, grades: 'ALL' }),
    versions.ofOperators(db, ids, when, { kinds: RECORD_KINDS, removed: true, first: 100, after: null }),
    scores.latest(db, ids, when),
    listings.ofOperators(db, ids),
    operators.formerNames(db, ids),
    operators.codesOf(db, ids),
  ])
  const of = <V extends { operatorId: number | null }>(rows: readonly V[], id: number) =>
    rows.filter(({ operatorId }) => operatorId === id)
  const each = all.map(({ id, uscc, shop, kind, name, region, status }) => {
    const standing = stood.find((row) => row?.operatorId === id)
    const scored = graded.get(id)
    return {
      code: uscc ?? shop,
      kind,
      name,
      region,
      status,
      standing: [standing?.status, standing?.score, standing?.grade, standing?.entries?.length],
      records: of(records, id)
        .map(({ feed, key, body, validFrom, row, page }) => JSON.stringify({ feed, key, body, validFrom, row, page }))
        .sort(),
      score: scored && {
        value: scored.value,
        grade: scored.grade,
        next: scored.nextChangeOn,
        reasons: scored.reasons.map(({ records: cited, ...reason }) => ({ ...reason, cited: cited.length })),
      },
      listings: of(own, id)
        .filter(({ wrongFrom }) => wrongFrom === null)
        .map((one) => [one.list, one.state, one.reason, one.moves]),
      former: of(former, id)
        .map((one) => one.name)
        .sort(),
      codes: of(further, id)
        .map((one) => `${one.scheme} ${one.code}`)
        .sort(),
    }
  })
  return {
    operators: each.sort((a, b) => String(a.code).localeCompare(String(b.code))),
    count: await operators.countOperators(db),
    waiting: await rowsOf(
      db,
      `select feed, record_key, body, reason, digest, name_key, row_number from unmatched where state = 'OPEN' order by 1, 2`,
    ),
    owed: await rowsOf(
      db,
      `select d.platform, d.action, d.notice->'operator'->>'uscc' as uscc from deliveries d where d.state in ('OWED', 'REFUSED') order by 1, 2, 3`,
    ),
    entries: await rowsOf(db, `select body->>'uscc' as uscc from public_entries order by 1`),
    board: await listings.countByState(db),
    fresh: [...(await runs.lastGoodPulls(db)).keys()].sort(),
  }
}

/** Builds both databases. One also receives `wrong`, which is then rolled back. */
export const twins = async (
  one: JobDb,
  other: JobDb,
  told: {
    before?: (db: JobDb) => Promise<unknown>
    wrong: (db: JobDb) => Promise<number>
    after?: (db: JobDb) => Promise<unknown>
  },
): Promise<{ run: number; taken: RollbackResult }> => {
  for (const db of [one, other]) {
    await told.before?.(db)
    await rescored(db, later(60))
  }
  const run = await told.wrong(one)
  await rescored(one, later(180))
  for (const db of [one, other]) await told.after?.(db)
  await rescored(one, later(600))
  const taken = await back(one, run)
  for (const db of [one, other]) await rescored(db, later(HOUR + 60))
  expect(await answers(one)).to.deep.equal(await answers(other))
  return { run, taken }
}

export const registry = (db: JobDb, from: number, to: number, more: Partial<Row> & PullGiven = {}) => {
  const { now = at(NOW), ...row } = more
  return bring(
    db,
    Array.from({ length: to - from + 1 }, (_, i) => ({
      key: codeOf(from + i),
      code: codeOf(from + i),
      name: `长春虚构商贸第${from + i}有限公司`,
      value: '某路1号',
      day: '2019-05-06',
      ...row,
    })),
    { id: 'registry', kind: 'registration', whole: false, now },
  )
}
export const penalties = (db: JobDb, rows: readonly Row[], now: Date) =>
  bring(db, rows, { id: 'penalties', kind: 'penalty', whole: false, now: at(now) })
export const penalty = (n: number, nth = 1, more: Partial<Row> = {}): Row => ({
  key: `P${n}/${nth}`,
  code: codeOf(n),
  name: `长春虚构商贸第${n}有限公司`,
  value: '销售假冒商品',
  day: '2026-10-10',
  ...more,
})
export const wrongFile = (db: JobDb, rows: readonly Row[]) => penalties(db, rows, later(120))
