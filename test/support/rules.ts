/** Rules for tests of work and store. Child processes import this file, which loads in half the time of `world.ts`. */
import type { ListKind } from '../../src/domain/listing/lists.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { platforms, subjectsOfPlatform } from '../../src/platforms/index.js'
import { printDocument } from '../../src/web/document/page.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { readClockRules } from '../../src/work/listing/publication-clocks.js'

const days = schemaDocument('rules/calendar.json') as { holidays: string[]; workdays: string[]; knownUntil: string }
export const rules: WorkRules = {
  lists: (schemaDocument('rules/lists.json') as { lists: ListKind[] }).lists,
  calendar: { holidays: new Set(days.holidays), workdays: new Set(days.workdays), knownUntil: days.knownUntil },
  clocks: readClockRules(),
  platforms: platforms.map(subjectsOfPlatform),
  pseudonymOf: () => 'hash',
  printDocument,
}
