/**
 * The soak of push: hub processes are killed and platforms misbehave while subjects change. At the end each platform
 * shows exactly what it should, and everything a killed process held was taken over in time.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { PlatformStandIn } from '../../src/sandbox/platforms/index.js'
import type { JobDb } from '../../src/store/db/db.js'
import { verifyStandings } from '../../src/work/standing/verify-standings.js'
import { log, rowsOf } from '../support/world.js'
import { type Fleet, type Life, makeFleet } from './push/fleet.js'
import { makeSubjects } from './push/subjects.js'
import { doneAndShown, isGood, isSettled, type PlatformVerdict, statesOf, verdictOf } from './push/verdict.js'
import { holders, isGone, type Takeover, takeovers, watch } from './push/witness.js'
import { type Random, randomOf } from './random.js'

/** Milliseconds within which a killed process's claims are taken over. */
const TAKEOVER_MS = 15_000
/** Grace period after a platform's outage, milliseconds. */
const RECOVERY_MS = 30_000
const ASK_AGAIN_MS = 50
/** Share of messages with some trouble. */
const CHAOS_SHARE = 0.15
/** Open deliveries per subject at which moves pause. More would mostly be folded. */
const OPEN_PER_SUBJECT = 2
/** Number of late takeovers that the result shows in full. */
const LATE_SHOWN = 5
/** Share of kills that hit a process without a claim. */
const IDLE_SHARE = 0.1
/** Share of all deliveries by which these may run ahead of the kills. */
const AHEAD_SHARE = 0.02

export interface SoakGiven {
  db: JobDb
  platforms: readonly PlatformStandIn[]
  begin: Parameters<typeof makeFleet>[1]
  hubs: number
  subjects: number
  /** Number of confirmed deliveries to reach. */
  deliveries: number
  kills: number
  seed: number
  now: () => Date
  /** Platforms that ignore the sequence and apply rows up to so many milliseconds late. */
  careless: { platforms: readonly string[]; appliesWithinMs: number }
  /** Delay of each answer in milliseconds, so that kills meet work in progress. */
  delayMs: number
  /** Outage and pause between outages, milliseconds. */
  outage: { awayMs: number; betweenMs: number }
  /** If true, the next kill waits until the last takeover is complete. */
  apart: boolean
  /** Milliseconds to wait for a process with a claim, and for all deliveries at the end. */
  killWithinMs: number
  drainWithinMs: number
  progress?: (confirmed: number, kills: number) => void
}

/** Rows that killed processes held. */
interface Taken {
  leased: number
  /** Replaced by a removal before the takeover. */
  folded: number
  /** Not measured, because the platform was away. */
  duringOutage: number
  open: number
  worstMs: number
  medianMs: number
  late: number
  /** The worst late ones. */
  latest: Takeover[]
}

export interface Soaked {
  ok: boolean
  kills: number
  moves: Readonly<Record<string, number>>
  /** Deliveries by state. */
  deliveries: Record<string, number>
  /** Operators whose row of `standing_rows` differs. */
  standings: number
  takeovers: Taken
  platforms: Record<string, PlatformVerdict>
  /** Checks whether a removal counts as done while its entry is displayed, and the cases found. */
  looks: number
  doneWhileShown: number
  ms: number
}

export const soakPush = async (given: SoakGiven): Promise<Soaked> => {
  const { db, platforms, seed } = given
  const startedAt = Date.now()
  const random = randomOf(seed)
  const isCareless = (id: string) => given.careless.platforms.includes(id)
  await watch(db)
  const fleet = makeFleet(given.hubs, given.begin)
  const subjects = await makeSubjects(db, given.subjects, random, given.now)
  await fleet.allReady()
  for (const [index, one] of platforms.entries())
    one.behave({
      delayMs: given.delayMs,
      chaos: { seed: seed + index, share: CHAOS_SHARE },
      ...(isCareless(one.id) && { ignoresSequence: true, appliesWithinMs: given.careless.appliesWithinMs }),
    })

  const soaking = new AbortController()
  const looking = new AbortController()
  const looked = { looks: 0, doneWhileShown: 0 }
  const killed = new Map<string, number>()
  const away: Away[] = []
  const done = async () => (await statesOf(db))['CONFIRMED'] ?? 0
  try {
    const sides = [
      moving(given, subjects.move, killed, soaking.signal),
      failing(given, away, soaking.signal),
      killing(given, fleet, killed, randomOf(seed + 99), soaking.signal),
    ]
    for (const side of sides) side.catch(() => soaking.abort())
    const looks = watchingDone(given, looked, looking.signal)
    looks.catch(() => soaking.abort())
    while (!soaking.signal.aborted) {
      fleet.check()
      const confirmed = await done()
      given.progress?.(confirmed, killed.size)
      if (confirmed >= given.deliveries && killed.size >= given.kills) break
      await wait(ASK_AGAIN_MS)
    }
    soaking.abort()
    await Promise.all(sides)
    for (const one of platforms) one.behave({ delayMs: 0, chaos: null, outage: false })
    const applied = () => platforms.every(({ pending }) => pending === 0)
    const drained = await until(async () => applied() && (await isSettled(db)), given.drainWithinMs)
    looking.abort()
    await looks
    const verdicts = await Promise.all(
      platforms.map(async (one) => {
        const verdict = await verdictOf(db, one, subjects.shown, { careless: isCareless(one.id) })
        return [one.id, verdict] as const
      }),
    )
    const taken = summary(await takeovers(db, killed), away)
    const states = await statesOf(db)
    const standings = await verifyStandings(db, { now: () => new Date(), log })
    return {
      ok:
        drained &&
        standings.differences === 0 &&
        verdicts.every(([, verdict]) => isGood(verdict)) &&
        taken.late === 0 &&
        taken.open === 0 &&
        looked.doneWhileShown === 0 &&
        killed.size >= given.kills &&
        states['REFUSED'] === undefined,
      kills: killed.size,
      moves: subjects.moves,
      deliveries: states,
      standings: standings.differences,
      takeovers: taken,
      platforms: Object.fromEntries(verdicts),
      ...looked,
      ms: Date.now() - startedAt,
    }
  } finally {
    soaking.abort()
    looking.abort()
    await fleet.stop()
  }
}

