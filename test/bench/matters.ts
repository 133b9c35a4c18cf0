/**
 * Bench of matters. Two built hubs answer pages of inboxes in turns, one with BENCH_MATTERS matters of five moves each and one with
 * a hundredth of them. Then matters are opened and moved over HTTP, in turns with bare inserts of the same rows, and measures of
 * entries in force are filled in.
 */

import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNewCase } from '../../src/domain/listing/case.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { connect, type Db, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { readIssue } from '../../src/store/matters/figures.js'
import { type MatterWriting, matterById, movesOfMatters, writeMatters } from '../../src/store/matters/matters.js'
import { type FigureContent, freezeMonth } from '../../src/work/matters/figures.js'
import { backfillMeasures } from '../../src/work/matters/measures.js'
import { manyShown } from '../support/public-list.js'
import { rules } from '../support/rules.js'
import { client, hubServer, tokenOf } from './answers.js'
import { AGENCY, FIELDS, FROZEN_MONTH, fillMatters, HOLDER, LETTER, SENDER, seatOf } from './matters-world.js'

const MATTERS = Number(process.env['BENCH_MATTERS'] ?? 1_000_000)
const SMALL = 0.01
/** Pages asked of each hub and inbox, after WARM of them that do not count. */
const PAGES = Number(process.env['BENCH_PAGES'] ?? 200)
const WARM = 20
/** Pages walked before the deep page. */
const DEEP = 20
const PAIRS = Number(process.env['BENCH_PAIRS'] ?? 1_000)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const CONNECTIONS = 16
const PROVINCE = '220000'

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

interface World {
  url: string
  folder: string
  db: JobDb
  port: number
  tokens: Record<string, string>
}

