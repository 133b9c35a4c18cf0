import { agencies } from '../agencies/index.js'
import { isFeedStale } from '../domain/intake/bounds.js'
import { lateShare, REPORTING_WINDOW_DAYS } from '../domain/intake/timeliness.js'
import { LIST_COUNTED_MOST } from '../foundation/pages.js'
import type { Hub } from '../hub/hub.js'
import { platforms } from '../platforms/index.js'
import * as lockouts from '../store/access/lockouts.js'
import * as clockDoubts from '../store/db/clock-doubts.js'
import * as restored from '../store/db/restored.js'
import * as deliveries from '../store/delivery/deliveries.js'
import * as desk from '../store/delivery/delivery-desk.js'
import * as platformStates from '../store/delivery/platform-states.js'
import * as feedHealth from '../store/intake/feed-health.js'
import * as rejects from '../store/intake/rejects.js'
import { listOpen } from '../store/intake/unmatched.js'
import * as listings from '../store/listing/listings.js'
import * as operators from '../store/operators/operators.js'
import * as snapshots from '../store/publication/snapshots.js'
import * as confirmedSellers from '../store/standing/confirmed-sellers.js'
import * as webhookQueue from '../store/standing/webhook-queue.js'
import * as webhooks from '../store/standing/webhooks.js'
import * as runs from '../store/timetable/runs.js'
import { listLines } from './program.js'

const LAST_RUNS = 10
const DAY_MS = 86_400_000
const UNMATCHED_SHOWN = 20

const RUN_MEMBERS = ['id', 'job', 'subject', 'cause', 'outcome', 'startedAt', 'endedAt', 'counts', 'error'] as const

const pick = <Row extends object>(row: Row, members: readonly (keyof Row)[]): object =>
  Object.fromEntries(members.map((member) => [member, row[member]]))

