/** Whether the audit log is whole: verified when a hub begins to serve and each night, and told where people and machines look. */
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import type { Db } from '../../store/db/db.js'
import { alone, type Occasioned } from '../timetable/run.js'
import { type TrailVerified, type VerifyOptions, verifyTrail } from './verify-audit-log.js'

export interface AuditParts extends Pick<VerifyOptions, 'now' | 'keys'> {
  log: Log
  metrics?: Metrics
  /** Heads as they are noted outside the database. */
  noted: () => VerifyOptions['noted']
}

export const auditOf = (db: Db, { log, metrics, noted, ...parts }: AuditParts) => {
  const verify = (of: Omit<VerifyOptions, 'now' | 'keys' | 'noted'> = {}): Promise<TrailVerified> =>
    verifyTrail(db, { ...parts, noted: noted(), ...of })

  /** Raises the alarm where a row is not as it was written, or is gone. */
  const watch = async (signal: AbortSignal | undefined): Promise<TrailVerified> => {
    const found = await verify({ gently: true, progress: () => signal?.throwIfAborted() })
    const { ok, walked, broken, faults = 0, cuts } = found
    metrics?.audited(faults)
    for (const { after, noted, excuse } of cuts)
      if (excuse !== null) log.warn({ after, noted, excuse }, 'rows of the audit log are lost, for a known reason')
    if (ok) log.info({ walked }, 'the audit log is as it was written')
    else log.error({ broken, faults, walked }, 'the audit log is not as it was written: see hub verify audit')
    return found
  }

  return {
    verify,
    /** When a hub begins to serve, beside all else. Ends once the signal is given. */
    atStart: async (signal: AbortSignal): Promise<void> => {
      await watch(signal).catch((error) => {
        if (!signal.aborted) log.error({ err: error }, 'the audit log could not be verified')
      })
    },
    /** As a run of the timetable. Refusal AUDIT_BROKEN. Null: another process has this occurrence. */
    nightly: (options: Occasioned & { signal?: AbortSignal }): Promise<TrailVerified | null> =>
      alone(db, { ...options, job: 'audit' }, async ({ counts }) => {
        const found = await watch(options.signal)
        const { walked, cuts, faults = 0, broken } = found
        Object.assign(counts, { walked, faults, lost: cuts.length })
        if (broken !== undefined)
          throw new Refusal('AUDIT_BROKEN', { number: broken.number, fault: broken.fault, faults })
        return found
      }),
  }
}
