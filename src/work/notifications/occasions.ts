/** Derived from the tables themselves, so nothing is lost when a process dies. */
import type { Agency } from '../../agencies/feed.js'
import { isFeedStale } from '../../domain/intake/bounds.js'
import { splitSeat } from '../../domain/matters/seats.js'
import type { SharedOccasion } from '../../domain/notifications/kinds.js'
import { nameParty } from '../../domain/notifications/message.js'
import { describeDeadline, findUnreceivedDay, lastDayToldOf } from '../../domain/notifications/work.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Platform } from '../../platforms/platform.js'
import type { Db } from '../../store/db/db.js'
import * as feedHealth from '../../store/intake/feed-health.js'
import { listUnreceivedSeats, listWaitingSeats } from '../../store/matters/queues.js'
import * as store from '../../store/notifications/occasions.js'
import type { WorkRules } from '../calendar/rules.js'

const REMOVAL_LATE_MS = 3_600_000
/** Failed calls in a row: about five minutes of the circuit breaker. */
const PLATFORM_FAILURES = 10

export interface OccasionSources {
  rules: WorkRules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name'>[]
  /** Agencies that are asked; an unconfigured feed is in no trouble. */
  configured: ReadonlySet<string>
}

const NOBODY_IN_PARTICULAR = { region: null, agency: null, code: null }

export const gatherOccasions = async (
  db: Db,
  { seats, ...sources }: OccasionSources & { seats: readonly string[] },
  now: Date,
): Promise<SharedOccasion[]> => {
  const parts = await Promise.all([
    gatherObjections(db, sources, now),
    gatherFeeds(db, sources, now),
    gatherPlatforms(db, sources.platforms, now),
    gatherMatters(db, seats, sources.rules, now),
  ])
  return parts.flat()
}

/** Told to officers and agencies. Reviewers hear of objections by the worklist. */
const gatherObjections = async (db: Db, { agencies, rules }: OccasionSources, now: Date): Promise<SharedOccasion[]> => {
  const today = shanghaiDate(now)
  const until = lastDayToldOf(rules.calendar, today)
  return (await store.listOpenObjections(db)).flatMap((one) => {
    const agency = agencies.find(({ feeds }) => feeds.some(({ id }) => id === one.feed))
    const title = agency?.feeds.find(({ id }) => id === one.feed)?.title.zh ?? ''
    const open: SharedOccasion = {
      kind: 'OBJECTION',
      subject: `objection ${one.id}`,
      occasion: 'OPEN',
      text: `待核查答复：${nameParty(one)}对${title}提出异议（第 ${one.id} 号）`,
      path: '/desk/listings/objections',
      code: one.code,
      roles: ['officer', 'agency'],
      act: 'see_objections',
      region: one.region,
      agency: agency?.id ?? null,
    }
    const near = describeDeadline(one.dueOn, { today, until })
    if (near === null) return [open]
    return [open, { ...open, kind: 'DEADLINE' as const, occasion: near.occasion, text: `${open.text}${near.words}` }]
  })
}

const gatherFeeds = async (db: Db, { agencies, configured }: OccasionSources, now: Date): Promise<SharedOccasion[]> => {
  const feeds = agencies.flatMap((agency) =>
    configured.has(agency.id) ? agency.watched.map((feed) => ({ agency, feed })) : [],
  )
  const ids = feeds.map(({ feed }) => feed.id)
  const [failed, pulls] = await Promise.all([store.listFailedFeeds(db, ids), feedHealth.lastGoodPulls(db, ids)])
  const tell = ({ agency, feed }: (typeof feeds)[number], occasion: string, what: string): SharedOccasion => ({
    ...NOBODY_IN_PARTICULAR,
    kind: 'FEED',
    subject: `feed ${feed.id}`,
    occasion,
    text: `${agency.name.zh}的${feed.title.zh}：${what}`,
    path: `/desk/intake/feeds/${feed.id}`,
    roles: ['officer', 'administrator', 'agency'],
    act: 'see_operations',
    agency: agency.id,
  })
  return feeds.flatMap((each) => {
    const { feed } = each
    const failure = failed.find((one) => one.feed === feed.id)
    const good = pulls.get(feed.id)
    const isStale = good instanceof Date && isFeedStale(feed.bounds, good, now)
    return [
      ...(failure === undefined
        ? []
        : [
            tell(
              each,
              `${failure.outcome} ${failure.goodRun}`,
              failure.outcome === 'REFUSED' ? '最近一次报送未予接收' : '最近一次拉取失败',
            ),
          ]),
      ...(isStale ? [tell(each, `STALE ${good.toISOString()}`, '已超过规定时间没有更新')] : []),
    ]
  })
}

const MATTERS_MOST = 1_000

const gatherMatters = async (
  db: Db,
  seats: readonly string[],
  { calendar }: WorkRules,
  now: Date,
): Promise<SharedOccasion[]> => {
  const tell = (seat: string, occasion: string, text: string, path = '/desk/matters'): SharedOccasion => ({
    ...NOBODY_IN_PARTICULAR,
    kind: 'MATTER',
    subject: `matters ${seat}`,
    occasion,
    text,
    path,
    roles: ['officer', 'reviewer', 'agency'],
    act: 'see_matters',
    agency: splitSeat(seat).agency,
    seat,
  })
  const found = await listWaitingSeats(db, seats, { most: MATTERS_MOST, now })
  const before = new Date(`${findUnreceivedDay(calendar, shanghaiDate(now))}T00:00:00+08:00`)
  const unreceived = await listUnreceivedSeats(db, seats, { most: MATTERS_MOST, before })
  const waiting = found.flatMap(({ seat, waiting, latest, late, lateSince }) => [
    tell(seat, `NEW ${latest.toISOString()}`, `${waiting} 件协作事项等待本单位办理`),
    ...(lateSince === null ? [] : [tell(seat, `LATE ${lateSince.toISOString()}`, `${late} 件协作事项已经逾期`)]),
  ])
  const words = '件协作事项由本单位发出，承办单位超过一个工作日没有收悉'
  return [
    ...waiting,
    ...unreceived.map(({ seat, unreceived: n, latest }) =>
      tell(seat, `UNRECEIVED ${latest.toISOString()}`, `${n} ${words}`, '/desk/matters?queue=OTHERS'),
    ),
  ]
}

const TROUBLES: Record<store.PlatformTrouble['trouble'], { what: string; path: string }> = {
  REMOVAL: { what: '移出已超过一小时未获确认，该平台可能仍在展示', path: '/desk/deliveries/retractions' },
  DOWN: { what: '连续多次未能连通', path: '/desk/deliveries' },
}

const gatherPlatforms = async (
  db: Db,
  platforms: OccasionSources['platforms'],
  now: Date,
): Promise<SharedOccasion[]> => {
  const lateSince = new Date(now.getTime() - REMOVAL_LATE_MS)
  const troubles = await store.listPlatformTroubles(db, { lateSince, failures: PLATFORM_FAILURES })
  return troubles.flatMap(({ platform, trouble, delivery }) => {
    const name = platforms.find(({ id }) => id === platform)?.name.zh
    if (name === undefined) return []
    const { what, path } = TROUBLES[trouble]
    return [
      {
        ...NOBODY_IN_PARTICULAR,
        kind: 'PLATFORM',
        subject: `platform ${platform}`,
        // Trouble that no delivery identifies is told once a day.
        occasion: `${trouble} ${delivery === 0 ? shanghaiDate(now) : delivery}`,
        text: `${name}：${what}`,
        path,
        roles: ['officer', 'reviewer', 'administrator'],
        act: 'direct_platform',
      },
    ]
  })
}
