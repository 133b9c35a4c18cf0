/**
 * Bench of push by one process over real HTTP to a receiver in another process, on a server with the product's own settings. It is
 * compared with the same rows sent and marked without checks. It also measures a claim among BENCH_OUTSTANDING deliveries, most of
 * them blocked, refused or not due yet, and what one dead platform, whose clock passes a day in 20 s, costs three others,
 * against a fourth platform without work on the machine's clock.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import type { Notice } from '../../src/domain/delivery/delivery.js'
import { requestHttp } from '../../src/foundation/http.js'
import { makeLog } from '../../src/hub/log.js'
import { samrBatch } from '../../src/platforms/formats/samr-list.js'
import { nationalPlatform } from '../../src/platforms/national.js'
import type { Platform } from '../../src/platforms/platform.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import * as queue from '../../src/store/delivery/delivery-queue.js'
import * as embedded from '../../src/store/embedded/index.js'
import type { PushOptions } from '../../src/work/delivery/push/sender.js'
import { pushDeliveries as pushNow } from '../../src/work/delivery/push.js'
import { noticeOf } from '../platforms/notices.js'

const ROWS = Number(process.env['BENCH_DELIVERIES'] ?? 100_000)
const OUTSTANDING = Number(process.env['BENCH_OUTSTANDING'] ?? 1_000_000)
/** Measurements of each rate. The median counts. */
const TIMES = 3
/** Most claims measured. A smaller queue has fewer. */
const CLAIMS = 500
const CLAIMED = 100
const DAY_MS = 86_400_000
/** A day of the dead platform, compressed so that some hours pass while the other three have work. */
const COMPRESSED_DAY_MS = 20_000
const TICK_MS = 1
/** A port where nothing listens. fetch forbids port 9 before it makes a connection. */
const NOBODY = 'http://127.0.0.1:2'
const IDS = ['national', 'jilin', 'creditchina', 'creditjilin'] as const

const log = makeLog({ level: 'silent', file: null })
const say = (what: string): unknown => process.stdout.write(`${what}\n`)

export const push = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const receivers: ChildProcess[] = []
  try {
    const db = await made(server.url)
    try {
      const url = await receiver(receivers)
      const [bare, rate] = await againstBare(db, url)
      const beside = await withOneDown(db, url, DAY_MS)
      const compressed = await withOneDown(db, url, COMPRESSED_DAY_MS)
      const claim = await claims(db)
      return {
        rowsPerSecond: Math.round(rate),
        againstBare: Math.round((rate / bare) * 100) / 100,
        othersWithOneDown: beside.share,
        othersInADay: compressed.share,
        deadCallsADay: compressed.callsADay,
        ...claim,
      }
    } finally {
      await db.destroy()
    }
  } finally {
    for (const one of receivers) one.stdin?.end()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

const made = async (server: string): Promise<JobDb> => {
  const url = new URL(server)
  url.pathname = '/bench_push'
  const admin = connect(server)
  await admin.raw('create database bench_push')
  await admin.destroy()
  const db = connect(url.href)
  await migrate(db)
  // A table like the queue with the same indexes, but without the triggers that keep its order.
  await db.raw('create table bare (like deliveries including defaults including identity including indexes)')
  return db
}

const receiver = async (started: ChildProcess[]): Promise<string> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/bench/receiver.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  started.push(child)
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  return `http://127.0.0.1:${port}`
}

const NOTICE = JSON.stringify(noticeOf(1))
/** Inserts additions due at a platform, each for a subject of its own. */
const owed = async (db: JobDb, platform: string, rows: number, table = 'deliveries'): Promise<void> => {
  await db.raw(
    `insert into ${table} (kind, platform, subject_id, number, action, notice, due_at, created_at)
     select 'listing', ?, id, 1, 'ADD', ?::jsonb || jsonb_build_object('key', id), now() - interval '1 hour', now()
     from (select gen_random_uuid() as id from generate_series(1, ?)) g`,
    [platform, NOTICE, rows],
  )
}

const emptied = async (db: JobDb): Promise<void> => {
  await db.raw('truncate deliveries, delivery_acts, bare')
  await db.raw('update platform_states set failures = 0, open_until = null')
  await db.raw('vacuum analyze')
  await db.raw('checkpoint')
}

const as = (id: Platform['id']): Platform => ({ ...nationalPlatform, id })
const options = (to: PushOptions['platforms']): PushOptions => ({
  platforms: to,
  silent: [],
  cause: 'command',
  now: () => new Date(),
  random: Math.random,
  log,
})

