/**
 * A missing entry is hidden until a person decides: the platform may have repaired it. Very many only raise
 * an alarm.
 */
import {
  type DiscrepancyKind,
  type DisplayDifference,
  isOutage,
  judgeDisplay,
} from '../../domain/delivery/comparison.js'
import { MESSAGE_SETTLES_SECONDS, type SubjectKind } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import { splitIntoPieces } from '../../foundation/groups.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { ConfiguredPlatform, DisplayedSubject, Platform } from '../../platforms/platform.js'
import type { Db } from '../../store/db/db.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as discrepancies from '../../store/delivery/discrepancies.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import type { WorkRules } from '../calendar/rules.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { subjectsInForce } from './in-force.js'
import {
  type ExaminedSubject,
  queueAddition,
  queueChange,
  queueRemoval,
  type SettleContext,
} from './reconcile-settle.js'
import { areAdditionsStopped, notePlatformAhead } from './restored.js'
import { type FailureReasons, runSideBySide } from './side-by-side.js'

const STEP_KEYS = 1_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const FOUND_NO_MORE = '再次比对未再发现。A later comparison found it no more.'

export interface ComparisonResult extends comparisons.ComparisonCounts {
  platform: string
  alarm: 'MASS_ABSENCE' | null
}

interface ReconcileOptions extends RunOptions {
  hideLost: (db: Db, one: { key: string; told: number }, by: SettleContext) => Promise<boolean>
  rules: WorkRules
  platforms: readonly ConfiguredPlatform[]
  settleSeconds?: number
  log: Log
  signal?: AbortSignal
}