/** Polls for a removal that counts as done while its entry is displayed. */
const watchingDone = async (
  { db, platforms }: SoakGiven,
  looked: { looks: number; doneWhileShown: number },
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    for (const platform of platforms) {
      looked.looks += 1
      looked.doneWhileShown += (await doneAndShown(db, platform)).length
    }
    await pause(ASK_AGAIN_MS, signal)
  }
}

/** Makes moves at the pace of the kills, enough to keep platforms busy. */
const moving = async (
  { db, subjects, deliveries, kills }: SoakGiven,
  move: () => Promise<void>,
  killed: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<void> => {
  const tooMany = async () => {
    const { OWED = 0, CONFIRMED = 0 } = await statesOf(db)
    return OWED > subjects * OPEN_PER_SUBJECT || CONFIRMED / deliveries > killed.size / kills + AHEAD_SHARE
  }
  while (!signal.aborted) {
    if (await tooMany()) await wait(ASK_AGAIN_MS)
    else for (let n = 0; n < 10 && !signal.aborted; n += 1) await move()
  }
}

interface Away {
  platform: string
  from: number
  to: number
}

/** Takes one platform after another offline. */
const failing = async ({ platforms, outage }: SoakGiven, away: Away[], signal: AbortSignal): Promise<void> => {
  for (let n = 0; !signal.aborted; n += 1) {
    await pause(outage.betweenMs, signal)
    const platform = platforms[n % platforms.length]
    if (signal.aborted || platform === undefined) return
    const gone = { platform: platform.id, from: Date.now(), to: Number.MAX_SAFE_INTEGER }
    away.push(gone)
    platform.behave({ outage: true })
    await pause(outage.awayMs, signal)
    platform.behave({ outage: false })
    gone.to = Date.now()
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => {})

/** Kills one or two processes, never all, preferably holders of claims. */
const killing = async (
  given: SoakGiven,
  fleet: Fleet,
  killed: Map<string, number>,
  random: Random,
  signal: AbortSignal,
): Promise<void> => {
  const { db, kills } = given
  while (!signal.aborted && killed.size < kills) {
    await fleet.allReady()
    const first = await victim(given, fleet, random, signal)
    const others = fleet.lives().filter((life) => life !== first)
    // Kills two at once, so that the second is not the process that takes over from the first.
    const two = others.length > 1 && kills - killed.size > 1 && random.chance(0.5)
    const lives = two ? [first, random.one(others)] : [first]
    await Promise.all(lives.map(async (life) => killed.set(life.name, await fleet.kill(life))))
    for (const { name } of lives) await until(() => isGone(db, name), given.drainWithinMs)
    if (given.apart) await until(async () => signal.aborted || !(await isOpen(db, killed)), 4 * TAKEOVER_MS)
  }
}

/** Prefers a process that holds a claim. */
const victim = async (given: SoakGiven, fleet: Fleet, random: Random, signal: AbortSignal): Promise<Life> => {
  const ready = () => fleet.lives().filter((life) => life.ready)
  if (random.chance(IDLE_SHARE)) return random.one(ready())
  let found: Life[] = []
  await until(async () => {
    const holding = await holders(given.db)
    found = ready().filter(({ name }) => holding.includes(name))
    return found.length > 0 || signal.aborted
  }, given.killWithinMs)
  return random.one(found.length > 0 ? found : ready())
}

/** True if something held by a killed process is not taken over yet. */
const isOpen = async (db: JobDb, killed: ReadonlyMap<string, number>): Promise<boolean> =>
  (
    await rowsOf(
      db,
      `select 1 from (select distinct on (delivery_id) * from soak_marks order by delivery_id, id desc) m
       where m.what = 'CLAIM' and m.process = any(?) limit 1`,
      [[...killed.keys()]],
    )
  ).length > 0

const summary = (all: readonly Takeover[], away: readonly Away[]): Taken => {
  const excused = ({ platform, killedAt, claimedAfter }: Takeover) =>
    away.some(
      (one) =>
        one.platform === platform && one.from < killedAt + (claimedAfter ?? 0) && one.to + RECOVERY_MS > killedAt,
    )
  const folded = all.filter((one) => one.folded)
  const left = all.filter((one) => !one.folded)
  const duringOutage = left.filter(excused)
  const measured = left.filter((one) => !excused(one))
  const times = measured.flatMap(({ claimedAfter }) => claimedAfter ?? []).sort((a, b) => a - b)
  const late = measured.filter(({ claimedAfter }) => (claimedAfter ?? 0) > TAKEOVER_MS)
  return {
    leased: all.length,
    folded: folded.length,
    duringOutage: duringOutage.length,
    open: left.filter(({ claimedAfter }) => claimedAfter === null).length,
    worstMs: Math.round(times.at(-1) ?? 0),
    medianMs: Math.round(times[Math.floor(times.length / 2)] ?? 0),
    late: late.length,
    latest: late.slice(0, LATE_SHOWN),
  }
}

/** Returns whether the condition became true in time. */
const until = async (holds: () => Promise<boolean>, withinMs: number): Promise<boolean> => {
  for (const end = Date.now() + withinMs; ; ) {
    if (await holds()) return true
    if (Date.now() > end) return false
    await wait(ASK_AGAIN_MS)
  }
}
