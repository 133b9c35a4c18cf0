/**
 * Compares a platform's display with what is in force and confirmed. Unwanted entries are removed, stale ones sent
 * again. A missing entry may have been repaired at the platform, so the hub hides it until a person decides. When very
 * many are missing, it raises an alarm and changes nothing.
 */
import { type DisplayDifference, isOutage, judgeDisplay } from '../../domain/delivery/comparison.js'
import { MESSAGE_SETTLES_SECONDS, type PlatformSubjects, type SubjectKind } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
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
import type { FailureReasons } from './push.js'
import { queueAddition, queueChange, queueRemoval, type SettleContext } from './reconcile-settle.js'
import { areAdditionsStopped, notePlatformAhead } from './restored.js'

const STEP_KEYS = 1_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const FOUND_NO_MORE = '再次比对未再发现。A later comparison found it no more.'

export interface ComparisonResult extends comparisons.ComparisonCounts {
  platform: string
  alarm: 'MASS_ABSENCE' | null
}

export interface ReconcileOptions extends RunOptions {
  hideLost: (db: Db, one: { key: string; told: number }, by: SettleContext) => Promise<boolean>
  rules: WorkRules
  platforms: readonly ConfiguredPlatform[]
  settleSeconds?: number
  log: Log
  signal?: AbortSignal
}

/** An alarm makes the platform's run fail. */
export const reconcilePlatforms = async (
  db: Db,
  options: ReconcileOptions,
): Promise<{ platforms: ComparisonResult[]; unreachable: string[]; reasons: FailureReasons; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const reasons: Record<string, string> = {}
  const ended = await Promise.allSettled(
    options.platforms.map(async (from) => {
      const counted: { result: ComparisonResult | null } = { result: null }
      try {
        await runAlone(db, { ...options, job: 'reconcile', subject: from.platform.id }, async (run) => {
          const result = await compareOne(db, from, run.id, options)
          counted.result = result
          const { platform, alarm, ...counts } = result
          Object.assign(run.counts, counts)
          if (alarm !== null) throw new Refusal('MASS_ABSENCE', { platform, gone: result.missing })
        })
      } catch (error) {
        if (!isRefusal(error)) throw error
        if (counted.result === null) {
          unreachable.push(from.platform.id)
          reasons[from.platform.id] = String(error.details['reason'] ?? error.message)
          options.log.warn(
            { platform: from.platform.id, reason: reasonOf(error) },
            'a platform could not be compared with',
          )
        }
      }
      return counted.result
    }),
  )
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const platforms = ended.flatMap((end) => (end.status === 'fulfilled' && end.value !== null ? [end.value] : []))
  return { platforms, unreachable, reasons, ms: options.now().getTime() - startedAt.getTime() }
}

interface MissingEntry {
  key: string
  kind: SubjectKind
  told: number
}
interface Discrepancy extends MissingEntry {
  shown: DisplayedSubject | undefined
  highest: number
  differs: DisplayDifference[]
}

interface DisplayJudgement {
  counts: comparisons.ComparisonCounts
  onTheirWay: number
  others: DisplayedSubject[]
  highest: number | null
  confirmed: number
  gone: MissingEntry[]
  stale: Discrepancy[]
  unwanted: Discrepancy[]
  untold: Discrepancy[]
  /** Highest number shown that exceeds all numbers sent. */
  ahead: number | null
}

