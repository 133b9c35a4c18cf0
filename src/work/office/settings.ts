import {
  isRemovedSetting,
  type KeptSettingValue,
  type OfficeSetting,
  settingTitle,
  settingWithoutSecret,
} from '../../domain/office/settings.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import type { LiveOffice } from './live-office.js'

export interface SettingsContent {
  values: KeptSettingValue[]
}

export type SettingsProposal = proposals.OfficeProposal<SettingsContent>
type SettingKeys = Pick<Keys, 'seal' | 'unseal' | 'pseudonymOf'>

const VALUE_MOST = 4_096 // characters
const VALUES_MOST = 40

const sealedAbout = (name: string): string => `office setting ${name}`

const latestSettings = (
  inForce: readonly SettingsProposal[],
): Map<string, { value: KeptSettingValue; proposal: SettingsProposal }> =>
  new Map(
    inForce.flatMap((proposal) => proposal.content.values.map((value) => [value.name, { value, proposal }] as const)),
  )

export const listSettingsInForce = async (db: Db) =>
  latestSettings(await proposals.listInForce<SettingsContent>(db, 'SETTINGS'))

export const openSettings = (
  values: Iterable<KeptSettingValue>,
  { unseal }: Pick<Keys, 'unseal'>,
  log?: Log,
): Record<string, string> => {
  const opened: Record<string, string> = {}
  for (const { name, shown, sealed } of values) {
    if (sealed === null) {
      if (shown !== null) opened[name] = shown
      continue
    }
    try {
      opened[name] = unseal(sealed, sealedAbout(name))
    } catch {
      log?.error({ setting: name }, 'a setting of the desk cannot be read with the keys of this folder')
    }
  }
  return opened
}

export interface SettingsInput {
  /** A null value removes the setting. */
  values: readonly { name: string; value: string | null }[]
  reason: string
  by: string
  now: Date
}

/** Refusals: SETTING_UNKNOWN, SETTING_LOCKED, SETTINGS_INVALID, OFFICE_PROPOSAL_WAITS, INPUT_INVALID. */
export const proposeSettings = async (
  db: Db,
  { office, keys }: { office: LiveOffice; keys: SettingKeys },
  { values, reason, by, now }: SettingsInput,
): Promise<proposals.OfficeProposal> => {
  const kept = values.map(({ name, value }) => keptValue(findSetting(office, name), value, keys))
  if (kept.length === 0 || kept.length > VALUES_MOST || new Set(kept.map(({ name }) => name)).size < kept.length)
    throw new Refusal('INPUT_INVALID', {
      reason: `一次改动 1–${VALUES_MOST} 项，每项一次 1 to ${VALUES_MOST} settings, each once`,
    })
  checkSettings(office, kept, keys)
  const made = { kind: 'SETTINGS', content: { values: kept }, by, at: now } as const
  const said = checkAndRedactText(reason, '理由 the reason', keys.pseudonymOf)
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const names = (await proposals.listWaiting<SettingsContent>(tx, 'SETTINGS')).flatMap(({ content }) =>
      content.values.map(({ name }) => name),
    )
    if (kept.some(({ name }) => names.includes(name))) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    return proposals.propose(tx, { ...made, reason: said })
  })
}

const findSetting = (office: LiveOffice, name: string): OfficeSetting => {
  const setting = office.settings.find((each) => each.name === name)
  if (setting === undefined) throw new Refusal('SETTING_UNKNOWN')
  if (office.isLocked(name)) throw new Refusal('SETTING_LOCKED', { name })
  return setting
}

const keptValue = ({ name, kind }: OfficeSetting, given: string | null, keys: SettingKeys): KeptSettingValue => {
  const value = given?.trim() ?? ''
  if (value === '') return { name, shown: null, sealed: null }
  if (value.length > VALUE_MOST || /[\r\n]/.test(value))
    throw new Refusal('INPUT_INVALID', {
      reason: `内容为一行，至多 ${VALUE_MOST} 个字符 one line of ${VALUE_MOST} characters at most`,
    })
  const shown = settingWithoutSecret(kind, value)
  if (kind === 'MAIL_SERVER' && shown !== value)
    throw new Refusal('INPUT_INVALID', {
      reason: '密码请填在“邮件服务器的密码”一项 the password is a setting of its own',
    })
  return { name, shown, sealed: shown === value ? null : keys.seal(value, sealedAbout(name)) }
}

export const checkSettings = (
  office: LiveOffice,
  kept: readonly KeptSettingValue[],
  keys: Pick<Keys, 'unseal'>,
): void => {
  const removed = kept.filter(isRemovedSetting).map(({ name }) => name)
  const fault = office.findSettingsFault({ ...openSettings(kept, keys) }, removed)
  if (fault === null) return
  // People know a setting by its title.
  const longestFirst = [...office.settings].sort((a, b) => b.name.length - a.name.length)
  const faults = longestFirst.reduce((text, setting) => text.replaceAll(setting.name, settingTitle(setting)), fault)
  throw new Refusal('SETTINGS_INVALID', { faults })
}
