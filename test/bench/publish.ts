/**
 * Bench of publication by the built hub, on a list of BENCH_ENTRIES entries: the first snapshot, a snapshot of ten changes, its
 * delta, the CSV streamed by a separate hub whose memory the kernel reports, ten changes that this hub publishes and serves, and
 * the terms that end in one night.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNewCase } from '../../src/domain/listing/case.js'
import type { ListKind } from '../../src/domain/listing/lists.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { addYears } from '../../src/foundation/time/dates.js'
import { makeLog } from '../../src/hub/log.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { expireListings } from '../../src/work/listing/expire.js'
import { readClockRules } from '../../src/work/listing/publication-clocks.js'
import { manyShown } from '../support/public-list.js'
import { commanded } from './commanded.js'

/** Term of the list `serious` by the shipped rules, counted from publication. Decision and publication are on the same day here. */
const TERM_YEARS = 3
const ENTRIES = Number(process.env['BENCH_ENTRIES'] ?? 200_000)
/** Share of the entries whose terms end together. */
const DUE_SHARE = 0.25
const CHANGED = 10
/** Downloads of the same CSV, one after another. */
const FETCHES = 3
const DAY_MS = 86_400_000
const MEGA = 1024 * 1024

const say = (what: string): unknown => process.stdout.write(`${what}\n`)
const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

