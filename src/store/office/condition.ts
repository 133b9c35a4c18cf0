import { type Db, queryOne } from '../db/db.js'

export interface DatabaseCondition {
  version: number
  isSafe: boolean
  tickedAt: Date | null
  auditOutcome: string | null
}

export const readDatabaseCondition = (db: Db): Promise<DatabaseCondition> =>
  queryOne(
    db,
    `select current_setting('server_version_num')::int as version,
       current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as "isSafe",
       (select max(started_at) from runs where job = 'publish' and cause = 'timetable') as "tickedAt",
       (select outcome from runs where job = 'audit' and outcome <> 'RUNNING' order by id desc limit 1) as "auditOutcome"
     /* condition.database */`,
  )

export const readSetupCondition = (
  db: Db,
): Promise<{ authorities: boolean; scores: boolean; cases: boolean; published: boolean }> =>
  queryOne(
    db,
    `select exists (select from authority_statements where state = 'IN_FORCE') as authorities, exists (select from scores) as scores, exists (select from listings where state <> 'LEAD') as cases,
       exists (select from snapshots where entries > 0) as published /* condition.setup */`,
  )
