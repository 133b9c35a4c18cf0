import { feeds, mirrors } from '../agencies/index.js'
import { type Config, OFFICE_SETTINGS, type OfficeConfig } from '../config.js'
import { type RuleConfirmations, withConfirmations } from '../domain/calendar/rule-confirmations.js'
import type { PlatformSubjects } from '../domain/delivery/delivery.js'
import type { ListKind } from '../domain/listing/lists.js'
import { isRemovedSetting, settingGroup, settingTitle } from '../domain/office/settings.js'
import { isRefusal, reasonOf } from '../foundation/errors.js'
import type { Keys } from '../foundation/keys.js'
import type { Log } from '../foundation/log.js'
import type { Db } from '../store/db/db.js'
import * as proposals from '../store/office/proposals.js'
import type { WorkRules } from '../work/calendar/rules.js'
import { readClockRules } from '../work/listing/publication-clocks.js'
import { listAllLists } from '../work/office/added-rules.js'
import { type ListEnd, withListEnds } from '../work/office/list-ends.js'
import type { LiveOffice } from '../work/office/live-office.js'
import type { AddedRule } from '../work/office/rule-files.js'
import { type RuleRowContent, readConfirmations } from '../work/office/rule-rows.js'
import { listSettingsInForce, openSettings } from '../work/office/settings.js'
import { makeTimetable, type ScheduledJob } from '../work/timetable/timetable.js'
import { type Addresses, mergeAddresses } from './addresses.js'
import { readHostCondition } from './host.js'
import { listConfiguredPlatformSubjects } from './rules.js'

/** A hub notices within this time what another one confirmed. */
const LOOK_EVERY_MS = 2_000

type SettingValues = Readonly<Record<string, string>>

interface OfficeState {
  revision: number
  onTrial: boolean
  values: SettingValues
  unreadable: string[]
  config: OfficeConfig
  addresses: Addresses
  subjects: PlatformSubjects[]
  layered: Required<Pick<WorkRules, 'lists' | 'clocks' | 'confirmations'>>
  timetable: ScheduledJob[]
}

export interface HubOfficeParts {
  config: Config
  filed: WorkRules
  standIns: Addresses | undefined
  keys: Pick<Keys, 'unseal'>
  log: Log
}

export const openOffice = async (db: Db, parts: HubOfficeParts) => {
  const { config, log } = parts
  let state = await readState(db, parts)
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    if ((await proposals.readRevision(db)) !== state.revision) state = await readState(db, parts)
  }
  const refresh = (): Promise<void> => {
    // A look that has begun may have read before the change.
    looking = (looking ?? Promise.resolve()).catch(() => undefined).then(look)
    return looking
  }
  const office: LiveOffice = {
    settings: OFFICE_SETTINGS,
    isLocked: (name) => config.locked.includes(name),
    findSettingsFault: (values, removed) => {
      const kept = Object.entries({ ...state.values, ...values }).filter(([name]) => !removed.includes(name))
      return findFault(config, Object.fromEntries(kept))
    },
    revision: () => state.revision,
    onTrial: () => state.onTrial,
    isHeldOnTrial: (platform) => state.onTrial && hasRealAddress(state.config, platform),
    testPlatforms: () => new Set(Object.entries(state.config.platforms).flatMap(([id, of]) => (of.isTest ? [id] : []))),
    site: () => state.config.site,
    webhookAllow: () => [...state.config.webhookAllow, ...(parts.standIns?.webhookAllow ?? [])],
    mail: () => state.config.mail ?? parts.standIns?.mail ?? null,
    timetable: () => state.timetable,
    configured: () => ({
      agencies: new Set(Object.keys(state.addresses.agencies)),
      platforms: new Set(Object.keys(state.addresses.platforms)),
    }),
    ruleParts: () => ({ filedLists: parts.filed.lists, feeds, pseudonymOf: parts.filed.pseudonymOf }),
    host: () => readHostCondition(config, { ...state, sendsMail: office.mail() !== null }),
    refresh,
  }
  return {
    ...office,
    rules: liveRules(parts.filed, () => state),
    addresses: () => state.addresses,
    start: (): void => {
      timer ??= setInterval(() => {
        refresh().catch((error) => log.warn({ reason: reasonOf(error) }, 'settings of the desk could not be read'))
      }, LOOK_EVERY_MS).unref()
    },
    stop: (): void => {
      if (timer !== null) clearInterval(timer)
      timer = null
    },
  }
}

