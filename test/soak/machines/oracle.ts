/** Compares the database, the stand-ins and the audit log with the client's own log. */
import type { PlatformStandIn } from '../../../src/sandbox/platforms/index.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { hub as command } from '../../support/command.js'
import { rowsOf } from '../../support/world.js'
import { isGood, verdictOf } from '../push/verdict.js'
import type { Client } from './client.js'

/** Jobs whose runs may overlap by design. */
const BESIDE = ['push', 'changes', 'notify']

export interface Verdict {
  /** These are all 0 in a good part. */
  rowsLost: number
  rowsDoubled: number
  movesLost: number
  movesDoubled: number
  deliveriesLost: number
  deliveriesDoubled: number
  platformsWrong: number
  namedAfterRemoval: number
  refused: number
  runsOverlapping: number
  restorations: number
  auditFaults: number
}

const told = (what: string, found: readonly unknown[]): number => {
  if (found.length > 0) process.stderr.write(`${what}: ${JSON.stringify(found.slice(0, 10))}\n`)
  return found.length
}

/** Each hub dates runs by a clock of its own; a trigger dates their begin and end by the server's. */
export const watchRuns = async (db: JobDb): Promise<void> => {
  await db.raw(`
    create table soak_runs (run bigint, what text, at timestamptz not null default clock_timestamp());
    create index soak_runs_run on soak_runs (run);
    create function soak_run() returns trigger language plpgsql as $$ begin
      insert into soak_runs (run, what) values (new.id, tg_op);
      return null; end $$;
    create trigger soak_run_begun after insert on runs for each row execute function soak_run();
    create trigger soak_run_ended after update of ended_at on runs for each row execute function soak_run()`)
}

export const judge = async (given: {
  db: JobDb
  client: Client
  platforms: readonly PlatformStandIn[]
  env: Record<string, string>
}): Promise<Verdict> => {
  const { db, client, platforms, env } = given
  const answers = [...client.questions, ...client.attempts]
  const rows = await rowsOf(
    db,
    `select request, count(*)::int as n from trail where request = any(?) and kind in ('ANSWER', 'OUTCOME') group by 1`,
    [answers.map(({ request }) => request)],
  )
  const kept = new Map(rows.map(({ request, n }) => [String(request), Number(n)]))
  const acknowledged = answers.filter(({ code }) => code === 'OK')
  const events = await rowsOf(
    db,
    `select listing_id as id, move, number from listing_events where move in ('hideListing', 'unhideListing') order by listing_id, number`,
  )
  const lists = [...client.shown.keys()]
  const made = (id: string) => client.moves.filter(({ listing }) => listing === id).map(({ name }) => name)
  const held = (id: string) => events.filter((event) => event['id'] === id).map(({ move }) => String(move))
  const deliveries = await rowsOf(
    db,
    `select subject_id as id, platform, count(*) filter (where action = 'ADD')::int as added,
       count(*) filter (where action = 'REMOVE')::int as removed from deliveries where subject_id = any(?::uuid[]) group by 1, 2`,
    [lists],
  )
  const times = (id: unknown, name: string): number => made(String(id)).filter((each) => each === name).length
  // Each entry was published once before; a removal of what never left needs no delivery.
  const owed = deliveries.map((row) => ({
    ...row,
    added: Number(row['added']) - 1 - times(row['id'], 'unhideListing'),
    removed: Number(row['removed']) - times(row['id'], 'hideListing'),
  }))
  const wanted = new Map([...client.shown].map(([id, isShown]) => [id, isShown === true]))
  const verdicts = await Promise.all(
    platforms.map(async (one) => ({ platform: one.id, verdict: await verdictOf(db, one, wanted) })),
  )
  const overlaps = await rowsOf(
    db,
    `select a.id, b.id as other, a.job, a.subject, a.outcome, ended.at as ended, begun.at as begun
     from runs a join runs b using (job, subject) join soak_runs ended on ended.run = a.id and ended.what = 'UPDATE'
       join soak_runs begun on begun.run = b.id and begun.what = 'INSERT'
     where a.id < b.id and a.job <> all(?) and a.outcome <> 'ABANDONED' and begun.at < ended.at`,
    [BESIDE],
  )
  const restored = await rowsOf(db, 'select * from database_restored')
  const audit = await command(['verify', 'audit', '--json'], env)
  if (audit.status !== 0) process.stderr.write(`${audit.stdout}${audit.stderr}\n`)
  return {
    rowsLost: told(
      'no audit row',
      acknowledged.filter(({ request }) => !kept.has(request)),
    ),
    rowsDoubled: told(
      'audit row doubled',
      rows.filter(({ n }) => Number(n) > 1),
    ),
    movesLost: told(
      'moves lost',
      lists.filter((id) => held(id).length < made(id).length),
    ),
    movesDoubled: told(
      'moves doubled',
      lists.filter(
        (id) => held(id).length > made(id).length || held(id).some((move, at) => at > 0 && move === held(id)[at - 1]),
      ),
    ),
    deliveriesLost: told(
      'deliveries lost',
      owed.filter(({ added }) => added < 0),
    ),
    deliveriesDoubled: told(
      'deliveries doubled',
      owed.filter(({ added, removed }) => added > 0 || removed > 0),
    ),
    platformsWrong: told(
      'platforms',
      verdicts.filter(({ verdict }) => !isGood(verdict)),
    ),
    namedAfterRemoval: told('named after removal', client.named),
    refused: told('refused', client.refused),
    runsOverlapping: told('runs overlap', overlaps),
    restorations: told('taken for restored', restored),
    auditFaults: audit.status === 0 && (audit.json?.cuts ?? []).length === 0 ? 0 : 1,
  }
}
