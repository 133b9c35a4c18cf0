import type { Agency } from '../../agencies/feed.js'
import { type SetupStep, setupSteps } from '../../domain/office/setup.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Platform } from '../../platforms/platform.js'
import * as people from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'
import { readSetupCondition } from '../../store/office/condition.js'
import * as proposals from '../../store/office/proposals.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import type { LiveOffice } from './live-office.js'
import { listUnconfirmedRows } from './rule-rows.js'

interface SetupParts {
  office: LiveOffice
  rules: WorkRules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id'>[]
}

const PEOPLE_MOST = 10_000

/** Steps are read from the database, so one is undone when its result is gone. */
export const listSetupSteps = async (
  db: Db,
  { office, rules, agencies, platforms }: SetupParts,
  now: Date,
): Promise<SetupStep[]> => {
  const [everybody, taken, condition, inService] = await Promise.all([
    people.listPeople(db, PEOPLE_MOST),
    runs.listTakenFeeds(db),
    readSetupCondition(db),
    proposals.isInService(db),
  ])
  const { operator, telephone, email } = office.site()
  const configured = office.configured().platforms
  const unconfirmed = listUnconfirmedRows(rules, shanghaiDate(now)).filter(({ binds }) => binds)
  return setupSteps({
    ...condition,
    people: everybody.filter(({ endedAt, pendingSince }) => endedAt === null && pendingSince === null),
    hasSite: operator !== null && (telephone !== null || email !== null),
    taken: new Set(taken),
    feeds: agencies.reduce((sum, { feeds }) => sum + feeds.length, 0),
    platforms: { configured: platforms.filter(({ id }) => configured.has(id)).length, all: platforms.length },
    unconfirmedBinding: unconfirmed.length,
    inService,
  })
}
