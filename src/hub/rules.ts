import type { Config, OfficeConfig } from '../config.js'
import type { Calendar } from '../domain/calendar/calendar.js'
import type { PlatformSubjects } from '../domain/delivery/delivery.js'
import type { ListKind } from '../domain/listing/lists.js'
import { checkLists } from '../domain/listing/lists-check.js'
import { checkMeasuresOfLists } from '../domain/matters/measures.js'
import * as contracts from '../foundation/contracts.js'
import { Refusal } from '../foundation/errors.js'
import { platforms as allPlatforms, subjectsOfPlatform } from '../platforms/index.js'
import { printDocument } from '../web/document/page.js'
import { readRulesFile, type WorkRules } from '../work/calendar/rules.js'
import { readClockRules } from '../work/listing/publication-clocks.js'
import { readMeasureRules } from '../work/matters/measures.js'

export const loadRules = (pseudonymOf: WorkRules['pseudonymOf'], config: Config): WorkRules => {
  const { items, organisations } = readMeasureRules()
  const { lists } = readRulesFile<{ lists: ListKind[] }>('rules/lists', 'contracts/lists', ({ lists }) => [
    ...checkLists(lists, items),
    ...checkMeasuresOfLists(organisations, lists),
  ])
  const days = contracts.schemaDocument('rules/calendar.json') as {
    holidays: string[]
    workdays: string[]
    knownUntil: string
  }
  const calendar: Calendar = {
    holidays: new Set(days.holidays),
    workdays: new Set(days.workdays),
    knownUntil: days.knownUntil,
  }
  return {
    lists,
    calendar,
    clocks: readClockRules(),
    platforms: listConfiguredPlatformSubjects(config),
    pseudonymOf,
    printDocument,
  }
}

/** Throws CONFIG_INVALID for kinds without a format. */
export const listConfiguredPlatformSubjects = ({ platforms }: Pick<OfficeConfig, 'platforms'>): PlatformSubjects[] =>
  allPlatforms.map((platform) => {
    const kinds = platforms[platform.id]?.hears ?? null
    if (kinds === null) return subjectsOfPlatform(platform)
    const known = platform.kinds.filter((kind) => kinds.includes(kind))
    if (known.length === kinds.length) return { ...subjectsOfPlatform(platform), kinds: known }
    const name = platforms[platform.id]?.setting.replace(/URL$/, 'HEARS')
    throw new Refusal('CONFIG_INVALID', {
      faults: `${name}：该平台只接收 ${platform.kinds.join(' ')} / the platform takes only these`,
    })
  })