export const readStatus = async (hub: Hub): Promise<{ value: object; lines: string[] }> => {
  const { db, addresses } = hub
  const good = await runs.lastGoodPulls(db)
  const owed = new Map((await deliveries.countByPlatform(db)).map((row) => [row.platform, row]))
  const [oldest, refused, states] = await Promise.all([
    desk.readOldestOpenByPlatform(db),
    desk.countRefusals(db),
    platformStates.all(db),
  ])
  const waiting = await rejects.countOpenRows(db)
  const unmatched = await listOpen(db, UNMATCHED_SHOWN)
  const board = await listings.countByState(db)
  const last = await snapshots.readLastSnapshot(db)
  const behind = await restored.currentRestore(db)
  const doubt = await clockDoubts.currentDoubt(db)
  const shut = await lockouts.listLocked(db, hub.now())
  const hooks = await webhooks.listWebhooks(db, null)
  const waits = await webhookQueue.countBacklogs(
    db,
    hooks.map(({ id }) => id),
  )
  const overCap = await confirmedSellers.findListsOverCap(db)
  const recent = await runs.listRuns(db, { first: LAST_RUNS, before: null })

  const watched = await feedHealth.healthOfFeeds(
    db,
    agencies.flatMap(({ sends }) => sends),
    new Date(hub.now().getTime() - REPORTING_WINDOW_DAYS * DAY_MS),
  )
  const rules = await feedHealth.countRulesOfRuns(
    db,
    [...watched.values()].flatMap(({ last }) => last?.run ?? []),
  )

  const feeds = agencies.flatMap((agency) =>
    agency.watched.map((feed) => {
      const at = good.get(feed.id)?.at ?? null
      return {
        feed: feed.id,
        agency: agency.id,
        configured: addresses.agencies[agency.id] !== undefined,
        lastGoodPull: at?.toISOString() ?? null,
        stale: isFeedStale(feed.bounds, at, hub.now()),
        ...watchedView(watched.get(feed.id), rules),
      }
    }),
  )
  const told = platforms.map(({ id, codes }) => {
    const row = owed.get(id)
    const state = states.get(id)
    return {
      platform: id,
      configured: addresses.platforms[id] !== undefined,
      outstanding: row?.outstanding ?? 0,
      refused: row?.refused ?? 0,
      unchecked: row?.unchecked ?? 0,
      confirmed: row?.confirmed ?? 0,
      oldestOutstanding: oldest.get(id)?.toISOString() ?? null,
      refusedByCode: refused
        .filter(({ platform }) => platform === id)
        .map(({ code, count }) => ({ code, count, advice: codes[code]?.zh ?? null })),
      paused: state?.pausedAt
        ? { at: state.pausedAt.toISOString(), by: state.pausedBy, reason: state.pausedReason }
        : null,
      filled: state?.filledAt?.toISOString() ?? null,
      openUntil: state?.openUntil && state.openUntil > hub.now() ? state.openUntil.toISOString() : null,
    }
  })
  const value = {
    operators: await operators.countOperators(db),
    feeds,
    platforms: told,
    webhooks: hooks.map((hook) => hookView(hook, waits.get(hook.id))),
    sellers: overCap,
    restored: behind && { foundAt: behind.foundAt, cause: behind.cause },
    clockDoubted: doubt && { foundAt: doubt.foundAt, expectedAt: doubt.expectedAt, cause: doubt.cause },
    // No names: an unmatched record may be of a natural person.
    waiting: [
      ...new Map(unmatched.map(({ feed, run, row, reason }) => [`${run} ${row}`, { feed, run, row, reason }])).values(),
    ],
    backlog: { ...waiting, listings: Object.fromEntries(board.map((row) => [row.state, row.n])) },
    publication: last && pick(last, ['sequence', 'entries', 'hash', 'publishedAt']),
    lockouts: shut.map(({ lockedUntil, lastAt, ...one }) => ({
      ...one,
      lastAt: lastAt.toISOString(),
      until: lockedUntil.toISOString(),
    })),
    runs: recent.map((run) => pick(run, RUN_MEMBERS)),
  }
  const lines = listLines(
    behind &&
      `数据库由备份恢复，新增已停 · the database was restored from a backup; additions are stopped (${behind.cause})`,
    doubt &&
      `数据库时钟存疑，到期、清除和新增暂停，须 hub clock confirm · the clock of the database is doubted (${doubt.foundAt.toISOString()}, expected ${doubt.expectedAt.toISOString()}); expiry, erasing and additions wait`,
    ...value.lockouts.map(
      (one) =>
        `暂停登录 locked out ${one.kind} ${one.name ?? '（未登记 nobody)'} ${one.address ?? '（各处 everywhere)'} 失败 failures ${one.failures}，至 until ${one.until}`,
    ),
    `主体 operators ${value.operators}`,
    ...feeds.flatMap((f) => [
      `数据源 feed ${f.feed.padEnd(12)} ${f.lastGoodPull ?? '从未 never'}${f.stale ? ' 已过时 stale' : ''}${f.configured ? '' : ' 未配置 not configured'}`,
      ...watchedLines(f),
    ]),
    ...told.flatMap((p) => [
      `平台 platform ${p.platform.padEnd(12)} 未结 outstanding ${p.outstanding}，已确认 confirmed ${p.confirmed}${p.unchecked > 0 ? `，移出待核实 removals to be checked ${p.unchecked}` : ''}${p.configured ? '' : ' 未配置 not configured'}`,
      ...toldLines(p),
    ]),
    ...value.webhooks.map(hookLine),
    ...overCap.map(overCapLine),
    `待认领 unmatched ${waiting.unmatched}，最近拒收 rejects ${waiting.rejects}`,
    ...value.waiting.map((one) => `   ${one.feed} 运行 run ${one.run} 第 ${one.row} 行 row：${one.reason}`),
    `名单 listings ${board.map((row) => `${row.state} ${row.n}`).join('，') || '—'}`,
    `公示 publication ${last ? `第 ${last.sequence} 期，${last.entries} 条` : '—'}`,
    ...recent.map((r) => `运行 run ${r.id} ${r.job} ${r.subject} ${r.cause} ${r.outcome} ${JSON.stringify(r.counts)}`),
  )
  return { value, lines }
}