export const matters = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const started: ChildProcess[] = []
  const worlds: World[] = []
  try {
    await boundLog(server.url)
    for (const size of [MATTERS * SMALL, MATTERS])
      worlds.push(await worldOf(server.url, folder, Math.round(size), started, worlds.length))
    const [small, large] = worlds as [World, World]
    const found = { ...(await inboxes(small, large)), ...(await openings(large)), ...(await freezing(large)) }
    await closeWorlds(server.url, worlds.splice(0), started.splice(0))
    return { ...found, ...(await backfill(server.url)) }
  } finally {
    await closeWorlds(server.url, worlds, started)
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The whole bench stays below 6 GB: a million matters take 5 GB. */
const boundLog = async (server: string): Promise<void> => {
  const admin = connect(server)
  await admin.raw(`alter system set max_wal_size = '512MB'`)
  await admin.raw('select pg_reload_conf()')
  await admin.destroy()
}

const closeWorlds = async (server: string, worlds: readonly World[], started: readonly ChildProcess[]) => {
  agent.destroy()
  for (const child of started) {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await gone
  }
  const admin = connect(server)
  for (const { db, url } of worlds) {
    await db.destroy()
    await admin.raw('drop database ?? with (force)', [new URL(url).pathname.slice(1)])
  }
  await admin.destroy()
}

const urlOf = (server: string, name: string): string => Object.assign(new URL(server), { pathname: `/${name}` }).href

const emptyDatabase = async (server: string, name: string): Promise<JobDb> => {
  const admin = connect(server)
  await admin.raw('create database ??', [name])
  await admin.destroy()
  const db = connect(urlOf(server, name))
  await migrate(db)
  return db
}

const worldOf = async (
  server: string,
  parent: string,
  size: number,
  started: ChildProcess[],
  place: number,
): Promise<World> => {
  const name = `bench_matters_${place}`
  const db = await emptyDatabase(server, name)
  const url = urlOf(server, name)
  const began = performance.now()
  await fillMatters(db, size)
  const [{ moves, gb }] = (
    await db.raw(
      `select (select count(*)::int from matter_moves) as moves, round(pg_database_size(current_database()) / 1e9, 1)::float8 as gb`,
    )
  ).rows
  const seconds = (performance.now() - began) / 1000
  say(`world: ${size} matters with ${moves} moves, ${gb} GB, made by SQL in ${seconds.toFixed(0)} s`)
  const folder = join(parent, String(place))
  const { port } = await hubServer(url, folder, started, place)
  const tokens: Record<string, string> = {}
  for (const region of [SENDER, HOLDER, PROVINCE]) {
    const account = await client(url, folder, 'agency', ['--agency', AGENCY, '--region', region])
    tokens[region] = await tokenOf(port, account)
  }
  return { url: url, folder, db, port, tokens }
}

const PAGE = `query ($queue: MatterQueue, $after: String) { matters(queue: $queue, first: 20, after: $after) {
  nodes { id number kind stateName { zh } sender holder waitingFor openedAt receivedAt outcome clocks { clock dueOn dueAt late } }
  pageInfo { hasNextPage endCursor } } }`
const COUNTS = '{ matterCounts { waiting late } }'

interface Inbox {
  name: string
  region: string
  query: string
  queue?: string
  deep?: boolean
}

const INBOXES: readonly Inbox[] = [
  ...['WAITING', 'LATE', 'OTHERS', 'ENDED'].flatMap((queue) =>
    [HOLDER, PROVINCE].map((region) => ({ name: `${queue} of ${region}`, region, query: PAGE, queue })),
  ),
  { name: `BELOW ${PROVINCE}`, region: PROVINCE, query: PAGE, queue: 'BELOW' },
  { name: `BELOW ${PROVINCE}, page ${DEEP}`, region: PROVINCE, query: PAGE, queue: 'BELOW', deep: true },
  { name: `counts of ${HOLDER}`, region: HOLDER, query: COUNTS },
]

const inboxes = async (small: World, large: World): Promise<Record<string, number>> => {
  let [p95, growth] = [0, 0]
  for (const inbox of INBOXES) {
    const [few, many]: [number[], number[]] = [[], []]
    const afters = await Promise.all([small, large].map((world) => (inbox.deep ? cursorOf(world, inbox) : null)))
    for (let n = -WARM; n < PAGES; n += 1)
      for (const [times, world, after] of [
        [few, small, afters[0]],
        [many, large, afters[1]],
      ] as const) {
        const began = performance.now()
        await ask(world, inbox.region, inbox.query, { queue: inbox.queue, after })
        if (n >= 0) times.push(performance.now() - began)
      }
    const [of, against] = [at95(many), at95(few)]
    const times = (of / against).toFixed(2)
    say(
      `inbox ${inbox.name.padEnd(36)} p95 ${of.toFixed(1)} ms, at ${MATTERS * SMALL} ${against.toFixed(1)} ms, ×${times}`,
    )
    p95 = Math.max(p95, of)
    growth = Math.max(growth, of / against)
  }
  return { pageP95Ms: Math.round(p95 * 10) / 10, pageGrowth: Math.round(growth * 100) / 100 }
}

const cursorOf = async (world: World, { region, query, queue }: Inbox): Promise<string | null> => {
  let after: string | null = null
  for (let page = 1; page < DEEP; page += 1)
    after = (await ask(world, region, query, { queue, after })).matters.pageInfo.endCursor
  return after
}

const at95 = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

/** node:http takes half the processor time of fetch, which the hub would lack. */
const post = ({ port, tokens }: World, region: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      authorization: `Bearer ${tokens[region]}`,
    }
    const sent = request({ agent, port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
const ask = async (world: World, region: string, query: string, variables: object): Promise<any> => {
  const { data, errors } = JSON.parse(await post(world, region, JSON.stringify({ query, variables })))
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

const OPEN = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id number state } }'
const MOVE = 'mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { id state } }'

/** Acts a second: a matter is opened by one agency and accepted by the other, each with its row of the audit log. */
const openings = async (world: World): Promise<Record<string, number>> => {
  const [rates, ratios]: [number[], number[]] = [[], []]
  await perSecond((n) => pair(world, `预热-${n}`))
  await world.db.raw('create table bare_trail (like trail including defaults including indexes)')
  const writings = await writingsOf(world.db)
  const pool = openAnswerPool(world.url, { what: 'bench', max: CONNECTIONS })
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await perSecond((n) => barePair(pool, writings, `B${round}-${n}`))
    const rate = await perSecond((n) => pair(world, `开办-${round}-${n}`))
    say(`open and move: ${rate.toFixed(0)} acts/s, bare ${bare.toFixed(0)}, ratio ${(rate / bare).toFixed(2)}`)
    rates.push(rate)
    ratios.push(rate / bare)
  }
  await pool.close()
  return { actsPerSecond: Math.round(middle(rates)), actsAgainstBare: Math.round(middle(ratios) * 100) / 100 }
}

const middle = (all: number[]): number => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

/** `act` makes two acts. */
const perSecond = async (act: (n: number) => Promise<unknown>): Promise<number> => {
  let next = 0
  const began = performance.now()
  const work = async () => {
    while (next < PAIRS) await act(next++)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  return (2 * PAIRS) / ((performance.now() - began) / 1000)
}

const pair = async (world: World, reference: string): Promise<void> => {
  const fields = Object.entries(FIELDS).map(([name, value]) => ({ name, value }))
  const input = { kind: 'assist', to: seatOf(HOLDER), reference, fields, attachments: [LETTER] }
  const { openMatter: opened } = await ask(world, SENDER, OPEN, { input })
  const moved = await ask(world, HOLDER, MOVE, { input: { id: opened.id, move: 'accept' } })
  if (moved.moveMatter.state !== 'ACCEPTED') throw new Error(JSON.stringify(moved))
}

/**
 * The rows of an opening and of a move as the hub stores them, with the holder's receipt and two rows of the audit log an act,
 * without HTTP, reads, rules and hashes.
 */
const barePair = async (db: Db, [opening, moved]: readonly [MatterWriting, MatterWriting], reference: string) => {
  const id = randomUUID()
  for (const { head, ...written } of [opening, moved]) {
    await db.transaction((tx) =>
      writeMatters(tx, [{ head: { ...head, id, reference, number: reference }, ...written }]),
    )
    await db.raw(
      `insert into bare_trail select * from jsonb_populate_recordset((select t from trail t order by number desc limit 1), ?::jsonb)`,
      [JSON.stringify([{ number: ++audited }, { number: ++audited }])],
    )
  }
}
let audited = 0

/** What the hub writes for the newest matter's opening and its next move. */
const writingsOf = async (db: JobDb): Promise<[MatterWriting, MatterWriting]> => {
  const { rows } = await db.raw('select id from matters order by opened_at desc limit 1')
  const stored = await matterById(db, rows[0].id)
  const [open, ...accepted] = await movesOfMatters(db, [rows[0].id])
  if (stored === null || open === undefined || accepted.length === 0) throw new Error('no matter was opened')
  const { matter } = stored
  const written = {
    ...{ head: stored, version: null, matter, sealedFields: null, closedAt: null, waiting: seatOf(HOLDER) },
    files: [{ seat: seatOf(SENDER), sha256: LETTER.sha256, bytes: LETTER.bytes }],
    seats: [
      { seat: seatOf(SENDER), place: 'sender' as const },
      { seat: seatOf(HOLDER), place: 'holder' as const },
    ],
    clocks: [
      { place: 0, clock: 'ANSWER', seat: seatOf(HOLDER), dueOn: null, dueAt: null, confirmed: true, running: true },
    ],
  }
  return [
    { ...written, moves: [open] },
    { ...written, files: [], moves: accepted },
  ]
}

const ENTRIES = Number(process.env['BENCH_ENTRIES'] ?? 50_000)
const MEGA = 1024 * 1024

const freezing = async ({ db }: World): Promise<Record<string, number>> => {
  const month = FROZEN_MONTH
  const { seconds, growth, over } = await watched(() => freezeMonth(db, rules, month, new Date()))
  const opened = ((await readIssue<FigureContent>(db, { month, issue: null }))?.content.cells ?? []).reduce(
    (sum, cell) => sum + cell.opened,
    0,
  )
  if (opened === 0) throw new Error(`no matter of ${month} was counted`)
  say(
    `figures of ${month}, ${opened} matters opened, frozen in ${seconds.toFixed(1)} s; memory by tenths of the time: ${over} MB`,
  )
  return { figuresSeconds: Math.round(seconds * 10) / 10, figuresGrowthMb: Math.round(growth) }
}

/** Runs it and tells the memory (MB) by tenths of the time, and how much more it took after the first tenth. */
const watched = async <T>(run: () => Promise<T>) => {
  const rss: number[] = []
  const sample = () => rss.push(process.memoryUsage().rss / MEGA)
  sample()
  const began = performance.now()
  const watch = setInterval(sample, 500)
  const made = await run().finally(() => clearInterval(watch))
  const seconds = (performance.now() - began) / 1000
  sample()
  const early = Math.max(...rss.slice(0, Math.ceil(rss.length / 10)))
  const tenths = Array.from({ length: 11 }, (_, n) => rss[Math.round((n * (rss.length - 1)) / 10)] ?? 0)
  return { made, seconds, growth: Math.max(...rss) - early, over: tenths.map((mb) => mb.toFixed(0)).join(' ') }
}

/** Measures of ENTRIES entries in force, from six organisations each, and how much memory that adds from the first tenth on. */
const backfill = async (server: string): Promise<Record<string, number>> => {
  const db = await emptyDatabase(server, 'bench_measures')
  try {
    const [publishedOn, endsOn] = ['2026-01-05', '2029-01-05']
    const facts = { ...makeNewCase('serious', 0), state: 'PUBLISHED', publishedOn, endsOn }
    await manyShown(db, { first: 1, count: ENTRIES, publishedOn, endsOn, reason: 40, facts })
    await db.raw('vacuum analyze')
    const { made, seconds, growth, over } = await watched(() => backfillMeasures(db, rules, { now: new Date() }))
    say(
      `back-fill: ${made} measures of ${ENTRIES} entries in ${seconds.toFixed(1)} s; memory by tenths of the time: ${over} MB`,
    )
    return { measures: made, measuresSeconds: Math.round(seconds), measuresGrowthMb: Math.round(growth) }
  } finally {
    await db.destroy()
  }
}