export const publish = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const url = new URL(server.url)
  url.pathname = '/bench_publish'
  const admin = connect(server.url)
  await admin.raw('create database bench_publish')
  await admin.destroy()
  const db = connect(url.href)
  try {
    await migrate(db)
    await listed(db)
    const bareMs = await written(db)
    const first = await published(url.href, folder)
    const againstBare = Math.round((first.ms / bareMs) * 10) / 10
    say(
      `${ENTRIES} entries: snapshot ${(first.ms / 1000).toFixed(1)} s, ${againstBare} × what PostgreSQL needs to copy the list, ${first.peak.toFixed(0)} MB at most`,
    )
    await change(db, '更正')
    const second = await published(url.href, folder)
    say(`of ${CHANGED} changes: snapshot ${(second.ms / 1000).toFixed(1)} s`)
    const served = await withHub(url.href, folder, async (hub, memory) => ({
      ...(await streamed(hub, memory)),
      servedMs: await servedAfterChange(db),
    }))
    const expired = await ended(db)
    return {
      snapshotMs: first.ms,
      againstBare,
      snapshotMB: Math.round(first.peak),
      tenMs: second.ms,
      ...served,
      ...expired,
    }
  } finally {
    await db.destroy()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Puts the entries on the list as published 595 days ago. */
const listed = async (db: JobDb): Promise<void> => {
  // The end agrees with the rules. Otherwise the ends job would first recalculate each term.
  const publishedOn = dayIn(-595)
  const endsOn = addYears(publishedOn, TERM_YEARS)
  const facts = {
    ...makeNewCase('serious', 0),
    state: 'PUBLISHED',
    proposedBy: 'officer-1',
    decisionHeavy: true,
    decisionOn: publishedOn,
    decidedOn: publishedOn,
    servedOn: publishedOn,
    notifiedOn: publishedOn,
    publishedOn,
    lastOn: publishedOn,
    endsOn,
  }
  await manyShown(db, { first: 1, count: ENTRIES, publishedOn, endsOn, reason: 40, facts })
  await db.raw('vacuum analyze')
}

/** Milliseconds in which PostgreSQL itself copies the list, in the order and with the index of a snapshot. */
const written = async (db: JobDb): Promise<number> => {
  const began = performance.now()
  await db.raw(
    'create table bare as select listing_id, body_hash, salt, body::text from public_entries order by listing_id',
  )
  await db.raw('create unique index on bare (listing_id)')
  const ms = performance.now() - began
  await db.raw('drop table bare')
  return ms
}

const change = async (db: JobDb, reason: string): Promise<void> => {
  await db.raw(
    `update public_entries set body = jsonb_set(body, '{reason}', to_jsonb(?::text)), body_hash = md5(? || listing_id)
     where listing_id in (select listing_id from public_entries order by listing_id limit ?)`,
    [reason, reason, CHANGED],
  )
}

/** How long the timetable's run takes in the hub that serves the list, until it serves the new edition too. */
const servedAfterChange = async (db: JobDb): Promise<number> => {
  await change(db, '再次更正')
  for (;;) {
    const { rows } = await db.raw(
      `select round(extract(epoch from ended_at - started_at) * 1000)::int as ms from runs
       where job = 'publish' and cause = 'timetable' and outcome = 'DONE' and (counts->>'changed')::int = ?`,
      [CHANGED],
    )
    if (rows.length > 0) {
      say(`of ${CHANGED} changes: published and served by the hub in ${rows[0].ms} ms`)
      return rows[0].ms
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const published = async (url: string, folder: string): Promise<{ ms: number; peak: number }> => {
  const { said, peak } = await commanded(['publish', '--json'], url, folder)
  if (said['entries'] !== ENTRIES) throw new Error(`not all were published: ${JSON.stringify(said)}`)
  return { ms: Number(said['ms']), peak }
}

const streamed = async (hub: string, memory: () => { now: number; peak: number }): Promise<Record<string, number>> => {
  const began = performance.now()
  const delta = await fetched(`${hub}/data/delta?since=1`)
  const deltaMs = Math.round(performance.now() - began)
  const idle = memory().now
  const seconds: number[] = []
  let size = 0
  const peaks: number[] = []
  for (let time = 0; time < FETCHES; time += 1) {
    const from = performance.now()
    size = await fetched(`${hub}/data/blacklist.csv`)
    seconds.push((performance.now() - from) / 1000)
    peaks.push(memory().peak)
  }
  const packed = performance.now()
  const gzip = await fetched(`${hub}/data/blacklist.csv`, { 'accept-encoding': 'gzip' })
  const gzipSeconds = (performance.now() - packed) / 1000
  const [csvSeconds = 0] = seconds.sort((a, b) => a - b)
  const [peak = 0, last = 0] = [peaks[0], peaks.at(-1)]
  say(
    `delta of ${CHANGED} changes ${deltaMs} ms, ${delta} bytes; table of ${(size / MEGA).toFixed(0)} MB in ${csvSeconds.toFixed(1)} s, gzip ${(gzip / MEGA).toFixed(0)} MB in ${gzipSeconds.toFixed(1)} s; memory ${idle.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most in the first, ${last.toFixed(0)} MB in ${FETCHES}`,
  )
  return {
    deltaMs,
    csvMB: Math.round(size / MEGA),
    csvSeconds: Math.round(csvSeconds * 10) / 10,
    idleMB: Math.round(idle),
    streamingMB: Math.round(last),
  }
}

const fetched = (url: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    http
      .get(url, { headers }, (answer) => {
        let size = 0
        answer.on('data', (part: Buffer) => {
          size += part.length
        })
        answer.on('end', () => (answer.statusCode === 200 ? resolve(size) : reject(new Error(`${answer.statusCode}`))))
        answer.on('error', reject)
      })
      .on('error', reject)
  })

/** Runs `act` with a hub in a process of its own. `memory` gives its resident memory in MB, now and at most, from /proc. */
const withHub = async <T>(
  url: string,
  folder: string,
  act: (hub: string, memory: () => { now: number; peak: number }) => Promise<T>,
): Promise<T> => {
  const port = 41_000 + (process.pid % 10_000)
  const child = spawn(join(process.cwd(), 'dist/src/cli.js'), ['start'], {
    env: { ...process.env, DATABASE_URL: url, DATA_DIR: join(folder, 'hub'), LOG_LEVEL: 'silent', PORT: String(port) },
    stdio: 'ignore',
  })
  try {
    const hub = `http://127.0.0.1:${port}`
    await listening(hub, child)
    return await act(hub, () => memoryOf(child))
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
}

const listening = async (hub: string, child: ChildProcess): Promise<void> => {
  while (child.exitCode === null) {
    const answer = await fetch(`${hub}/healthz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the hub ended with ${child.exitCode}`)
}

const memoryOf = ({ pid }: ChildProcess): { now: number; peak: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024
  return { now: of('VmRSS'), peak: of('VmHWM') }
}

/** Lets a share of the terms end, on a hundred different days, and measures how long the hub takes to end them one by one. */
const ended = async (db: JobDb): Promise<Record<string, number>> => {
  const due = Math.round(ENTRIES * DUE_SHARE)
  await db.raw(
    `with chosen as (select id, (now() at time zone 'Asia/Shanghai')::date - 1 - (row_number() over (order by id) % 100)::int as ends from listings order by id limit ?),
       listed as (update public_entries p set ends_on = c.ends, body = jsonb_set(p.body, '{endsOn}', to_jsonb(c.ends)) from chosen c where p.listing_id = c.id)
     update listings l set ends_on = c.ends, facts = jsonb_set(l.facts, '{endsOn}', to_jsonb(c.ends)) from chosen c where l.id = c.id`,
    [due],
  )
  const { lists } = schemaDocument('rules/lists.json') as { lists: ListKind[] }
  const rules = {
    lists,
    calendar: { holidays: new Set(), workdays: new Set(), knownUntil: '2099-12-31' },
    clocks: readClockRules(),
    platforms: ['national', 'jilin', 'creditchina', 'creditjilin'].map((id) => ({
      id,
      kinds: ['listing' as const],
      lists: null,
    })),
    pseudonymOf: () => '',
  } as unknown as WorkRules
  const log = makeLog({ level: 'silent', file: null })
  const began = performance.now()
  const done = await expireListings(db, { cause: 'command', rules, now: () => new Date(), log })
  const expiredMs = Math.round(performance.now() - began)
  const { rows } = await db.raw(
    `select count(*)::int as n from listings where removal_reason = 'EXPIRED' and removed_on = ends_on + 1`,
  )
  if (done?.expired !== due || rows[0].n !== due) throw new Error(`not each ended: ${JSON.stringify([done, rows])}`)
  say(`${due} terms ended in ${(expiredMs / 1000).toFixed(1)} s, each on its own day`)
  return { expiredMs }
}
