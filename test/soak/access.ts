/**
 * `npm run soak access [--minutes N] [--seed N]`: all roles query one hub process, well and badly, for minutes. Every
 * answer must be the expected one, and memory must stay flat.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Role } from '../../src/domain/access/viewer.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, seenOutside, type World } from '../api/world.js'
import * as attack from '../hostile/attackers.js'
import { confirmedClient } from '../support/accounts.js'
import { printed } from '../support/command.js'
import { randomOf } from './random.js'

const WORKERS = 8
const OPERATORS = 60
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
const START_MS = 60_000
const ROLES: readonly Role[] = [
  'marketplace',
  'credit_service',
  'partner',
  'agency',
  'officer',
  'reviewer',
  'administrator',
  'auditor',
]

export interface Soaked {
  /** Also false when the run was too short to judge memory. */
  ok: boolean
  seconds: number
  requests: number
  errors: number
  /** The first few failures. */
  found: string[]
  /**
   * Per slice, after a garbage collection: resident memory, used and committed heap (MB), 99th percentile of expected answers (ms),
   * and their number.
   */
  slices: { rssMb: number; heapMb: number; committedMb: number; p99Ms: number; answers: number }[]
  /** Least-squares slope of resident memory after the warm slices, MB per minute; null when too short. */
  slopeMbPerMinute: number | null
}

interface Asked {
  path: string
  init?: RequestInit
  status: number | readonly number[]
  /** True for expected answers, whose time counts. */
  timed?: boolean
}

