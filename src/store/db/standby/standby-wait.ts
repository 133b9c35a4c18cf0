import { type Db, queryValue } from '../db.js'

const MISSING_SECONDS = 10

/** How long this role's oldest commit has waited for a synchronous standby. */
export const STANDBY_WAIT_SECONDS_SQL = `(select coalesce(extract(epoch from max(clock_timestamp() - query_start)), 0)::float8
  from pg_stat_activity where datname = current_database() and wait_event = 'SyncRep')`

export const isStandbyMissing = (db: Db): Promise<boolean> =>
  queryValue(db, `select ${STANDBY_WAIT_SECONDS_SQL} >= ? as missing /* standby-wait.missing */`, [MISSING_SECONDS])