const compareOne = async (
  db: Db,
  from: ConfiguredPlatform,
  run: number,
  options: ReconcileOptions,
): Promise<ComparisonResult> => {
  const { platform, url, secret } = from
  const { rules, log } = options
  const hearing = hearingOf(rules, platform)
  // The deliveries are read before the display: later ones are in flight and not judged.
  const before = await comparisons.settledDeliveryNumbers(db, platform.id, {
    now: options.now(),
    settleSeconds: await unsettledSeconds(db, options),
  })
  const shown = await platform.shown({ url, secret, ...(options.signal ? { signal: options.signal } : {}) })
  const today = shanghaiDate(options.now())
  const read = await held(db, { platform: platform.id, hearing, before, shown, today, rules })
  const state = await platformStates.of(db, platform.id)
  // A platform that lost its content misses everything before its backfill, so no entry is judged missing.
  if (state !== null && state.wipedAt !== null && state.filledAt === null) {
    read.onTheirWay += read.gone.length
    read.gone = []
    read.counts.missing = 0
  }
  // Kinds that are not in `filled` await their backfill.
  const filled = new Set(state?.filledAt == null ? [] : state.filledKinds)
  read.onTheirWay += read.untold.filter(({ kind }) => !filled.has(kind)).length
  read.untold = read.untold.filter(({ kind }) => filled.has(kind))
  if (read.ahead !== null) {
    const platforms = rules.platforms.map(({ id }) => id)
    await notePlatformAhead(db, { platform: platform.id, platforms, highest: read.ahead, now: options.now(), log })
  }
  const restored = await areAdditionsStopped(db)
  const { counts } = read
  const { missing: gone } = counts
  const outage = isOutage({ gone, confirmed: read.confirmed, shown: counts.shown }, restored)
  const found = outage ? [] : await settle(db, platform, read, restored, options)
  counts.hidden = found.filter(({ what, did }) => what === 'MISSING' && did === 'HIDDEN').length
  const alarm = outage ? ('MASS_ABSENCE' as const) : null
  const { onTheirWay, highest } = read
  await db.transaction(async (tx) => {
    const at = options.now()
    const made = {
      platform: platform.id,
      run,
      comparedAt: at,
      ...counts,
      onTheirWay,
      others: read.others.length,
      highest,
      alarm,
    }
    const comparison = await comparisons.add(tx, made)
    await discrepancies.keepFound(tx, platform.id, found, { comparison, at })
    if (!outage) await discrepancies.settleVanished(tx, platform.id, { comparison, at, note: FOUND_NO_MORE })
  })
  if (outage)
    log.error({ platform: platform.id, ...counts }, 'so much is absent there that it is an outage: nothing was changed')
  return { platform: platform.id, ...counts, alarm }
}

/**
 * Deliveries younger than this are not judged, to give receivers time. A requested comparison, or one after a restore,
 * judges everything.
 */
const unsettledSeconds = async (
  db: Db,
  { cause, settleSeconds = MESSAGE_SETTLES_SECONDS }: ReconcileOptions,
): Promise<number> => (cause === 'timetable' && !(await areAdditionsStopped(db)) ? settleSeconds : 0)

const hearingOf = (rules: WorkRules, platform: Platform): PlatformSubjects =>
  rules.platforms.find(({ id }) => id === platform.id) ?? { id: platform.id, kinds: [], lists: null }

interface ComparisonInput {
  platform: string
  hearing: PlatformSubjects
  before: ReadonlyMap<string, number>
  shown: readonly DisplayedSubject[]
  today: string
  rules: WorkRules
}

const held = async (
  db: Db,
  { platform, hearing, before, shown, today, rules }: ComparisonInput,
): Promise<DisplayJudgement> => {
  const ours = await ownKeys(db, shown)
  const read: DisplayJudgement = {
    counts: { shown: ours.size, expected: 0, missing: 0, stale: 0, unwanted: 0, hidden: 0 },
    onTheirWay: 0,
    others: shown.filter(({ key }) => !ours.has(key)),
    highest: highestOf(shown),
    confirmed: 0,
    gone: [],
    stale: [],
    unwanted: [],
    untold: [],
    ahead: null,
  }
  const floor = await platformStates.sequenceFloorOf(db, platform)
  const look = async (subjects: readonly { key: string; kind: SubjectKind }[], standing: boolean): Promise<void> => {
    const told = await comparisons.lastSentOf(
      db,
      platform,
      subjects.map(({ key }) => key),
    )
    for (const { key, kind } of subjects) {
      const now = told.get(key)
      const here = ours.get(key)
      const moved = now !== undefined && before.get(key) !== now.highest
      const last = now?.last ? { ...now.last, ...(moved && { state: 'OPEN' as const }) } : null
      // Numbers up to `floor` may have been sent before a restore.
      if (here?.sequence != null && here.sequence > Math.max(now?.highest ?? 0, floor))
        read.ahead = Math.max(read.ahead ?? 0, here.sequence)
      const judged = judgeDisplay(standing, last, here ?? null)
      if (standing && last?.state === 'CONFIRMED' && last.action !== 'REMOVE') read.confirmed += 1
      const one = { key, kind, told: last?.number ?? 0, highest: now?.highest ?? 0, shown: here, differs: [] }
      if (judged.what === 'ON_ITS_WAY') read.onTheirWay += 1
      else if (judged.what === 'MISSING') read.gone.push(one)
      else if (judged.what === 'UNTOLD') read.untold.push(one)
      else if (judged.what === 'STALE') read.stale.push({ ...one, differs: judged.differs })
      // A record is unwanted only after the platform was told to remove it.
      else if (judged.what === 'UNWANTED' && (kind === 'listing' || last?.action === 'REMOVE')) read.unwanted.push(one)
    }
  }
  const seen = new Set<string>()
  for await (const page of subjectsInForce(db, rules, hearing, today)) {
    for (const { subjectId } of page) seen.add(subjectId)
    read.counts.expected += page.length
    await look(
      page.map(({ subjectId: key, kind }) => ({ key, kind })),
      true,
    )
  }
  const rest = [...ours.values()].filter(({ key }) => !seen.has(key))
  for (let i = 0; i < rest.length; i += STEP_KEYS) await look(rest.slice(i, i + STEP_KEYS), false)
  Object.assign(read.counts, { missing: read.gone.length, stale: read.stale.length, unwanted: read.unwanted.length })
  return read
}

