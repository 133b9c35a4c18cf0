import type { IncomingMessage } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { admitViewer, requireAct } from '../api/request/viewer.js'
import { countDaysUntilCalendarEnds } from '../domain/calendar/calendar.js'
import { isFeedStale } from '../domain/intake/bounds.js'
import { reasonOf } from '../foundation/errors.js'
import { equalsSecret } from '../foundation/keys.js'
import type { MetricFigure } from '../foundation/metrics.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import * as feedHealth from '../store/intake/feed-health.js'
import * as store from '../store/timetable/figures.js'
import { FOOTER_LINKS } from '../web/frame/navigation.js'
import { applyAmendmentsToRules } from '../work/calendar/calendar.js'

const FRESH_MS = 5_000
/** Prometheus waits ten seconds by default. */
const FIGURES_WITHIN_MS = 8_000

const DOORS: readonly [string, RegExp][] = [
  ['graphql', /^\/(?:graphql$|graphiql\/)/],
  ['operations', /^\/(?:healthz|readyz|metrics)$/],
  ['v1', /^\/v1\//],
  ['data', /^\/data(?:\/|$)/],
  ['oauth', /^\/oauth\//],
  ['keys', /^\/\.well-known\//],
  ['desk', /^\/desk(?:\/|$)/],
  ['site', new RegExp(`^(?:${FOOTER_LINKS.map(({ path }) => path).join('|')})\\b`)],
  ['site', /^\/(?:$|(?:site\.css|favicon\.ico|icon\.svg|robots\.txt|sitemap\.xml)$)/],
]

export const findRouteGroup = (path: string): string => DOORS.find(([, is]) => is.test(path))?.[0] ?? 'none'

export const makeMetricsHandler = (parts: ApiDependencies): RequestHandler => {
  const figures = cachedFor(FRESH_MS, async () => figuresOf(parts))
  return async (request, response) => {
    if (!isScraper(request, parts.scraping)) requireAct(await admitViewer(request, parts), 'see_lockouts')
    const late = after(FIGURES_WITHIN_MS, null, { ref: false }).then(() =>
      Promise.reject(new Error('no answer in time')),
    )
    const known = await Promise.race([figures(), late]).catch((error: unknown) => {
      parts.log.warn({ reason: reasonOf(error) }, 'the figures of the database could not be read')
      return []
    })
    const isUp = total('hub_database_up', '0: this hub cannot read its database.', known.length > 0 ? 1 : 0)
    const text = await parts.metrics.text([isUp, ...known])
    response.set({ 'Content-Type': parts.metrics.contentType, 'Cache-Control': 'no-store' }).end(text)
  }
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']
const THIS_MACHINE = /^(?:::ffff:)?127\.|^::1$/
/** Only local Host headers: any other name may resolve to this machine (DNS rebinding). */
const NAMED_SO = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** True for the token's holder; without a token, for direct local requests if PUBLIC_URL is local. */
const isScraper = ({ headers, socket }: IncomingMessage, { token, local }: ApiDependencies['scraping']): boolean => {
  if (token !== null) {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    return bearer !== undefined && equalsSecret(bearer, token)
  }
  if (!local || headers.authorization !== undefined || !NAMED_SO.test(headers.host ?? '')) return false
  return THIS_MACHINE.test(socket.remoteAddress ?? '') && FORWARDED.every((name) => headers[name] === undefined)
}

const figuresOf = async ({ db, rules, agencies, platforms, now }: ApiDependencies): Promise<MetricFigure[]> => {
  const at = now()
  const feeds = agencies.flatMap((agency) => agency.watched)
  const ids = feeds.map(({ id }) => id)
  const [known, pulls, { calendar }] = await Promise.all([
    store.readFigures(db, at),
    feedHealth.lastGoodPulls(db, ids),
    applyAmendmentsToRules(db, rules),
  ])
  const since = (instant: Date | null): number =>
    instant === null ? 0 : Math.max(0, (at.getTime() - instant.getTime()) / 1_000)
  const owed = platforms.map(({ id }) => ({ id, ...known.deliveries.find(({ platform }) => platform === id) }))
  const tried = feeds.filter(({ id }) => pulls.has(id))
  const backlog = { dirty_operators: known.dirty, unmatched: known.unmatched }
  return [
    figure(
      'hub_deliveries_outstanding',
      'Deliveries owed to a platform and not confirmed.',
      'platform',
      owed.map(({ id, outstanding = 0 }) => [id, outstanding]),
    ),
    figure(
      'hub_deliveries_refused',
      'Deliveries that a platform refused and nobody has settled.',
      'platform',
      owed.map(({ id, refused = 0 }) => [id, refused]),
    ),
    figure(
      'hub_removal_oldest_seconds',
      'Since when the oldest removal is owed to a platform; 0: none is.',
      'platform',
      owed.map(({ id, oldestRemoval = null }) => [id, since(oldestRemoval)]),
    ),
    figure(
      'hub_feed_last_good_timestamp_seconds',
      'When a feed was last brought whole and well; 0: never. Feeds that were tried.',
      'feed',
      tried.map(({ id }) => [id, epochSecondsOf(pulls.get(id))]),
    ),
    figure(
      'hub_feed_stale',
      '1: answers that rest on this feed say that they are stale.',
      'feed',
      tried.map(({ id, bounds }) => [id, isFeedStale(bounds, pulls.get(id) ?? null, at) ? 1 : 0]),
    ),
    figure(
      'hub_jobs_due',
      'Occurrences that are due and not begun.',
      'job',
      known.jobs.map(({ job, due }) => [job, due]),
    ),
    figure(
      'hub_jobs_due_oldest_seconds',
      'How late the oldest occurrence is that is due and not begun.',
      'job',
      known.jobs.map(({ job, oldest }) => [job, since(oldest)]),
    ),
    figure('hub_backlog', 'Rows that wait, at most 100,000 counted.', 'queue', [
      ...Object.entries(backlog),
      ...known.queues.map(({ queue, rows }): [string, number] => [queue, rows]),
    ]),
    total(
      'hub_calendar_days_left',
      'Days until the announced holidays end; alarm at 60, deadlines beyond them are provisional.',
      countDaysUntilCalendarEnds(calendar, shanghaiDate(at)),
    ),
    figure('hub_held', '1: additions and changes are held until people act.', 'cause', [
      ['restored', known.restored ? 1 : 0],
      ['clock', known.clockDoubted ? 1 : 0],
    ]),
    total(
      'hub_commit_wait_seconds',
      'How long the oldest commit has waited for a synchronous standby; 0: none waits.',
      known.standbyWait,
    ),
    total('hub_lockouts', 'Names and addresses that are shut out after too many failures.', known.lockouts),
    total('hub_trail_head', 'Number of the last row of the trail.', known.trail),
    total(
      'hub_published_timestamp_seconds',
      'When the list was last published; 0: never.',
      epochSecondsOf(known.publication),
    ),
  ]
}

const epochSecondsOf = (instant: Date | null | undefined): number => (instant?.getTime() ?? 0) / 1_000

const figure = (name: string, help: string, label: string, values: readonly [string, number][]): MetricFigure => ({
  name,
  help,
  labels: [label],
  samples: values.map(([text, value]) => ({ labels: { [label]: text }, value })),
})

const total = (name: string, help: string, value: number): MetricFigure => ({
  name,
  help,
  labels: [],
  samples: [{ labels: {}, value }],
})

const cachedFor = <V>(ms: number, look: () => Promise<V>): (() => Promise<V>) => {
  let looked: Promise<V> | null = null
  let at = 0
  return () => {
    if (looked !== null && performance.now() - at < ms) return looked
    at = performance.now()
    looked = look()
    looked.catch(() => {
      looked = null
    })
    return looked
  }
}
