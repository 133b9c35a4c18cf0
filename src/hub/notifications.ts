import { agencies } from '../agencies/index.js'
import type { Config } from '../config.js'
import { platforms } from '../platforms/index.js'
import type { AuditLog } from '../work/audit/audit-log.js'
import { makeMailSender } from '../work/notifications/mail.js'
import { runNotifications } from '../work/notifications/notify.js'
import type { OccurrenceTurn } from '../work/timetable/occurrences.js'
import type { Addresses } from './addresses.js'
import type { ChangeFeedParts } from './change-feed.js'

/** Without an `auditLog` (this process does not serve) it composes, but sends nothing. */
export const runNotify = async (
  { db, config, office, keys, rules, now, log }: ChangeFeedParts & { config: Config },
  { job: _, subject: __, ...turn }: OccurrenceTurn,
  given: { auditLog: AuditLog | null; addresses: Addresses; signal: AbortSignal },
): Promise<boolean> => {
  const { auditLog, addresses, signal } = given
  const settings = office.mail()
  const mail = settings && makeMailSender(settings)
  const sending = auditLog && { keys, mail, allow: office.webhookAllow(), auditLog, random: Math.random, log, signal }
  const configured = new Set(Object.keys(addresses.agencies))
  const sources = { rules, agencies, platforms, configured }
  return (await runNotifications(db, { ...turn, sources, publicUrl: config.publicUrl, sending, now, log })) !== null
}
