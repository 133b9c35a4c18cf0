import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import type { Db } from '../../store/db/db.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { type AuditVerification, type AuditVerifyOptions, verifyAuditLog } from './verify-audit-log.js'

export interface NightlyVerificationParts extends Pick<AuditVerifyOptions, 'now' | 'keys' | 'archiveDir'> {
  log: Log
  metrics?: Metrics
  noted: () => AuditVerifyOptions['noted']
}

export const makeNightlyVerification = (db: Db, { log, metrics, noted, ...parts }: NightlyVerificationParts) => {
  const verify = (
    of: Omit<AuditVerifyOptions, 'now' | 'keys' | 'noted' | 'archiveDir'> = {},
  ): Promise<AuditVerification> => verifyAuditLog(db, { ...parts, noted: noted(), ...of })

  const verifyAndReport = async (signal: AbortSignal | undefined): Promise<AuditVerification> => {
    const verdict = await verify({ gently: true, progress: () => signal?.throwIfAborted() })
    const { ok, walked, broken, faults = 0, cuts } = verdict
    metrics?.audited(faults)
    for (const { after, noted, excuse } of cuts)
      if (excuse !== null) log.warn({ after, noted, excuse }, 'rows of the audit log are lost, for a known reason')
    if (ok) log.info({ walked }, 'the audit log is as it was written')
    else log.error({ broken, faults, walked }, 'the audit log is not as it was written: see hub verify audit')
    return verdict
  }

  return {
    verify,
    atStart: async (signal: AbortSignal): Promise<void> => {
      await verifyAndReport(signal).catch((error) => {
        if (!signal.aborted) log.error({ err: error }, 'the audit log could not be verified')
      })
    },
    nightly: (options: RunOptions & { signal?: AbortSignal }): Promise<AuditVerification | null> =>
      runAlone(db, { ...options, job: 'audit' }, async ({ counts }) => {
        const verdict = await verifyAndReport(options.signal)
        const { walked, cuts, faults = 0, broken } = verdict
        Object.assign(counts, { walked, faults, lost: cuts.length })
        if (broken !== undefined)
          throw new Refusal('AUDIT_BROKEN', { number: broken.number, fault: broken.fault, faults })
        return verdict
      }),
  }
}