export const reconcilePlatforms = async (
  db: Db,
  options: ReconcileOptions,
): Promise<{ platforms: ComparisonResult[]; unreachable: string[]; reasons: FailureReasons; ms: number }> => {
  const startedAt = options.now()
  const results = new Map<string, ComparisonResult>()
  const reasons = await runSideBySide(options.platforms, async (from) => {
    const { id } = from.platform
    try {
      await runAlone(db, { ...options, job: 'reconcile', subject: id }, async (run, db) => {
        const result = await compareOne(db, from, run.id, options)
        results.set(id, result)
        const { platform, alarm, ...counts } = result
        Object.assign(run.counts, counts)
        if (alarm !== null) throw new Refusal('MASS_ABSENCE', { platform, gone: result.missing })
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (results.has(id)) return
      options.log.warn({ platform: id, reason: reasonOf(error) }, 'a platform could not be compared with')
      throw error
    }
  })
  const platforms = options.platforms.flatMap(({ platform }) => results.get(platform.id) ?? [])
  const ms = options.now().getTime() - startedAt.getTime()
  return { platforms, unreachable: Object.keys(reasons), reasons, ms }
}

interface Discrepancy extends ExaminedSubject {
  what: DiscrepancyKind
  told: number
  shown: DisplayedSubject | undefined
  differs: readonly DisplayDifference[]
}

interface DisplayJudgement {
  expected: number
  onTheirWay: number
  confirmed: number
  discrepancies: Discrepancy[]
  /** Highest delivery number shown that the hub never sent. */
  ahead: number | null
}

const compareOne = async (
  db: Db,
  { platform, url, secret }: ConfiguredPlatform,
  run: number,
  options: ReconcileOptions,
): Promise<ComparisonResult> => {
  const { rules, log, now } = options
  const { id } = platform
  // Deliveries are read before the display: later ones are in flight and not judged.
  const before = await comparisons.readSettledDeliveryNumbers(db, id, {
    now: now(),
    settleSeconds: await unsettledSeconds(db, options),
  })
  const displayed = await platform.shown({ url, secret, ...(options.signal ? { signal: options.signal } : {}) })
  const ours = await ownKeys(db, displayed)
  const read = await judgeSubjects(db, { platform: id, before, ours, today: shanghaiDate(now()), rules })
  const judged = await withoutAwaited(db, id, read)
  if (read.ahead !== null) {
    const platforms = rules.platforms.map((one) => one.id)
    await notePlatformAhead(db, { platform: id, platforms, highest: read.ahead, now: now(), log })
  }
  const restored = await areAdditionsStopped(db)
  const numberOf = (what: DiscrepancyKind) => judged.discrepancies.filter((one) => one.what === what).length
  const counts = {
    shown: ours.size,
    expected: read.expected,
    missing: numberOf('MISSING'),
    stale: numberOf('STALE'),
    unwanted: numberOf('UNWANTED'),
    hidden: 0,
  }
  const outage = isOutage({ gone: counts.missing, confirmed: read.confirmed, shown: ours.size }, restored)
  const others = displayed.filter(({ key }) => !ours.has(key))
  const found = outage
    ? []
    : [
        ...(await settle(db, platform, judged.discrepancies, options)),
        ...(await unknownAmong(db, id, others, restored)),
      ]
  counts.hidden = found.filter(({ did }) => did === 'HIDDEN').length
  const alarm = outage ? ('MASS_ABSENCE' as const) : null
  const { onTheirWay } = judged
  await db.transaction(async (tx) => {
    const at = now()
    const made = { platform: id, run, comparedAt: at, ...counts, onTheirWay, others: others.length, alarm }
    const comparison = await comparisons.add(tx, { ...made, highest: highestOf(displayed) })
    await discrepancies.keepFound(tx, id, found, { comparison, at })
    if (!outage) await discrepancies.settleVanished(tx, id, { comparison, at, note: FOUND_NO_MORE })
  })
  if (outage)
    log.error({ platform: id, ...counts }, 'so much is absent there that it is an outage: nothing was changed')
  return { platform: id, ...counts, alarm }
}

const withoutAwaited = async (
  db: Db,
  platform: string,
  { onTheirWay, discrepancies }: DisplayJudgement,
): Promise<Pick<DisplayJudgement, 'onTheirWay' | 'discrepancies'>> => {
  const state = await platformStates.of(db, platform)
  const filled = state?.filledAt == null ? [] : state.filledKinds
  const isLost = state !== null && state.wipedAt !== null && state.filledAt === null
  const rest = discrepancies.filter(({ what, kind }) => {
    if (what === 'MISSING') return !isLost
    return what !== 'UNTOLD' || filled.includes(kind)
  })
  return { onTheirWay: onTheirWay + discrepancies.length - rest.length, discrepancies: rest }
}

/** Younger deliveries are judged only on request or after a restore: receivers need time. */
const unsettledSeconds = async (
  db: Db,
  { cause, settleSeconds = MESSAGE_SETTLES_SECONDS }: ReconcileOptions,
): Promise<number> => (cause === 'timetable' && !(await areAdditionsStopped(db)) ? settleSeconds : 0)

interface ComparisonInput {
  platform: string
  before: ReadonlyMap<string, number>
  ours: ReadonlyMap<string, DisplayedSubject>
  today: string
  rules: WorkRules
}

const judgeSubjects = async (
  db: Db,
  { platform, before, ours, today, rules }: ComparisonInput,
): Promise<DisplayJudgement> => {
  const read: DisplayJudgement = { expected: 0, onTheirWay: 0, confirmed: 0, discrepancies: [], ahead: null }
  const floor = await platformStates.readSequenceFloor(db, platform)
  const judge = async (subjects: readonly { key: string; kind: SubjectKind }[], standing: boolean): Promise<void> => {
    const keys = subjects.map(({ key }) => key)
    const told = await comparisons.readLastSent(db, platform, keys)
    for (const { key, kind } of subjects) {
      const now = told.get(key)
      const shown = ours.get(key)
      const highest = now?.highest ?? 0
      const moved = now !== undefined && before.get(key) !== highest
      const last = now?.last ? { ...now.last, ...(moved && { state: 'OPEN' as const }) } : null
      // Delivery numbers up to `floor` may have been sent before a restore.
      if (shown?.sequence != null && shown.sequence > Math.max(highest, floor))
        read.ahead = Math.max(read.ahead ?? 0, shown.sequence)
      if (standing && last?.state === 'CONFIRMED' && last.action !== 'REMOVE') read.confirmed += 1
      const judged = judgeDisplay(standing, last, shown ?? null)
      const { what } = judged
      if (what === 'ON_ITS_WAY') read.onTheirWay += 1
      if (what === 'ON_ITS_WAY' || what === 'AGREES') continue
      // A record is unwanted only after the platform was told to remove it.
      if (what === 'UNWANTED' && kind !== 'listing' && last?.action !== 'REMOVE') continue
      const differs = what === 'STALE' ? judged.differs : []
      read.discrepancies.push({ what, key, kind, told: last?.number ?? 0, highest, shown, differs })
    }
  }
  const seen = new Set<string>()
  const receiver = rules.platforms.find(({ id }) => id === platform) ?? { id: platform, kinds: [], lists: null }
  for await (const page of subjectsInForce(db, rules, receiver, today)) {
    for (const { subjectId } of page) seen.add(subjectId)
    read.expected += page.length
    await judge(
      page.map(({ subjectId: key, kind }) => ({ key, kind })),
      true,
    )
  }
  const rest = [...ours.values()].filter(({ key }) => !seen.has(key))
  for (const some of splitIntoPieces(rest, STEP_KEYS)) await judge(some, false)
  return read
}

const ownKeys = async (db: Db, shown: readonly DisplayedSubject[]): Promise<Map<string, DisplayedSubject>> => {
  const ours = new Map<string, DisplayedSubject>()
  const keyed = shown.filter(({ key }) => UUID.test(key))
  for (const step of splitIntoPieces(keyed, STEP_KEYS)) {
    const kinds = await comparisons.findKindsOfKnownKeys(
      db,
      step.map(({ key }) => key),
    )
    for (const one of step) {
      const kind = kinds.get(one.key)
      const other = ours.get(one.key)
      // Displays may state no kind, or a wrong one.
      if (kind && (other === undefined || (one.sequence ?? 0) > (other.sequence ?? 0)))
        ours.set(one.key, { ...one, kind })
    }
  }
  return ours
}

const highestOf = (shown: readonly DisplayedSubject[]): number | null =>
  shown.reduce<number | null>((most, { sequence }) => (sequence === null ? most : Math.max(most ?? 0, sequence)), null)

const settle = async (
  db: Db,
  { id, name }: Platform,
  judged: readonly Discrepancy[],
  { rules, now, log, hideLost }: ReconcileOptions,
): Promise<comparisons.FoundDiscrepancy[]> => {
  const found: comparisons.FoundDiscrepancy[] = []
  const by = { platform: id, name: name.zh, rules, now: now(), log }
  const hide = async (on: Db, one: Discrepancy): Promise<boolean> =>
    one.kind === 'listing' && (await hideLost(on, one, by))
  const corrections = [
    ['UNWANTED', queueRemoval, 'REMOVAL_OWED'],
    ['STALE', queueChange, 'CHANGE_OWED'],
    ['UNTOLD', queueAddition, 'ADDITION_OWED'],
    ['MISSING', hide, 'HIDDEN'],
  ] as const
  for (const [what, correct, done] of corrections)
    for (const one of judged.filter((each) => each.what === what)) {
      const { key, kind, differs, shown, told } = one
      const did = (await correct(db, one, by)) ? done : 'NOTHING'
      const toldSequence = told === 0 ? null : told
      found.push({ what, key, kind, differs, did, shownSequence: shown?.sequence ?? null, toldSequence })
    }
  return found
}

const unknownAmong = async (
  db: Db,
  platform: string,
  others: readonly DisplayedSubject[],
  restored: boolean,
): Promise<comparisons.FoundDiscrepancy[]> => {
  const unknown = new Set(await discrepancies.listOpenKeys(db, platform, 'UNKNOWN'))
  return others
    .filter(({ key }) => UUID.test(key) && (restored || unknown.has(key)))
    .map(({ key, kind, sequence }) => ({
      what: 'UNKNOWN',
      key,
      kind,
      differs: [],
      did: 'NOTHING',
      shownSequence: sequence,
      toldSequence: null,
    }))
}
