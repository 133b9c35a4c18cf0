/**
 * Reconcile: what a platform shows under the keys of this hub, held against what is in force and was confirmed to it. What must
 * not be there is removed, what is stale is told again; what is gone is never sent again by machine, for it may have been repaired
 * there: the entry is hidden until a person settles it. So much gone that it is an outage changes nothing and is told.
 */
import { type Difference, isOutage, judge } from '../../domain/delivery/comparison.js'
import { type Hearing, SETTLE_SECONDS, type SubjectKind } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Platform, Shown } from '../../platforms/platform.js'
import type { Db } from '../../store/db/db.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as findings from '../../store/delivery/discrepancies.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import type { Rules } from '../calendar/rules.js'
import { alone, type Occasioned } from '../timetable/run.js'
import { inForce } from './in-force.js'
import type { Reasons } from './push.js'
import { addThere, type By, removeThere, tellAgain } from './reconcile-settle.js'
import { additionsStopped, shownAhead } from './restored.js'

/** Keys looked up at a time. */
const STEP_KEYS = 1_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const FOUND_NO_MORE = '再次比对未再发现。A later comparison found it no more.'

export interface Compared extends comparisons.Counts {
  platform: string
  alarm: 'MASS_ABSENCE' | null
}

export interface ReconcileOptions extends Occasioned {
  /** Hides an entry that a platform has lost; false: it has moved on, or may not be hidden. A move of listings, given by whoever wires. */
  hideLost: (db: Db, one: { key: string; told: number }, by: By) => Promise<boolean>
  rules: Rules
  platforms: readonly Reading[]
  /** How long a receiver may take to apply what it took, seconds; SETTLE_SECONDS when absent. */
  settleSeconds?: number
  log: Log
  signal?: AbortSignal
}

interface Reading {
  platform: Platform
  url: string
  secret: string
}

/**
 * All platforms side by side, each in a run of its own. `unreachable` names those that could not be read, which are not among
 * `platforms`; an alarm is told with its counts, and its run has failed. Null entries of the timetable taken by another process are left out.
 */