export const soakAccess = async ({
  forMs,
  seed,
  sliceMs = SLICE_MS,
  progress = () => undefined,
}: {
  forMs: number
  seed: number
  sliceMs?: number
  progress?: (slice: Soaked['slices'][number]) => void
}): Promise<Soaked> => {
  const world = await makeWorld()
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  let child: ChildProcess | null = null
  try {
    const things = await furnished(world)
    const hub = await served(world.database.url, folder)
    child = hub.child
    const collect = () => void hub.child.kill('SIGUSR2')
    const rss = () => residentMb(hub.child)
    return await asked(hub.url, things, { forMs, seed, sliceMs, progress, collect, rss })
  } finally {
    child?.kill('SIGKILL')
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Things {
  secrets: Map<Role, { id: string; secret: string }>
  codes: string[]
  entry: string
  score: number
}

const furnished = async (world: World): Promise<Things> => {
  const { db } = world.database
  const codes = Array.from({ length: OPERATORS }, (_, i) => uscc(i + 1))
  await world.bring(
    'registry',
    codes.map((code, i) => registration(code, `虚构长跑第${i}号有限公司`)),
  )
  await world.bring(
    'penalties',
    codes.slice(0, 20).map((code, i) => penalty(code, `虚罚〔2026〕${i}号`)),
  )
  await publishListing(world, codes[0] ?? '', '虚罚〔2026〕0号')
  await world.parts.rescore(await Promise.all(codes.slice(0, 20).map((code) => operatorId(world, code))))
  await seenOutside(world, codes.slice(0, 10))
  await world.publish()
  const secrets = new Map<Role, { id: string; secret: string }>()
  for (const role of ROLES) {
    const made = await confirmedClient(db, { name: role, role }, [], NOW)
    secrets.set(role, { id: made.client_id, secret: made.client_secret })
  }
  const entry = (await db('public_entries').first('listing_id')).listing_id
  return { secrets, codes, entry, score: (await db('scores').first('id')).id }
}

const served = async (database: string, folder: string): Promise<{ child: ChildProcess; url: string }> => {
  const program = fileURLToPath(new URL('../support/serving.ts', import.meta.url))
  // The same size of the young generation as in `hub`.
  const flags = ['--expose-gc', '--max-semi-space-size=64', '--import', 'tsx']
  const child = spawn(process.execPath, [...flags, program, database, folder], {
    // `src/hub/README.md` starts the service with this setting. Otherwise glibc keeps memory freed by threads.
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const text = await printed(child, /http:\/\/localhost:\d+/, START_MS)
  return { child, url: (/http:\/\/localhost:\d+/.exec(text)?.[0] ?? '').replace('localhost', '127.0.0.1') }
}

const asked = async (
  url: string,
  things: Things,
  {
    forMs,
    seed,
    sliceMs,
    progress,
    collect,
    rss,
  }: {
    forMs: number
    seed: number
    sliceMs: number
    progress: (slice: Soaked['slices'][number]) => void
    collect: () => void
    rss: () => number | null
  },
): Promise<Soaked> => {
  const chance = randomOf(seed)
  const random = (): number => chance.below(1_000_000) / 1_000_000
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const tokens = new Map<Role, string>()
  const renew = async (): Promise<void> => {
    for (const [role, { id, secret }] of things.secrets) {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
      const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
      tokens.set(role, ((await answer.json()) as { access_token: string }).access_token)
    }
  }
  const as = (role: Role): Record<string, string> => ({ authorization: `Bearer ${tokens.get(role)}` })
  const ask = (query: string, role: Role | null, status: Asked['status'] = 200, timed = true): Asked => ({
    path: '/graphql',
    status,
    timed,
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(role ? as(role) : {}) },
      body: attack.question(query),
    },
  })
  const get = (path: string, role: Role | null = null, status: Asked['status'] = 200): Asked => ({
    path,
    status,
    timed: status === 200,
    init: { headers: role ? as(role) : {} },
  })
  const code = (): string => pick(things.codes)
  const inside: readonly Role[] = ['agency', 'officer', 'reviewer', 'administrator', 'auditor']
  const good: (() => Asked)[] = [
    () => ask(`{ standing(code: "${code()}") { name status listed } }`, null),
    () => ask(`{ standing(code: "${code()}") { name status grade score listings { reason } } }`, pick(ROLES)),
    () =>
      ask(
        `{ standings(codes: ${JSON.stringify(Array.from({ length: 50 }, code))}) { name status listed } }`,
        pick(ROLES),
      ),
    () =>
      ask(
        `{ operator(code: "${code()}") { uscc name records(first: 5) { nodes { kind } } score { value grade reasons { points zh } } listings { kind state } } }`,
        pick(inside),
      ),
    () => ask('{ operators(filter: { name: "虚构长跑" }, first: 5) { nodes { name } } }', pick(inside)),
    () => ask('{ blacklist(first: 5) { nodes { reason } } }', null),
    () => ask('{ runs(first: 5) { nodes { id } } agencies { id } platforms { id } }', pick(inside)),
    () => ask('{ auditLog(first: 5) { nodes { number } } }', 'auditor'),
    () => ask('mutation { resumeJob(job: SCORE) { __typename } }', 'administrator', 200, false),
    () => get(`/v1/scores/${things.score}`, 'auditor'),
    () => get('/v1/timeliness.csv?month=2026-03', 'officer'),
    () => get('/v1/openapi.json'),
    ...[
      '/',
      '/blacklist',
      `/blacklist/${things.entry}`,
      '/scorecard',
      '/.well-known/jwks.json',
      '/healthz',
      '/readyz',
    ].map((path) => () => get(path)),
    ...['csv', 'jsonl', 'json', 'atom'].map((form) => () => get(`/data/blacklist.${form}`)),
    () => get('/data/delta?since=0'),
    () => get('/data/manifest.jws'),
    () => ({
      path: '/v1/sellers',
      status: [200, 409, 503],
      init: { method: 'POST', headers: as('marketplace'), body: things.codes.slice(0, 10).join('\n') },
    }),
  ]
  const bad: (() => Asked)[] = [
    () => ({
      ...ask('{ viewer { sub } }', null, 401, false),
      init: {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${random()}.a.b` },
        body: attack.question('{ viewer { sub } }'),
      },
    }),
    () => ask('{ operator(code: "x") { name } }', null, 200, false),
    () => ask(`{ ${Array.from({ length: 300 }, (_, i) => `a${i}: viewer { sub }`).join(' ')} }`, null, 400, false),
    () => ask(`{ ${'a { '.repeat(500)}b${' }'.repeat(500)} }`, null, 400, false),
    () => ask(`{ standing(code: "${random()}") { name } }`, null, 200, false),
    () => get(`/no/${random()}`, null, 404),
    () => get('/v1/scores/1', 'marketplace', 403),
    () => get('/metrics', 'marketplace', 403),
    () => ({
      path: '/graphql',
      status: 413,
      init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(1_100_000) },
    }),
  ]
  const found: string[] = []
  let [requests, errors] = [0, 0]
  let times: number[] = []
  const wrong = (words: string): void => {
    errors += 1
    if (found.length < 10) found.push(words)
  }
  const one = async ({ path, init = {}, status, timed = false }: Asked): Promise<void> => {
    const began = performance.now()
    // One in forty disconnects before its answer.
    const leaves = random() < 0.025
    const signal = leaves ? AbortSignal.timeout(1 + Math.floor(random() * 10)) : AbortSignal.timeout(30_000)
    try {
      const answer = await fetch(`${url}${path}`, { ...init, signal, redirect: 'manual' })
      const text = await answer.text()
      if (timed && !leaves) times.push(performance.now() - began)
      if (![status].flat().includes(answer.status)) wrong(`${path} ${answer.status} ${text.slice(0, 200)}`)
    } catch (error) {
      // An oversized request may be cut off while it is sent.
      if (!leaves && status !== 413) wrong(`${path} ${error}`)
    }
    requests += 1
  }
  await renew()
  const begins = performance.now()
  let renewed = begins
  const going = (): boolean => performance.now() - begins < forMs
  const worker = async (): Promise<void> => {
    while (going()) await one((random() < 0.8 ? pick(good) : pick(bad))())
  }
  const attacker = async (): Promise<void> => {
    for (const kind of (function* () {
      for (;;)
        yield* [
          attack.slowHeaders(),
          attack.slowBody(),
          attack.nothing,
          attack.pipelined(200),
          attack.noHttp,
          attack.endlessBody(),
        ]
    })()) {
      if (!going()) return
      await attack.raw(url, kind, { everyMs: 20, forMs: 1_000 })
    }
  }
  const looks: { at: number; mb: number }[] = []
  const looking = setInterval(() => {
    const mb = rss()
    if (mb !== null) looks.push({ at: performance.now() - begins, mb })
  }, LOOK_MS)
  const slices: Soaked['slices'] = []
  const watch = async (): Promise<void> => {
    for (let n = 1; n * sliceMs <= forMs; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, begins + n * sliceMs - performance.now()))
      // Without the garbage collection, garbage would count as memory.
      collect()
      const slice = {
        rssMb: round(rss() ?? 0),
        ...(await heapOf(url)),
        p99Ms: percentile(times, 0.99),
        answers: times.length,
      }
      times = []
      slices.push(slice)
      progress(slice)
      if (performance.now() - renewed < TOKEN_MS) continue
      renewed = performance.now()
      await renew()
    }
  }
  try {
    await Promise.all([...Array.from({ length: WORKERS }, worker), attacker(), watch()])
  } finally {
    clearInterval(looking)
  }
  const warm = slices.slice(WARM_SLICES)
  const judged = looks.filter(({ at }) => at > WARM_SLICES * sliceMs)
  const slope = warm.length < SLICES_JUDGED ? null : slopeOf(judged) * MINUTE_MS
  const [first] = warm
  const steady = warm.slice(-2).every(({ p99Ms }) => p99Ms <= (first?.p99Ms ?? 0) * P99_GROWTH_MOST)
  return {
    ok: errors === 0 && steady && slope !== null && slope <= SLOPE_MOST_MB,
    seconds: Math.round((performance.now() - begins) / 1_000),
    requests,
    errors,
    found,
    slices,
    slopeMbPerMinute: slope === null ? null : round(slope),
  }
}

/** Reads /proc on Linux, `ps` elsewhere. Returns null when the process is gone. */
const residentMb = ({ pid }: ChildProcess): number | null => {
  try {
    const kb = existsSync('/proc')
      ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
    return Number(kb) > 0 ? Number(kb) / 1024 : null
  } catch {
    return null
  }
}

const heapOf = async (url: string): Promise<{ heapMb: number; committedMb: number }> => {
  const answer = await fetch(`${url}/metrics`)
  const text = await answer.text()
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]) / 1_048_576
  const heap = read('nodejs_heap_size_used_bytes')
  if (!(heap > 0)) throw new Error(`/metrics says nothing of memory (${answer.status})`)
  return { heapMb: round(heap), committedMb: round(read('nodejs_heap_size_total_bytes')) }
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}

/** Least squares, MB per millisecond. */
const slopeOf = (looks: readonly { at: number; mb: number }[]): number => {
  const mean = (read: (look: { at: number; mb: number }) => number) =>
    looks.reduce((sum, look) => sum + read(look), 0) / looks.length
  const [at, mb] = [mean((look) => look.at), mean((look) => look.mb)]
  return mean((look) => (look.at - at) * (look.mb - mb)) / mean((look) => (look.at - at) ** 2)
}

const round = (value: number): number => Math.round(value * 100) / 100
