/**
 * `npm run soak access [--minutes N] [--kills N] [--seed N]`: all roles query one hub process, well and badly, for minutes. Every
 * answer must be the expected one, and memory must stay flat. Then the hub is killed again and again while they go on.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Role } from '../../src/domain/access/viewer.js'
import { makeWorld } from '../api/world.js'
import * as attack from '../hostile/attackers.js'
import { type KillableHub, startKillableHub } from './access/killable-hub.js'
import { heapOf, percentile, residentMb, round, slopeOf } from './access/memory.js'
import { makeQuestions, type Question } from './access/questions.js'
import { type AccessScene, furnish } from './access/scene.js'
import { type Random, randomOf } from './random.js'
import { type Verified, verifyAll } from './verified.js'

const WORKERS = 8
const SLICE_MS = 60_000
/**
 * Milliseconds between two samples of resident memory. One sample a minute would scatter by more than the allowed
 * slope.
 */
const LOOK_MS = 1_000
/** Slices that are not judged, while caches fill and code is compiled. */
const WARM_SLICES = 2
const SLOPE_MOST_MB = 1
const MINUTE_MS = 60_000
/** Bound on the 99th percentile: the last slices relative to the first warm one. */
const P99_GROWTH_MOST = 2
/** Fewest slices from which a slope is judged. */
const SLICES_JUDGED = 3
const TOKEN_MS = 300_000
/** A hub that will be killed serves at most this long, milliseconds. */
const LIVES_MS = 4_000
/** Every second kill happens during a group commit of the audit log. */
const KILLS_A_GROUP_COMMIT = 2

export interface AccessSoaked {
  /** Also false when the run was too short to judge memory. */
  ok: boolean
  seconds: number
  requests: number
  /** Wrong answers, and missing ones that no kill explains. */
  errors: number
  /** The first few failures. */
  found: string[]
  kills: number
  /** Groups of audit rows that PostgreSQL committed after their hub had been killed. A hub's first group is rolled back instead. */
  orphanedGroups: number
  /** Requests that a kill cut off. */
  cutOff: number
  /**
   * Per slice, after a garbage collection: resident memory, used and committed heap (MB), 99th percentile of expected answers (ms),
   * and their number. The hub is killed only after the last slice.
   */
  slices: { rssMb: number; heapMb: number; committedMb: number; p99Ms: number; answers: number }[]
  /** Least-squares slope of resident memory after the warm slices, MB per minute; null when too short. */
  /** Null where the run is too short to judge the memory, as `slopeNotJudged` says. */
  slopeMbPerMinute: number | null
  slopeNotJudged?: string
  verified: Verified
}

interface AccessGiven {
  forMs: number
  kills: number
  seed: number
  sliceMs?: number
  progress?: (done: AccessSoaked['slices'][number] | { kills: number }) => void
}

