import type { MailSettings } from '../../domain/notifications/message.js'
import type { HubCondition } from '../../domain/office/hub-condition.js'
import type { OfficeSetting, SiteIdentity } from '../../domain/office/settings.js'
import type { ScheduledJob } from '../timetable/timetable.js'
import type { AddedRuleParts } from './added-rules.js'

export type HostCondition = Pick<
  HubCondition,
  'publicUrl' | 'proxies' | 'openKeyFiles' | 'freeBytes' | 'backupArranged' | 'sendsMail' | 'unreadableSettings'
> & { embedded: boolean }

export interface LiveOffice {
  settings: readonly OfficeSetting[]
  isLocked: (name: string) => boolean
  findSettingsFault: (values: Readonly<Record<string, string>>, removed: readonly string[]) => string | null
  revision: () => number
  onTrial: () => boolean
  /** True during the trial unless the platform's address is stated to be a test environment. */
  isHeldOnTrial: (platform: string) => boolean
  testPlatforms: () => ReadonlySet<string>
  site: () => SiteIdentity
  webhookAllow: () => readonly string[]
  mail: () => MailSettings | null
  timetable: () => readonly ScheduledJob[]
  configured: () => { agencies: ReadonlySet<string>; platforms: ReadonlySet<string> }
  ruleParts: () => AddedRuleParts
  host: () => Promise<HostCondition>
  /** Takes what was confirmed since. Other hubs do so within two seconds. */
  refresh: () => Promise<void>
}
