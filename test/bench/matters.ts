/**
 * Bench of matters. Two built hubs answer pages of inboxes in turns, one with BENCH_MATTERS matters of five moves each and one with
 * a hundredth of them. Both worlds are multiplied by SQL from matters that the hub's own code opened and moved. Then matters are
 * opened and moved over HTTP, in turns with bare inserts of the same rows.
 */

import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNewCase } from '../../src/domain/listing/case.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { connect, type Db, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { type MatterWriting, matterById, movesOfMatters, writeMatters } from '../../src/store/matters/matters.js'
import { freezeMonth } from '../../src/work/matters/figures.js'
import { type MatterParts, receiveMatters } from '../../src/work/matters/keep-move.js'
import { type MatterPerson, moveMatter, openMatter } from '../../src/work/matters/matters.js'
import { backfillMeasures } from '../../src/work/matters/measures.js'
import { manyShown } from '../support/public-list.js'
import { rules } from '../support/rules.js'
import { client, hubServer, tokenOf } from './answers.js'

const MATTERS = Number(process.env['BENCH_MATTERS'] ?? 1_000_000)
const SMALL = 0.01
/** Matters inserted by one statement. */
const STEP = 50_000
/** Pages asked of each hub and inbox, after WARM of them that do not count. */
const PAGES = Number(process.env['BENCH_PAGES'] ?? 200)
const WARM = 20
/** Pages walked before the deep page. */
const DEEP = 20
const PAIRS = Number(process.env['BENCH_PAIRS'] ?? 1_000)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const CONNECTIONS = 16
const DAY_MS = 86_400_000
const AGENCY = 'market-regulator'
const [SENDER, HOLDER, PROVINCE] = ['220104', '220204', '220000']
const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: 'a'.repeat(64), bytes: 6 }
const FIELDS = { purpose: 'EVIDENCE', request: '请协助核实虚构商行二〇二六年以来的进货票据，并附复印件。' }

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
    for (const size of [MATTERS * SMALL, MATTERS])
      worlds.push(await worldOf(server.url, folder, Math.round(size), started, worlds.length))
    const [small, large] = worlds as [World, World]
    return {
      ...(await inboxes(small, large)),
      ...(await openings(large)),
      ...(await freezing(large)),
      ...(await backfill(server.url)),
    }
  } finally {
    for (const { db } of worlds) await db.destroy()
    for (const child of started) {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGTERM')) await gone
    }
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
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
  await filled(db, size)
  const [{ moves }] = (await db.raw('select count(*)::int as moves from matter_moves')).rows
  say(`${size} matters with ${moves} moves made by SQL in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  const folder = join(parent, String(place))
  const { port } = await hubServer(url, folder, started, place)
  const tokens: Record<string, string> = {}
  for (const region of [SENDER, HOLDER, PROVINCE]) {
    const account = await client(url, folder, 'agency', ['--agency', AGENCY, '--region', region])
    tokens[region] = await tokenOf(port, account)
  }
  return { url: url, folder, db, port, tokens }
}

const seatOf = (region: string): string => `${AGENCY}@${region}`
const counties = (): string[] =>
  Object.keys(schemaDocument('words/divisions.json') as Record<string, string>).filter((code) =>
    /^22\d\d(?!00)\d\d$/.test(code),
  )

/** One of five matters is open, the others have been answered; each has five moves. */
const filled = async (db: JobDb, size: number): Promise<void> => {
  const [open = '', answered = ''] = await templates(db)
  const seats = counties().map(seatOf)
  await db.raw(
    `create unlogged table bench_made (n int, template uuid, id uuid, sender text, holder text, opened timestamptz, due timestamptz)`,
  )
  const indexes: string[] = (await db.raw(INDEXES)).rows.map(({ indexdef }: { indexdef: string }) => indexdef)
  for (const made of indexes) await db.raw(`drop index ${made.split(' ')[2]}`)
  for (let from = 0; from < size; from += STEP) {
    await db.raw('truncate bench_made')
    await db.raw(
      `insert into bench_made select n, case when n % 5 = 0 then :open else :answered end::uuid, gen_random_uuid(),
         (:seats::text[])[1 + n % :many], (:seats::text[])[1 + (n * 7 + 3) % :many], now() - random() * interval '500 days',
         now() + (random() - 0.1) * interval '60 days' from generate_series(:from::int, :until::int) n order by 3`,
      { open, answered, seats, many: seats.length, from, until: Math.min(from + STEP, size) - 1 } as never,
    )
    await db.raw(MULTIPLY)
  }
  await db.raw(`delete from matters where id in (?, ?)`, [open, answered])
  await db.raw('drop table bench_made')
  for (const made of indexes) await db.transaction((tx) => tx.raw(`set local maintenance_work_mem = '512MB'; ${made}`))
  await db.raw('vacuum analyze')
  await db.raw('checkpoint')
}

/** Indexes that serve no constraint are built once all rows are there. */
const INDEXES = `select indexdef from pg_indexes where schemaname = 'public' and tablename like 'matter%'
  and indexname not in (select conname from pg_constraint)`

const withSeats = (text: string): string =>
  `replace(replace(${text}::text, '${seatOf(SENDER)}', b.sender), '${seatOf(HOLDER)}', b.holder)`
const END = `case when m.closed_at is null then b.due else b.opened + interval '20 days' end`
/** The role `replica` skips the checks of foreign keys. */
const MULTIPLY = `begin; set local session_replication_role = replica;
  insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, state, waiting, content, moves, opened_at, received_at, closed_at)
    select b.id, m.kind, m.kind_version, '协2026-B' || b.n, b.sender, b.n, m.request_sha256, m.state, ${withSeats('m.waiting')},
      ${withSeats('m.content')}::jsonb, m.moves, b.opened, b.opened + interval '1 day',
      case when m.closed_at is not null then ${END} end
    from bench_made b join matters m on m.id = b.template;
  insert into matter_seats (matter_id, seat, place, from_move, queue, due_at)
    select b.id, ${withSeats('s.seat')}, s.place, s.from_move, s.queue, ${END}
    from bench_made b join matters m on m.id = b.template join matter_seats s on s.matter_id = m.id
    where b.sender <> b.holder;
  insert into matter_moves (matter_id, sequence, move, state_before, state, by_sub, by_seat, on_day, at, input, previous_hash, hash)
    select b.id, v.sequence, v.move, v.state_before, v.state, v.by_sub, ${withSeats('v.by_seat')}, v.on_day, b.opened, v.input, v.previous_hash, v.hash
    from bench_made b join matter_moves v on v.matter_id = b.template;
  insert into matter_clocks (matter_id, place, clock, seat, due_on, due_at, confirmed, running)
    select b.id, c.place, c.clock, b.holder, b.due::date, b.due, c.confirmed, c.running
    from bench_made b join matter_clocks c on c.matter_id = b.template; commit`

const templates = async (db: JobDb): Promise<string[]> => {
  const parts: MatterParts = { db, rules, keys: { seal: (text) => text, unseal: (text) => text } }
  const person = (region: string): MatterPerson => ({ by: `bench-${region}`, seat: seatOf(region), role: 'agency' })
  const at = (day: number): Date => new Date(Date.now() - (20 - day) * DAY_MS)
  const ids: string[] = []
  for (const last of ['add_attachment', 'answer']) {
    const opening = { kind: 'assist', to: seatOf(HOLDER), fields: FIELDS, attachments: [LETTER] }
    const { id } = (await openMatter(parts, person(SENDER), opening, at(0))).stored
    await receiveMatters(parts, { seat: seatOf(HOLDER), ids: [id], way: 'QUEUE', now: at(1) })
    const move = (name: string, given: object) => moveMatter(parts, person(HOLDER), { id, move: name, ...given }, at(2))
    await move('accept', {})
    await move('extend', { reason: '需要向外地取证', extension: { value: 15, unit: 'WORKDAYS' } })
    await move(last, { attachments: [{ ...LETTER, type: 'REPLY' }] })
    ids.push(id)
  }
  return ids
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
    say(`${inbox.name.padEnd(32)} p95 ${of.toFixed(1)} ms, at ${MATTERS * SMALL} ${against.toFixed(1)} ms`)
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

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
const ask = async ({ port, tokens }: World, region: string, query: string, variables: object): Promise<any> => {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[region]}` },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await answer.json()) as { data: object; errors?: unknown }
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
    say(`open and move: ${rate.toFixed(0)} acts/s, bare ${bare.toFixed(0)}`)
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
    ...{ head: stored, matter, sealedFields: null, closedAt: null, waiting: seatOf(HOLDER) },
    files: [{ seat: seatOf(SENDER), sha256: LETTER.sha256 }],
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