export const soakAccess = async (given: AccessGiven): Promise<AccessSoaked> => {
  const world = await makeWorld()
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const { db, url: databaseUrl } = world.database
  // This process wrote the first audit rows, so the hub needs its keys.
  const { keysFolder } = world
  let hub: KillableHub | null = null
  try {
    const scene = await furnish(world)
    hub = await startKillableHub(db, { databaseUrl, folder, keysFolder })
    const { ok, ...asked } = await askAll(hub, scene, given)
    await hub.end()
    const verified = await verifyAll({ DATABASE_URL: databaseUrl, DATA_DIR: folder, KEYS_DIR: keysFolder })
    return { ok: ok && verified.ok, ...asked, verified }
  } finally {
    await hub?.end()
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const askAll = async (
  hub: KillableHub,
  scene: AccessScene,
  { forMs, kills, seed, sliceMs = SLICE_MS, progress = () => undefined }: AccessGiven,
): Promise<Omit<AccessSoaked, 'verified'>> => {
  const chance = randomOf(seed)
  const random = (): number => chance.below(1_000_000) / 1_000_000
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const tokens = new Map<Role, string>()
  let renewed = Number.NEGATIVE_INFINITY
  const renew = async (): Promise<void> => {
    if (performance.now() - renewed < TOKEN_MS) return
    renewed = performance.now()
    const { url } = await hub.present()
    for (const [role, { id, secret }] of scene.secrets) tokens.set(role, await tokenOf(url, id, secret))
  }
  const { good, bad } = makeQuestions(scene, { tokens, random })
  const found: string[] = []
  let [requests, errors, cutOff] = [0, 0, 0]
  let times: number[] = []
  const wrong = (words: string): void => {
    errors += 1
    if (found.length < 10) found.push(words)
  }
  const one = async ({ path, init = {}, status, timed = false }: Question): Promise<void> => {
    const life = await hub.present()
    const began = performance.now()
    // One in forty disconnects before its answer.
    const leaves = random() < 0.025
    const signal = leaves ? AbortSignal.timeout(1 + Math.floor(random() * 10)) : AbortSignal.timeout(30_000)
    try {
      const answer = await fetch(`${life.url}${path}`, { ...init, signal, redirect: 'manual' })
      const text = await answer.text()
      if (timed && !leaves) times.push(performance.now() - began)
      if (![status].flat().includes(answer.status)) wrong(`${path} ${answer.status} ${text.slice(0, 200)}`)
    } catch (error) {
      if (life.isKilled) cutOff += 1
      // An oversized request may be cut off while it is sent.
      else if (!leaves && status !== 413) wrong(`${path} ${error}`)
    }
    requests += 1
  }
  let isOver = false
  const worker = async (): Promise<void> => {
    while (!isOver) await one((random() < 0.8 ? pick(good) : pick(bad))())
  }
  const attacker = async (): Promise<void> => {
    for (const kind of attacks()) {
      if (isOver) return
      const { url } = await hub.present()
      await attack.raw(url, kind, { everyMs: 20, forMs: 1_000 })
    }
  }
  await renew()
  const begins = performance.now()
  const looks: { at: number; mb: number }[] = []
  const slices: AccessSoaked['slices'] = []
  const watch = async (): Promise<void> => {
    const { child, url } = await hub.present()
    const looking = setInterval(() => {
      const mb = residentMb(child)
      if (mb !== null) looks.push({ at: performance.now() - begins, mb })
    }, LOOK_MS)
    try {
      for (let n = 1; n * sliceMs <= forMs; n += 1) {
        await wait(begins + n * sliceMs - performance.now())
        // Without the garbage collection, garbage would count as memory.
        child.kill('SIGUSR2')
        const memory = { rssMb: round(residentMb(child) ?? 0), ...(await heapOf(url)) }
        const slice = { ...memory, p99Ms: percentile(times, 0.99), answers: times.length }
        times = []
        slices.push(slice)
        progress(slice)
        await renew()
      }
    } finally {
      clearInterval(looking)
    }
  }
  const watchAndKill = async (): Promise<void> => {
    try {
      await watch()
      await killAgain(hub, randomOf(seed), { kills, renew, progress })
    } finally {
      isOver = true
    }
  }
  await Promise.all([...Array.from({ length: WORKERS }, worker), attacker(), watchAndKill()])
  const warm = slices.slice(WARM_SLICES)
  const judged = looks.filter(({ at }) => at > WARM_SLICES * sliceMs)
  const slope = warm.length < SLICES_JUDGED ? null : slopeOf(judged) * MINUTE_MS
  const [first] = warm
  const steady = warm.slice(-2).every(({ p99Ms }) => p99Ms <= (first?.p99Ms ?? 0) * P99_GROWTH_MOST)
  const isKilledInGroups = kills === 0 || hub.count.orphanedGroups > 0
  return {
    ok: errors === 0 && isKilledInGroups && steady && (slope === null || slope <= SLOPE_MOST_MB),
    seconds: Math.round((performance.now() - begins) / 1_000),
    requests,
    errors,
    found,
    ...hub.count,
    cutOff,
    slices,
    slopeMbPerMinute: slope === null ? null : round(slope),
    ...(slope === null && { slopeNotJudged: `too short: takes ${WARM_SLICES + SLICES_JUDGED} minutes` }),
  }
}

const killAgain = async (
  hub: KillableHub,
  random: Random,
  {
    kills,
    renew,
    progress,
  }: { kills: number; renew: () => Promise<void>; progress: (done: { kills: number }) => void },
): Promise<void> => {
  for (let n = 0; n < kills; n += 1) {
    await wait(random.below(LIVES_MS))
    await hub.kill({ inGroupCommit: n % KILLS_A_GROUP_COMMIT === 0 })
    await renew()
    progress({ kills: n + 1 })
  }
}

const tokenOf = async (url: string, id: string, secret: string): Promise<string> => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
  return ((await answer.json()) as { access_token: string }).access_token
}

function* attacks(): Iterable<Iterable<string | Buffer>> {
  for (;;)
    yield* [
      attack.slowHeaders(),
      attack.slowBody(),
      attack.nothing,
      attack.pipelined(200),
      attack.noHttp,
      attack.endlessBody(),
    ]
}