/** Rows per second, as medians: sent and marked bare, and pushed. */
const againstBare = async (db: JobDb, url: string): Promise<[bare: number, pushed: number]> => {
  const [bares, rates]: [number[], number[]] = [[], []]
  for (let time = 0; time < TIMES; time += 1) {
    await emptied(db)
    await owed(db, 'national', ROWS, 'bare')
    bares.push(ROWS / (await bareSeconds(db, url)))
    await emptied(db)
    await owed(db, 'national', ROWS)
    const began = performance.now()
    const { platforms } = await pushNow(db, options([{ platform: nationalPlatform, url, secret: 's' }]))
    rates.push(ROWS / ((performance.now() - began) / 1000))
    if (platforms[0]?.accepted !== ROWS) throw new Error(`not all were accepted: ${JSON.stringify(platforms)}`)
    const [{ n }] = (
      await db.raw(`select count(*) as n from deliveries where state = 'CONFIRMED' and receipt ->> 'batch' is not null`)
    ).rows
    if (n !== ROWS) throw new Error(`${n} receipts of ${ROWS} were stored`)
  }
  const [bare, rate] = [middle(bares), middle(rates)]
  say(`${ROWS} rows: bare ${Math.round(bare)}/s, pushed ${Math.round(rate)}/s (${(rate / bare).toFixed(2)} ×)`)
  return [bare, rate]
}

const middle = (all: number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

/** Seconds in which two loops read, send and mark the same batches, without checks, claims or receipts. */
const bareSeconds = async (db: JobDb, url: string): Promise<number> => {
  const [{ first, last }] = (await db.raw('select min(id) as first, max(id) as last from bare')).rows
  const half = Math.floor((Number(first) + Number(last)) / 2)
  const began = performance.now()
  await Promise.all([bareOf(db, url, 0, half), bareOf(db, url, half, Number(last))])
  return (performance.now() - began) / 1000
}

/** Sends and marks the rows with ids above `from` up to `to`. */
const bareOf = async (db: JobDb, url: string, from: number, to: number): Promise<void> => {
  for (let after = from; ; ) {
    const { rows } = (await db.raw(
      `select id, notice from bare where id > ? and id <= ? and state = 'OWED' order by id limit ?`,
      [after, to, nationalPlatform.batchSize],
    )) as { rows: { id: number; notice: Notice }[] }
    if (rows.length === 0) return
    after = rows.at(-1)?.id ?? 0
    const batch = { id: String(after), sentAt: new Date().toISOString(), notices: rows.map(({ notice }) => notice) }
    const answer = await requestHttp(`${url}/api`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(samrBatch(batch)),
      timeoutMs: 10_000,
      maxBytes: 4_000_000,
    })
    JSON.parse(answer.body.toString('utf8'))
    await db.raw(
      `update bare set state = 'CONFIRMED', confirmed_at = now(), attempts = 1, sent_at = now() where id = any(?)`,
      [rows.map(({ id }) => id)],
    )
  }
}

/** A clock on which a day lasts `dayMs`. Pauses are scaled by the same factor, down to a tick of the timer. */
const makeClock = (dayMs: number) => {
  const [began, from] = [Date.now(), performance.now()]
  const machine = () => ((performance.now() - from) / dayMs) * DAY_MS
  const now = () => new Date(began + machine())
  let pauses = 0
  const pause: PushOptions['pause'] = (ms, signal) => {
    pauses += 1
    return wait(signal?.aborted ? 0 : Math.max(TICK_MS, (ms / DAY_MS) * dayMs))
  }
  return { clock: { now, machine, pause }, pauses: () => pauses }
}

/** Counts the calls of a platform. */
const countCalls = (platform: Platform): { platform: Platform; calls: () => number } => {
  let calls = 0
  const counted =
    <A extends unknown[], R>(work: (...given: A) => R) =>
    (...given: A) => {
      calls += 1
      return work(...given)
    }
  const { ask } = platform
  return {
    platform: { ...platform, send: counted(platform.send), ...(ask && { ask: counted(ask) }) },
    calls: () => calls,
  }
}

/**
 * The share of their rate that three platforms keep while the fourth is down, whose day lasts `dayMs`. The fourth has as many
 * deliveries as the three together. It is compared with a fourth without work. `callsADay`: calls of the dead platform in a day of its
 * clock. A real day has 1,440 at least, one for each of the breaker's longest waits; a compressed one has fewer where the others leave
 * it no processor.
 */
const withOneDown = async (db: JobDb, url: string, dayMs: number): Promise<{ share: number; callsADay: number }> => {
  const each = Math.round(ROWS / 3)
  let claimed = 0
  const callsADay: number[] = []
  db.on('query', ({ sql, bindings }) => {
    if (sql.includes('delivery-queue.claim') && bindings?.includes('national')) claimed += 1
  })
  const took = async (down: boolean): Promise<number> => {
    await emptied(db)
    for (const id of IDS.slice(1)) await owed(db, id, each)
    if (down) await owed(db, 'national', ROWS)
    await db.raw('analyze deliveries')
    const stop = new AbortController()
    const began = performance.now()
    const { clock, pauses } = makeClock(dayMs)
    const { platform, calls } = countCalls(as('national'))
    claimed = 0
    const fourth = pushNow(db, {
      ...options([{ platform, url: NOBODY, secret: 's' }]),
      ...(down ? clock : {}),
      until: new Date(Date.now() + 365 * DAY_MS),
      signal: stop.signal,
    }).catch((error) => error)
    const { platforms } = await pushNow(db, options(IDS.slice(1).map((id) => ({ platform: as(id), url, secret: 's' }))))
    const ms = performance.now() - began
    stop.abort(new Error('measured'))
    await fourth
    if (platforms.some(({ accepted }) => accepted !== each)) throw new Error(JSON.stringify(platforms))
    if (down) {
      const days = ms / dayMs
      say(
        `the dead platform was called ${calls()} times, with ${claimed} claims and ${pauses()} pauses, in ${(days * 24).toFixed(2)} hours of its clock`,
      )
      callsADay.push(calls() / days)
    }
    return ms
  }
  const [up, down]: [number[], number[]] = [[], []]
  for (let time = 0; time < TIMES; time += 1) {
    up.push(await took(false))
    down.push(await took(true))
  }
  const share = middle(up) / middle(down)
  say(`three platforms keep ${(share * 100).toFixed(0)} % of their rate while the fourth is down`)
  return { share: Math.round(share * 100) / 100, callsADay: Math.round(middle(callsADay)) }
}

