import type { Agency } from '../../agencies/feed.js'
import { isFeedStale } from '../../domain/intake/bounds.js'
import { examineHub } from '../../domain/office/doctor.js'
import type { Finding, HubCondition } from '../../domain/office/hub-condition.js'
import { daysBetween, shanghaiDate } from '../../foundation/time/dates.js'
import type { Platform } from '../../platforms/platform.js'
import * as people from '../../store/access/people.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import { type Db, databaseVersion } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import { isStandbyMissing } from '../../store/db/standby/standby-wait.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import { readDatabaseCondition } from '../../store/office/condition.js'
import * as proposals from '../../store/office/proposals.js'
import * as runs from '../../store/timetable/runs.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import type { WorkRules } from '../calendar/rules.js'
import { listUnreachedMeasures } from '../matters/lifts.js'
import type { LiveOffice } from './live-office.js'
import { listUnconfirmedRows } from './rule-rows.js'

interface ExaminedParts {
  office: LiveOffice
  rules: WorkRules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name'>[]
}

const PEOPLE_MOST = 10_000
const MINUTE_MS = 60_000

export const examine = async (db: Db, parts: ExaminedParts, now: Date): Promise<Finding[]> => {
  const { office, rules } = parts
  const { embedded, ...host } = await office.host()
  const [database, version, everybody, doubt, restore, { calendar }, inService] = await Promise.all([
    readDatabaseCondition(db),
    databaseVersion(db),
    people.listPeople(db, PEOPLE_MOST),
    clockDoubts.currentDoubt(db),
    restored.currentRestore(db),
    applyAmendmentsToRules(db, rules),
    proposals.isInService(db),
  ])
  const { operator, telephone, email, icpFiling } = office.site()
  const { tickedAt } = database
  const unreached = await listUnreachedMeasures(db, rules, { now, onlyConfirmed: inService })
  return examineHub({
    ...host,
    inService,
    database: { ...database, embedded, behind: version.state !== 'CURRENT' },
    clockDoubted: doubt !== null,
    standbyMissing: await isStandbyMissing(db),
    restored: restore !== null,
    timetableMinutes: tickedAt === null ? null : Math.floor((now.getTime() - tickedAt.getTime()) / MINUTE_MS),
    auditFailed: database.auditOutcome === 'FAILED',
    calendarDaysLeft: daysBetween(shanghaiDate(now), calendar.knownUntil),
    people: everybody.filter(({ endedAt, pendingSince }) => endedAt === null && pendingSince === null),
    feeds: await feedsIn(db, parts, now),
    platforms: await platformsIn(db, parts, now),
    measuresWithoutCarrier: unreached.withoutCarrier,
    measuresStranded: unreached.stranded,
    unconfirmedBinding: listUnconfirmedRows(rules, shanghaiDate(now)).filter(({ binds }) => binds).length,
    site: { operator: operator !== null, contact: telephone !== null || email !== null, filing: icpFiling !== null },
  })
}

const feedsIn = async (db: Db, { agencies, office }: ExaminedParts, now: Date): Promise<HubCondition['feeds']> => {
  const [good, configured] = [await runs.lastGoodPulls(db), office.configured().agencies]
  return agencies.flatMap(({ id, feeds }) =>
    feeds.map((feed) => {
      const lastGood = good.get(feed.id)?.at ?? null
      return {
        title: feed.title.zh,
        configured: configured.has(id),
        lastGood,
        stale: isFeedStale(feed.bounds, lastGood, now),
      }
    }),
  )
}

const HOUR_MS = 60 * MINUTE_MS

const platformsIn = async (
  db: Db,
  { platforms, office }: ExaminedParts,
  now: Date,
): Promise<HubCondition['platforms']> => {
  const [oldest, states, failing] = await Promise.all([
    desk.readOldestOpenByPlatform(db),
    platformStates.all(db),
    platformStates.listPlatformsWithFailures(db),
  ])
  const configured = office.configured().platforms
  const tests = office.testPlatforms()
  return platforms.map(({ id, name }) => {
    const owedAt = oldest.get(id)
    return {
      name: name.zh,
      configured: configured.has(id),
      failing: failing.includes(id),
      paused: states.get(id)?.pausedAt != null,
      held: office.isHeldOnTrial(id),
      isTest: tests.has(id),
      owedHours: owedAt === undefined ? null : (now.getTime() - owedAt.getTime()) / HOUR_MS,
    }
  })
}