/** Measures of ENTRIES entries in force, from six organisations each, and how much memory that adds from the first tenth on. */
const freezing = async ({ db }: World): Promise<Record<string, number>> => {
  const month = new Date(Date.now() - 2 * 31 * DAY_MS).toISOString().slice(0, 'YYYY-MM'.length)
  const { seconds, growth } = await watched(() => freezeMonth(db, rules, month, new Date()))
  say(`figures of ${month} frozen in ${seconds.toFixed(1)} s, ${growth.toFixed(0)} MB more`)
  return { figuresSeconds: Math.round(seconds * 10) / 10, figuresGrowthMb: Math.round(growth) }
}

/** Runs it and tells the memory (MB) of its first tenth and how much more it took later. */
const watched = async <T>(run: () => Promise<T>) => {
  const began = performance.now()
  const rss = [process.memoryUsage().rss / MEGA]
  const watch = setInterval(() => rss.push(process.memoryUsage().rss / MEGA), 500)
  const made = await run().finally(() => clearInterval(watch))
  const early = Math.max(...rss.slice(0, Math.ceil(rss.length / 10)))
  return { made, seconds: (performance.now() - began) / 1000, early, growth: Math.max(...rss) - early }
}

const backfill = async (server: string): Promise<Record<string, number>> => {
  const db = await emptyDatabase(server, 'bench_measures')
  try {
    const [publishedOn, endsOn] = ['2026-01-05', '2029-01-05']
    const facts = { ...makeNewCase('serious', 0), state: 'PUBLISHED', publishedOn, endsOn }
    await manyShown(db, { first: 1, count: ENTRIES, publishedOn, endsOn, reason: 40, facts })
    await db.raw('vacuum analyze')
    const { made, seconds, early, growth } = await watched(() => backfillMeasures(db, rules, { now: new Date() }))
    say(
      `${made} measures of ${ENTRIES} entries in ${seconds.toFixed(0)} s; memory ${early.toFixed(0)} MB, then ${growth.toFixed(0)} MB more`,
    )
    return { measures: made, measuresSeconds: Math.round(seconds), measuresGrowthMb: Math.round(growth) }
  } finally {
    await db.destroy()
  }
}