export const reconcile = async (
  db: Db,
  options: ReconcileOptions,
): Promise<{ platforms: Compared[]; unreachable: string[]; reasons: Reasons; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const reasons: Record<string, string> = {}
  const ended = await Promise.allSettled(
    options.platforms.map(async (from) => {
      const counted: { result: Compared | null } = { result: null }
      try {
        await alone(db, { ...options, job: 'reconcile', subject: from.platform.id }, async (run) => {
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

interface Gone {
  key: string
  kind: SubjectKind
  told: number
}
interface Other extends Gone {
  shown: Shown | undefined
  /** The largest number that it was ever owed when it was looked at. */
  highest: number
  differs: Difference[]
}

/** What a reading has come to before anything is done about it. */
interface Read {
  counts: comparisons.Counts
  onTheirWay: number
  others: Shown[]
  highest: number | null
  confirmed: number
  gone: Gone[]
  stale: Other[]
  unwanted: Other[]
  untold: Other[]
  /** The largest sequence that is shown above what was told. */
  ahead: number | null
}

const compareOne = async (db: Db, from: Reading, run: number, options: ReconcileOptions): Promise<Compared> => {
  const { platform } = from
  const { rules, log } = options
  const hearing = hearingOf(rules, platform)
  // Before the platform is read: what has changed since is on its way, and is not judged.
  const before = await comparisons.settledNumbers(db, platform.id, {
    now: options.now(),
    settleSeconds: await unsettledSeconds(db, options),
  })
  const { url, secret } = from
  const shown = await platform.shown({ url, secret, ...(options.signal ? { signal: options.signal } : {}) })
  const read = await held(db, { platform: platform.id, hearing, before, shown, today: dateIn(options.now()), rules })
  const state = await platformStates.of(db, platform.id)
  // Declared wiped and not filled yet: what is gone there is about to be told anew, and was not repaired.
  if (state !== null && state.wipedAt !== null && state.filledAt === null) {
    read.onTheirWay += read.gone.length
    read.gone = []
    read.counts.missing = 0
  }
  // A platform that is new, or hears of another kind, is being told of everything in force.
  const filled = new Set(state?.filledAt == null ? [] : state.filledKinds)
  read.onTheirWay += read.untold.filter(({ kind }) => !filled.has(kind)).length
  read.untold = read.untold.filter(({ kind }) => filled.has(kind))
  if (read.ahead !== null) {
    const platforms = rules.platforms.map(({ id }) => id)
    await shownAhead(db, { platform: platform.id, platforms, highest: read.ahead, now: options.now(), log })
  }
  const restored = await additionsStopped(db)
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
    await findings.keep(tx, platform.id, found, { comparison, at })
    if (!outage) await findings.settleGone(tx, platform.id, { comparison, at, note: FOUND_NO_MORE })
  })
  if (outage)
    log.error({ platform: platform.id, ...counts }, 'so much is absent there that it is an outage: nothing was changed')
  return { platform: platform.id, ...counts, alarm }
}

/**
 * How recent a message is left unjudged. A comparison of the timetable hides by itself what is missing, so it leaves a receiver the
 * time to apply what it took. One that a person asked for, or that a restored database needs, judges everything.
 */
const unsettledSeconds = async (
  db: Db,
  { cause, settleSeconds = SETTLE_SECONDS }: ReconcileOptions,
): Promise<number> => (cause === 'timetable' && !(await additionsStopped(db)) ? settleSeconds : 0)

/** What it is told by this hub's configuration; one that is told nothing is compared by its description. */
const hearingOf = (rules: Rules, platform: Platform): Hearing =>
  rules.platforms.find(({ id }) => id === platform.id) ?? { id: platform.id, kinds: [], lists: null }

interface Holding {
  platform: string
  hearing: Hearing
  before: ReadonlyMap<string, number>
  shown: readonly Shown[]
  today: string
  rules: Rules
}

const held = async (db: Db, { platform, hearing, before, shown, today, rules }: Holding): Promise<Read> => {
  const ours = await ownKeys(db, shown)
  const read: Read = {
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
  const floor = (await platformStates.floors(db)).get(platform) ?? 0
  const look = async (subjects: readonly { key: string; kind: SubjectKind }[], standing: boolean): Promise<void> => {
    const told = await comparisons.toldOf(
      db,
      platform,
      subjects.map(({ key }) => key),
    )
    for (const { key, kind } of subjects) {
      const now = told.get(key)
      const here = ours.get(key)
      const moved = now !== undefined && before.get(key) !== now.highest
      const last = now?.last ? { ...now.last, ...(moved && { state: 'OPEN' as const }) } : null
      // Numbers below the floor are known to have been passed over.
      if (here?.sequence != null && here.sequence > Math.max(now?.highest ?? 0, floor))
        read.ahead = Math.max(read.ahead ?? 0, here.sequence)
      const judged = judge(standing, last, here ?? null)
      if (standing && last?.state === 'CONFIRMED' && last.action !== 'REMOVE') read.confirmed += 1
      const one = { key, kind, told: last?.number ?? 0, highest: now?.highest ?? 0, shown: here, differs: [] }
      if (judged.what === 'ON_ITS_WAY') read.onTheirWay += 1
      else if (judged.what === 'MISSING') read.gone.push(one)
      else if (judged.what === 'UNTOLD') read.untold.push(one)
      else if (judged.what === 'STALE') read.stale.push({ ...one, differs: judged.differs })
      // Of a record only what the platform was told to remove: what is in force of records is their feed's to say.
      else if (judged.what === 'UNWANTED' && (kind === 'listing' || last?.action === 'REMOVE')) read.unwanted.push(one)
    }
  }
  const seen = new Set<string>()
  for await (const page of inForce(db, rules, hearing, today)) {
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

/** By key what is shown under keys of this hub; of one shown twice the newer. Entries of other senders are not looked at. */
const ownKeys = async (db: Db, shown: readonly Shown[]): Promise<Map<string, Shown>> => {
  const ours = new Map<string, Shown>()
  const keyed = shown.filter(({ key }) => UUID.test(key))
  for (let i = 0; i < keyed.length; i += STEP_KEYS) {
    const step = keyed.slice(i, i + STEP_KEYS)
    const known = await comparisons.known(
      db,
      step.map(({ key }) => key),
    )
    for (const one of step) {
      const other = ours.get(one.key)
      if (known.has(one.key) && (other === undefined || (one.sequence ?? 0) > (other.sequence ?? 0)))
        ours.set(one.key, one)
    }
  }
  return ours
}

const highestOf = (shown: readonly Shown[]): number | null =>
  shown.reduce<number | null>((most, { sequence }) => (sequence === null ? most : Math.max(most ?? 0, sequence)), null)

/** Does what is to be done, one by one: each is looked at again where it is held. */
const settle = async (
  db: Db,
  { id, name }: Platform,
  read: Read,
  restored: boolean,
  { rules, now, log, hideLost }: ReconcileOptions,
): Promise<comparisons.Found[]> => {
  const found: comparisons.Found[] = []
  const by = { platform: id, name: name.zh, rules, now: now(), log }
  for (const one of read.unwanted) {
    const did = (await removeThere(db, one, by)) ? 'REMOVAL_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'UNWANTED', did })
  }
  for (const one of read.stale) {
    const did = (await tellAgain(db, one, by)) ? 'CHANGE_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'STALE', did })
  }
  for (const one of read.untold) {
    const did = (await addThere(db, one, by)) ? 'ADDITION_OWED' : 'NOTHING'
    found.push({ ...shape(one), what: 'UNTOLD', did })
  }
  for (const one of read.gone) {
    const did = one.kind === 'listing' && (await hideLost(db, one, by)) ? 'HIDDEN' : 'NOTHING'
    found.push({ ...shape({ ...one, shown: undefined, highest: one.told, differs: [] }), what: 'MISSING', did })
  }
  // A database restored from a backup may have lost what it had published since: a person must know of it, and settles it.
  const unknown = await findings.openKeys(db, id, 'UNKNOWN')
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

const shape = ({ key, kind, told, shown, differs }: Other) => ({
  kind,
  key,
  differs,
  shownSequence: shown?.sequence ?? null,
  toldSequence: told === 0 ? null : told,
})
