import { agencies } from '../agencies/index.js'
import { makeGlobalId } from '../api/request/ids.js'
import type { Keys } from '../foundation/keys.js'
import type { Log } from '../foundation/log.js'
import type { Db } from '../store/db/db.js'
import type { AuditLog } from '../work/audit/audit-log.js'
import type { WorkRules } from '../work/calendar/rules.js'
import { makeMatterMessages, matterNumbering } from '../work/matters/changes.js'
import type { LiveOffice } from '../work/office/live-office.js'
import { runChanges } from '../work/standing/changes/run.js'
import type { OccurrenceTurn } from '../work/timetable/occurrences.js'
import { TIMETABLED_RUN_LINGERS_MS } from '../work/timetable/timetable.js'

export interface ChangeFeedParts {
  db: Db
  office: Pick<LiveOffice, 'webhookAllow' | 'mail'>
  keys: Keys
  rules: WorkRules
  now: () => Date
  log: Log
}

/** A null `auditLog` (this process does not serve) means no webhook calls: each needs an audit row. */
export const runChangeFeed = async (
  { db, office, keys, rules, now, log }: ChangeFeedParts,
  { job: _, subject: __, ...turn }: OccurrenceTurn,
  { auditLog, signal }: { auditLog: AuditLog | null; signal: AbortSignal },
): Promise<boolean> => {
  const sending = auditLog && {
    keys,
    agencies,
    lists: rules.lists,
    allow: office.webhookAllow(),
    auditLog,
    matters: makeMatterMessages({ rules, keys }, (id) => makeGlobalId('Matter', id)),
    now,
    random: Math.random,
    log,
  }
  const lingers =
    turn.cause === 'timetable' ? { until: new Date(turn.plannedFor.getTime() + TIMETABLED_RUN_LINGERS_MS) } : {}
  return (await runChanges(db, { ...turn, ...lingers, sending, matters: matterNumbering, signal, now, log })) !== null
}
