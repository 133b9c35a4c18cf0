import type { BilingualText } from '../../foundation/text/words.js'

export type FindingSeverity = 'FAULT' | 'WARNING' | 'NOTE'

export interface Finding extends BilingualText {
  id: string
  severity: FindingSeverity
  next: BilingualText
}

interface PlatformCondition {
  name: string
  configured: boolean
  failing: boolean
  paused: boolean
  /** Additions wait for the office to be in service. */
  held: boolean
  isTest: boolean
  owedHours: number | null
}

/** The migrations need STORAGE in CREATE TABLE, which PostgreSQL has since this release. */
export const POSTGRESQL_LEAST = 16

export interface HubCondition {
  inService: boolean
  publicUrl: string
  proxies: number
  openKeyFiles: number
  freeBytes: number | null
  database: { version: number; embedded: boolean; isSafe: boolean; behind: boolean }
  clockDoubted: boolean
  standbyMissing: boolean
  restored: boolean
  timetableMinutes: number | null
  auditFailed: boolean
  calendarDaysLeft: number
  people: { role: string; duty: string | null }[]
  feeds: { title: string; configured: boolean; lastGood: Date | null; stale: boolean }[]
  platforms: PlatformCondition[]
  /** Measures of entries in force for which no organisation stands. */
  measuresWithoutCarrier: {
    item: string
    agency: string
    line: string
    region: string
    place: string
    entries: number
  }[]
  /** Open measures of an organisation that has ended without a successor. */
  measuresStranded: { seat: string; measures: number }[]
  unconfirmedBinding: number
  site: { operator: boolean; contact: boolean; filing: boolean }
  backupArranged: boolean
  sendsMail: boolean
  unreadableSettings: string[]
}

export type Words = readonly [zh: string, en: string]
export type FindingMaker = (of: HubCondition) => (Finding | null)[]

export const finding = (id: string, severity: FindingSeverity, [zh, en]: Words, [nextZh, nextEn]: Words): Finding => ({
  ...{ id, severity, zh, en },
  next: { zh: nextZh, en: nextEn },
})

export const SETTINGS: Words = [
  '由两名管理员在“本机关设置”中设定。',
  'Two administrators set it at the desk (本机关设置).',
]
