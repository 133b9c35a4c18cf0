/** Derives what there is to tell now from the tables themselves, so nothing is lost when a process dies. */
import type { Agency } from '../../agencies/feed.js'
import { isFeedStale } from '../../domain/intake/bounds.js'
import { PARTY_DEADLINES } from '../../domain/listing/deadlines.js'
import {
  findWaitingStep,
  lastDayToldOf,
  rolesOfDeadline,
  titleOfDeadline,
  titleOfMove,
  WAITING_STATES,
} from '../../domain/notifications/cases.js'
import type { NotificationOccasion } from '../../domain/notifications/kinds.js'
import { nameParty, shortCaseNumber } from '../../domain/notifications/message.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Platform } from '../../platforms/platform.js'
import type { Db } from '../../store/db/db.js'
import * as watch from '../../store/intake/watch.js'
import * as store from '../../store/notifications/occasions.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { selectMoveRules, type WorkRules } from '../calendar/rules.js'

const REMOVAL_LATE_MS = 3_600_000
/** Failed calls in a row: about five minutes of the circuit breaker. */
const PLATFORM_FAILURES = 10

export interface OccasionSources {
  rules: WorkRules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name'>[]
  /** Agencies that are asked; a feed that is not configured is in no trouble. */
  configured: ReadonlySet<string>
}

const NOBODY_IN_PARTICULAR = { region: null, notBy: null, agency: null, code: null }

export const gatherOccasions = async (db: Db, sources: OccasionSources, now: Date): Promise<NotificationOccasion[]> => {
  const today = shanghaiDate(now)
  const rules = await applyAmendmentsToRules(db, sources.rules)
  const parts = await Promise.all([
    gatherCases(db, rules, today),
    gatherDeadlines(db, rules, today),
    gatherObjections(db, sources.agencies),
    gatherFeeds(db, sources, now),
    gatherPlatforms(db, sources.platforms, now),
  ])
  return parts.flat()
}

const gatherCases = async (db: Db, rules: WorkRules, today: string): Promise<NotificationOccasion[]> =>
  (await store.listOpenCases(db, WAITING_STATES)).flatMap((one) => {
    const step = findWaitingStep(one.facts, selectMoveRules(rules, one.list), today)
    if (step === null) return []
    const { list } = selectMoveRules(rules, one.list)
    return [
      {
        ...NOBODY_IN_PARTICULAR,
        kind: one.facts.state === 'REPAIR_APPLIED' ? 'REPAIR' : 'WAITING',
        subject: `case ${one.id}`,
        occasion: `${step.move} ${one.moves}`,
        text: `待${titleOfMove(step.move)}：${nameParty(one)}（${list.zh}，案件 ${shortCaseNumber(one.id)}）`,
        path: `/desk/listings/${one.id}`,
        code: one.code,
        roles: step.roles,
        act: 'move_listing',
        region: one.region,
        notBy: step.notBy,
      },
    ]
  })

const gatherDeadlines = async (db: Db, rules: WorkRules, today: string): Promise<NotificationOccasion[]> => {
  const near = await store.listNearDeadlines(db, {
    until: lastDayToldOf(rules.calendar, today),
    without: PARTY_DEADLINES,
  })
  return near.map((one) => {
    const isMissed = one.dueOn < today
    const title = titleOfDeadline(one.deadline)
    const when = isMissed ? `已于 ${one.dueOn} 到期，逾期未办` : `应于 ${one.dueOn} 前办结`
    return {
      ...NOBODY_IN_PARTICULAR,
      kind: 'DEADLINE',
      subject: `deadline ${one.id}`,
      occasion: `${isMissed ? 'MISSED' : 'COMING'} ${one.dueOn}`,
      text: `${title}：${nameParty(one)}（案件 ${shortCaseNumber(one.listingId)}），${when}`,
      path: `/desk/listings/${one.listingId}`,
      code: one.code,
      roles: rolesOfDeadline(one.deadline),
      act: 'move_listing',
      region: one.region,
    }
  })
}

const gatherObjections = async (db: Db, agencies: readonly Agency[]): Promise<NotificationOccasion[]> =>
  (await store.listOpenObjections(db)).map((one) => {
    const agency = agencies.find(({ feeds }) => feeds.some(({ id }) => id === one.feed))
    const title = agency?.feeds.find(({ id }) => id === one.feed)?.title.zh ?? ''
    return {
      ...NOBODY_IN_PARTICULAR,
      kind: 'OBJECTION',
      subject: `objection ${one.id}`,
      occasion: 'OPEN',
      text: `待核查答复：${nameParty(one)}对${title}提出异议（第 ${one.id} 号）`,
      path: '/desk/listings/objections',
      code: one.code,
      roles: ['officer', 'reviewer', 'agency'],
      act: 'see_objections',
      region: one.region,
      agency: agency?.id ?? null,
    }
  })

const gatherFeeds = async (
  db: Db,
  { agencies, configured }: OccasionSources,
  now: Date,
): Promise<NotificationOccasion[]> => {
  const feeds = agencies.flatMap((agency) =>
    configured.has(agency.id) ? agency.feeds.map((feed) => ({ agency, feed })) : [],
  )
  const ids = feeds.map(({ feed }) => feed.id)
  const [failed, pulls] = await Promise.all([store.listFailedFeeds(db, ids), watch.lastGoodPulls(db, ids)])
  const tell = ({ agency, feed }: (typeof feeds)[number], occasion: string, what: string): NotificationOccasion => ({
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

const TROUBLES: Record<store.PlatformTrouble['trouble'], { what: string; path: string }> = {
  REMOVAL: { what: '移出已超过一小时未获确认，该平台可能仍在展示', path: '/desk/deliveries/retractions' },
  REFUSED: { what: '有推送被拒收，待处理', path: '/desk/deliveries' },
  DOWN: { what: '连续多次未能连通', path: '/desk/deliveries' },
}

const gatherPlatforms = async (
  db: Db,
  platforms: OccasionSources['platforms'],
  now: Date,
): Promise<NotificationOccasion[]> => {
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
        // Where no delivery identifies the trouble, it is told once a day.
        occasion: `${trouble} ${delivery === 0 ? shanghaiDate(now) : delivery}`,
        text: `${name}：${what}`,
        path,
        roles: ['officer', 'reviewer', 'administrator'],
        act: 'direct_platform',
      },
    ]
  })
}