const watchedView = (one: feedHealth.FeedHealth | undefined, rules: readonly feedHealth.RejectedByRule[]) => ({
  items: one?.last?.received ?? null,
  rejects: one?.last?.rejected ?? null,
  rejectsByRule: rules.filter(({ run }) => run === one?.last?.run).map(({ rule, count }) => ({ rule, count })),
  lastError: one?.last?.error ?? null,
  openRejects: one?.openRejects ?? 0,
  unmatched: one?.unmatched ?? 0,
  late: one?.late ?? 0,
  timely: one?.timely ?? 0,
  lateShare: one === undefined ? null : lateShare(one),
})

const hookView = (
  { client, url, failingSince, disabledAt, disabledBecause }: webhooks.StoredWebhook,
  waits: webhookQueue.WebhookBacklog | undefined,
) => ({
  client,
  url,
  owed: waits?.owed ?? 0,
  removalsOwed: waits?.removalsOwed ?? 0,
  givenUp: waits?.givenUp ?? 0,
  failingSince: failingSince?.toISOString() ?? null,
  disabledAt: disabledAt?.toISOString() ?? null,
  disabledBecause,
})

const hookLine = (hook: ReturnType<typeof hookView>): string =>
  listLines(
    `回调 webhook ${hook.client} ${hook.url} 未送 owed ${hook.owed}，其中移出 removals ${hook.removalsOwed}`,
    hook.givenUp > 0 && `放弃 given up ${hook.givenUp}`,
    hook.disabledAt && `已停用 disabled ${hook.disabledBecause} ${hook.disabledAt}`,
    hook.failingSince && !hook.disabledAt && `自 ${hook.failingSince} 起未收下 takes nothing since`,
  ).join('，')

const overCapLine = (one: confirmedSellers.ListOverCap): string =>
  `卖家名单 sellers of ${one.client}：${one.gradesClosed} 个未核实，等级未开放（上限 ${one.unconfirmedMost}），hub client sellers · ${one.gradesClosed} unconfirmed beyond the cap, grades closed`

const atLeast = (n: number): string => (n >= LIST_COUNTED_MOST ? `${n}+` : String(n))

const watchedLines = (f: ReturnType<typeof watchedView>): string[] =>
  listLines(
    f.lastError && `   最近一次未成 last pull failed：${f.lastError.code} ${f.lastError.message}`,
    f.rejects &&
      `   最近一次 last pull：${f.items} 条 items，拒收 rejected ${f.rejectsByRule.map((r) => `${r.rule} ${r.count}`).join('，')}`,
    f.openRejects + f.unmatched > 0 &&
      `   待处理拒收 open rejects ${atLeast(f.openRejects)}，待认领 unmatched ${atLeast(f.unmatched)}`,
    f.lateShare &&
      `   近 ${REPORTING_WINDOW_DAYS} 日逾期 late ${f.late}，按期 in time ${f.timely}（${Math.round(f.lateShare * 100)} %）`,
  )

interface PlatformBacklog {
  oldestOutstanding: string | null
  refusedByCode: readonly { code: string; count: number; advice: string | null }[]
  paused: { at: string; by: string | null; reason: string | null } | null
  openUntil: string | null
}

const toldLines = ({ paused, openUntil, oldestOutstanding, refusedByCode }: PlatformBacklog): string[] =>
  listLines(
    paused && `   已暂停新增和变更 additions paused：${paused.at} ${paused.by}，${paused.reason}`,
    openUntil && `   连续失败，暂不呼叫 not called before ${openUntil}`,
    oldestOutstanding && `   最早未结 oldest outstanding ${oldestOutstanding}`,
    refusedByCode.map(
      ({ code, count, advice }) =>
        `   拒收 refused ${code} ${count} 件：${advice ?? '字段与说明见 GraphQL deliveries · field and text are in deliveries'}`,
    ),
  )