const hasRealAddress = ({ platforms }: OfficeConfig, platform: string): boolean => {
  const of = platforms[platform]
  return of !== undefined && of.url !== null && !of.isTest
}

const liveRules = (filed: WorkRules, state: () => OfficeState): WorkRules => ({
  ...filed,
  get lists() {
    return state().layered.lists
  },
  get clocks() {
    return state().layered.clocks
  },
  get confirmations() {
    return state().layered.confirmations
  },
  get platforms() {
    return state().subjects
  },
})

const findFault = (config: Config, values: SettingValues): string | null => {
  try {
    laidOver(config, values)
    return null
  } catch (error) {
    if (isRefusal(error) && error.code === 'CONFIG_INVALID') return String(error.details['faults'])
    throw error
  }
}

const laidOver = (config: Config, values: SettingValues) => {
  const laid = config.withOffice(values)
  return { config: laid, subjects: listConfiguredPlatformSubjects(laid) }
}

const readState = async (db: Db, { config, filed, standIns, keys, log }: HubOfficeParts): Promise<OfficeState> => {
  const revision = await proposals.readRevision(db)
  const onTrial = await proposals.isOnTrial(db)
  const latest = await listSettingsInForce(db)
  const opened = openSettings(
    [...latest.values()].map(({ value }) => value),
    keys,
    log,
  )
  const values = usableSettings(config, opened, log)
  const unreadable = OFFICE_SETTINGS.filter(({ name }) => {
    const kept = latest.get(name)?.value
    return kept !== undefined && !isRemovedSetting(kept) && opened[name] === undefined
  }).map(settingTitle)
  const laid = laidOver(config, values)
  const addresses = mergeAddresses(laid.config, standIns)
  const added = await proposals.listInForce<AddedRule>(db, 'RULES_ADDED')
  const ends = await proposals.listInForce<ListEnd>(db, 'LIST_ENDED')
  const own = added.map(({ content }) => content)
  const lists = withListEnds(listAllLists(filed.lists, own), added, ends)
  const confirmations = readConfirmations(await proposals.listInForce<RuleRowContent>(db, 'RULE_ROW'))
  const layered = layOver(lists, confirmations)
  return {
    revision,
    onTrial,
    values,
    unreadable,
    ...laid,
    layered,
    addresses,
    timetable: timetableOf(addresses, config.mattersFolder !== null),
  }
}

const layOver = (lists: readonly ListKind[], confirmations: RuleConfirmations): OfficeState['layered'] => ({
  lists: withConfirmations('lists', { lists }, confirmations).lists,
  clocks: readClockRules(confirmations),
  confirmations,
})

/** Settings of one group stand or fall together. */
const usableSettings = (config: Config, opened: SettingValues, log: Log): SettingValues => {
  const subjects = new Map<string, string[]>()
  for (const { name, kind } of OFFICE_SETTINGS) {
    if (opened[name] === undefined) continue
    const subject = settingGroup({ name, kind })
    subjects.set(subject, [...(subjects.get(subject) ?? []), name])
  }
  let usable: SettingValues = {}
  for (const names of subjects.values()) {
    const tried = { ...usable, ...Object.fromEntries(names.map((name) => [name, opened[name] ?? ''])) }
    try {
      laidOver(config, tried)
      usable = tried
    } catch (error) {
      if (!isRefusal(error)) throw error
      log.error({ settings: names }, 'settings of the desk are not valid any more and are left out')
    }
  }
  return usable
}

const timetableOf = ({ agencies, platforms }: Addresses, hasExchange: boolean): ScheduledJob[] => {
  const fed = [...feeds.values(), ...mirrors.values()].flatMap(({ id, agency }) => {
    const address = agencies[agency]
    return address === undefined ? [] : [{ id, watched: !/^https?:/.test(address) }]
  })
  return makeTimetable(fed, Object.keys(platforms), { hasExchange })
}