/**
 * Milliseconds that a claim of a hundred rows takes, at the median and the 99th percentile. In turns with it, as many rows are
 * updated by their ids, for `claimAgainstBare`.
 */
const claims = async (db: JobDb): Promise<Record<'claimMs' | 'claimP99Ms' | 'claimAgainstBare', number>> => {
  await emptied(db)
  const quarter = Math.floor(OUTSTANDING / 4)
  const insert = (rows: string) =>
    db.raw(
      `insert into deliveries (kind, platform, subject_id, number, action, state, attempts, notice, due_at, created_at)
       select 'listing', 'national', id, number, action, state, attempts, ?::jsonb || jsonb_build_object('key', id), due_at, now() from (${rows}) r`,
      [NOTICE],
    )
  const began = performance.now()
  const subjects = `select md5(g::text)::uuid as id, g from generate_series(1, ${quarter}) g`
  // Refused rows, and behind each of them a row of the same subject that has been due longer than any other.
  await insert(
    `select id, 1 as number, 'ADD' as action, 'REFUSED' as state, 1 as attempts, now() - interval '9 days' as due_at from (${subjects}) s`,
  )
  await insert(
    `select id, 2 as number, 'CHANGE' as action, 'OWED' as state, 0 as attempts, now() - interval '8 days' as due_at from (${subjects}) s`,
  )
  await insert(
    `select md5('later' || g)::uuid as id, 1 as number, 'ADD' as action, 'OWED' as state, 1 as attempts, now() + interval '1 day' as due_at from generate_series(1, ${quarter}) g`,
  )
  await insert(
    `select md5('due' || g)::uuid as id, 1 as number, case when g % 50 = 0 then 'REMOVE' else 'ADD' end as action, 'OWED' as state, 0 as attempts, now() - g * interval '1 second' as due_at from generate_series(1, ${quarter}) g`,
  )
  say(`${OUTSTANDING} outstanding made in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  await db.raw('vacuum analyze deliveries')
  await db.raw('checkpoint')
  const [took, bare]: [number[], number[]] = [[], []]
  const [{ first }] = (await db.raw(`select min(id) as first from deliveries where due_at > now()`)).rows
  const times = Math.min(CLAIMS, Math.floor(quarter / CLAIMED))
  for (let n = 0; n < times; n += 1) {
    const now = new Date()
    const at = performance.now()
    const claimed = await queue.claim(db, 'national', {
      limit: CLAIMED,
      now,
      leaseUntil: new Date(now.getTime() + DAY_MS),
    })
    took.push(performance.now() - at)
    if (claimed.length !== CLAIMED) throw new Error(`${claimed.length} were claimed`)
    const ids = Array.from({ length: CLAIMED }, (_, i) => Number(first) + n * CLAIMED + i)
    const from = performance.now()
    await db.raw('update deliveries set sent_at = now() where id = any(?) returning id, notice', [ids])
    bare.push(performance.now() - from)
    const confirmed = { state: 'CONFIRMED', receipt: null, error: null, dueAt: null, failures: 0 } as const
    await queue.bookResults(
      db,
      claimed.map((delivery) => ({ delivery, ...confirmed })),
      now,
    )
  }
  const sorted = took.sort((a, b) => a - b)
  const claimMs = Math.round(middle(sorted) * 100) / 100
  const claimP99Ms = Math.round((sorted[Math.floor(times * 0.99)] ?? 0) * 100) / 100
  const written = bare.sort((a, b) => a - b)
  const claimAgainstBare = Math.round((claimMs / middle(written)) * 100) / 100
  say(
    `claiming ${CLAIMED} of ${OUTSTANDING}: ${claimMs} ms, 99 in 100 within ${claimP99Ms} ms; the same rows written by their ids: ${middle(written).toFixed(2)} ms, 99 in 100 within ${(written[Math.floor(times * 0.99)] ?? 0).toFixed(2)} ms`,
  )
  return { claimMs, claimP99Ms, claimAgainstBare }
}
