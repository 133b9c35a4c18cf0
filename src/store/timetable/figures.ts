import { IS_CLOCK_DOUBTED_SQL } from '../db/clock-doubts.js'
import type { Db } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { STANDBY_WAIT_SECONDS_SQL } from '../db/standby/standby-wait.js'
import { isUnfinishedSql } from '../delivery/deliveries.js'

export interface HubFigures {
  deliveries: { platform: string; outstanding: number; oldestRemoval: Date | null; refused: number }[]
  lockouts: number
  dirty: number
  unmatched: number
  jobs: { job: string; due: number; oldest: Date | null }[]
  publication: Date | null
  trail: number
  restored: boolean
  clockDoubted: boolean
  standbyWait: number
  queues: { queue: string; rows: number }[]
}

const COUNTED_MOST = 100_000
const QUEUE_LENGTHS = `${[
  { queue: 'seller_lists_over_cap', table: 'seller_lists', waits: 'current and grades_closed > 0' },
  { queue: 'changes', table: 'change_marks', waits: 'true' },
  { queue: 'seller_removals', table: 'seller_removals', waits: 'confirmed_at is null' },
  { queue: 'webhooks_failing', table: 'webhooks', waits: 'failures > 0' },
  { queue: 'notifications', table: 'notification_messages', waits: "state = 'OWED'" },
  {
    queue: 'notifications_dead',
    table: 'notification_messages',
    waits: "state = 'DEAD' and ended_at > :now::timestamptz - interval '7 days'",
  },
]
  .map(
    ({ queue, table, waits }) =>
      `select '${queue}' as queue, (select count(*)::int from (select 1 from ${table} where ${waits} limit :most) q) as rows`,
  )
  .join(' union all ')} /* figures.queues */`

export const readFigures = async (db: Db, now: Date): Promise<HubFigures> => {
  const [deliveries, single, jobs, queues] = await Promise.all([
    db.raw(`select d.platform, count(*) filter (where d.state = 'OWED')::int as outstanding,
        count(*) filter (where d.state = 'REFUSED')::int as refused,
        min(d.created_at) filter (where d.action = 'REMOVE') as "oldestRemoval"
      from deliveries d where ${isUnfinishedSql('d')} group by d.platform /* figures.deliveries */`),
    db.raw(
      `select (select count(*)::int from lockouts where locked_until > :now) as lockouts,
        (select count(*)::int from (select 1 from dirty_operators limit :most) d) as dirty,
        (select count(*)::int from (select 1 from unmatched where state = 'OPEN' limit :most) u) as unmatched,
        (select published_at from snapshots order by sequence desc limit 1) as publication,
        (select coalesce(max(number), 0)::bigint from trail) as trail,
        not ${MAY_PUBLISH_LIST_SQL} as restored, ${IS_CLOCK_DOUBTED_SQL} as "clockDoubted",
        ${STANDBY_WAIT_SECONDS_SQL} as "standbyWait" /* figures.single */`,
      { most: COUNTED_MOST, now },
    ),
    db.raw(`select job, count(*)::int as due, min(planned_for) as oldest from occurrences
      where ended_at is null and state = 'DUE' group by job /* figures.jobs */`),
    db.raw(QUEUE_LENGTHS, { most: COUNTED_MOST, now }),
  ])
  return { deliveries: deliveries.rows, ...single.rows[0], jobs: jobs.rows, queues: queues.rows }
}