const ownKeys = async (db: Db, shown: readonly DisplayedSubject[]): Promise<Map<string, DisplayedSubject>> => {
  const ours = new Map<string, DisplayedSubject>()
  const keyed = shown.filter(({ key }) => UUID.test(key))
  for (let i = 0; i < keyed.length; i += STEP_KEYS) {
    const step = keyed.slice(i, i + STEP_KEYS)
    const known = new Set(
      await comparisons.knownKeys(
        db,
        step.map(({ key }) => key),
      ),
    )
    for (const one of step) {
      const other = ours.get(one.key)
      if (known.has(one.key) && (other === undefined || (one.sequence ?? 0) > (other.sequence ?? 0)))
        ours.set(one.key, one)
    }
  }
  return ours
}

const highestOf = (shown: readonly DisplayedSubject[]): number | null =>
  shown.reduce<number | null>((most, { sequence }) => (sequence === null ? most : Math.max(most ?? 0, sequence)), null)

const settle = async (
  db: Db,
  { id, name }: Platform,
  read: DisplayJudgement,
  restored: boolean,
  { rules, now, log, hideLost }: ReconcileOptions,
): Promise<comparisons.FoundDiscrepancy[]> => {
  const found: comparisons.FoundDiscrepancy[] = []
  const by = { platform: id, name: name.zh, rules, now: now(), log }
  for (const one of read.unwanted) {
    const did = (await queueRemoval(db, one, by)) ? 'REMOVAL_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'UNWANTED', did })
  }
  for (const one of read.stale) {
    const did = (await queueChange(db, one, by)) ? 'CHANGE_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'STALE', did })
  }
  for (const one of read.untold) {
    const did = (await queueAddition(db, one, by)) ? 'ADDITION_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'UNTOLD', did })
  }
  for (const one of read.gone) {
    const did = one.kind === 'listing' && (await hideLost(db, one, by)) ? 'HIDDEN' : 'NOTHING'
    found.push({ ...shape({ ...one, shown: undefined, highest: one.told, differs: [] }), what: 'MISSING', did })
  }
  // An unknown key may belong to an entry that a restored database lost; a person settles it.
  const unknown = await discrepancies.keysOfOpen(db, id, 'UNKNOWN')
  for (const shown of read.others)
    if (UUID.test(shown.key) && (restored || unknown.has(shown.key)))
      found.push({
        kind: shown.kind,
        key: shown.key,
        what: 'UNKNOWN',
        differs: [],
        did: 'NOTHING',
        shownSequence: shown.sequence,
        toldSequence: null,
      })
  return found
}

const shape = ({ key, kind, told, shown, differs }: Discrepancy) => ({
  kind,
  key,
  differs,
  shownSequence: shown?.sequence ?? null,
  toldSequence: told === 0 ? null : told,
})
