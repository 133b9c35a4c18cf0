/**
 * Bench of `POST /v1/standings` with 100,000 codes on the built hub, with its audit log. It is compared with a bare loop in this
 * process on the same tables: the same chunks and concurrency, a prepared statement, one line a row. The callers are a marketplace
 * with its own sellers (with score and grade), one without them, and a public one. The first also asks about sellers on the public
 * list. Load, hub and PostgreSQL share the machine.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { SELLERS_PER_LIST_MOST } from '../../src/domain/standing/sellers.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { connect } from '../../src/store/db/db.js'
import { client, hubServer, theWorld, tokenOf } from './answers.js'
import type { Started as Running } from './asked/peers.js'
import { type Streamed, streamed } from './asked/stream.js'
import { listed } from './asked/world.js'
import { commanded } from './commanded.js'

/** Codes in one request. */
const CODES = 100_000
/** Requests in a row, of which the median counts. Memory is watched over all of them. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
/** Codes per chunk and chunks at a time, as in the hub. */
const CHUNK = 1_000
const UNDER_WAY = 4
/** Milliseconds between two readings of the hub's memory. */
const LOOK_MS = 50

/** Milliseconds of rest after the bare loop. */
const REST_MS = 1_000

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

export const stream = async (): Promise<Record<string, number>> => {
  const { url, folder, codes } = await theWorld()
  const all = readFileSync(codes.codes, 'utf8').trim().split('\n')
  const listedFrom = Math.max(all.length - CODES, Math.floor(all.length / 2))
  const [asked, onList] = [shuffled(all.slice(0, listedFrom)), shuffled(all.slice(listedFrom))].map((some) =>
    Array.from({ length: CODES }, (_, n) => some[n % some.length] as string),
  ) as [string[], string[]]
  const db = connect(url)
  // Ids follow the order of the file.
  await listed(db, { first: listedFrom + 1, last: all.length })
  await db.raw('vacuum analyze')
  await db.destroy()
  const [seller, other] = [await client(url, folder, 'marketplace'), await client(url, folder, 'marketplace')]
  // The shops feed confirms no seller here, so the marketplace is allowed as many unconfirmed ones as a list may hold.
  const allowed = [
    'client',
    'sellers',
    seller.id,
    '--unconfirmed',
    String(SELLERS_PER_LIST_MOST),
    '--reason',
    'bench',
    '--json',
  ]
  await commanded(allowed, url, folder)
  const started: Running['child'][] = []
  try {
    const hub = await hubServer(url, folder, started)
    const token = await tokenOf(hub.port, seller)
    await uploaded(hub.port, token, [...asked, ...onList])
    const body = JSON.stringify(asked)
    const memory = watched(hub)
    // A warm-up request, which does not count.
    await streamed(hub.port, body, token)
    await bare(url, asked)
    const [own, bares, settled]: [Streamed[], number[], number[]] = [[], [], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      bares.push(await bare(url, asked))
      await rested()
      own.push(await streamed(hub.port, body, token))
      settled.push(memory.now())
      say(
        `own sellers: ${told(own.at(-1) as Streamed)}; bare ${Math.round(bares.at(-1) ?? 0)} codes/s; ${memory.now()} MB`,
      )
    }
    const entered: Streamed[] = []
    for (let round = 0; round < ROUNDS; round += 1)
      entered.push(await streamed(hub.port, JSON.stringify(onList), token))
    const listedRate = middle(entered.map(rateOf))
    say(`own sellers, all on the list: ${Math.round(listedRate)} codes/s`)
    const strangers = await streamed(hub.port, body, await tokenOf(hub.port, other))
    const open = await streamed(hub.port, body, undefined)
    say(`none of its sellers: ${told(strangers)}; without a token: ${told(open)}`)
    const peak = memory.stop()
    const rate = middle(own.map(rateOf))
    return {
      first: Math.round(middle(own.map(({ first }) => first))),
      rate: Math.round(rate),
      bareRate: Math.round(middle(bares)),
      ratio: Math.round((rate / middle(bares)) * 100) / 100,
      listedRate: Math.round(listedRate),
      listedRatio: Math.round((listedRate / rate) * 100) / 100,
      strangersRate: Math.round(rateOf(strangers)),
      publicRate: Math.round(rateOf(open)),
      rssMb: settled.at(-1) ?? 0,
      rssGrownMb: (settled.at(-1) ?? 0) - (settled[0] ?? 0),
      rssPeakMb: peak,
    }
  } finally {
    for (const child of started) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    }
  }
}

/** Waits until this process has collected the loop's garbage. Otherwise the collector would take a processor from the hub. */
const rested = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS))

const rateOf = ({ rows, all }: Streamed): number => (rows / all) * 1_000
const told = (one: Streamed): string => `${Math.round(rateOf(one))} codes/s, first byte ${one.first.toFixed(0)} ms`
const middle = (all: number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

const shuffled = (codes: string[]): string[] => {
  for (let at = codes.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[codes[at], codes[other]] = [codes[other] as string, codes[at] as string]
  }
  return codes
}

/** Uploads the codes as the marketplace's own list of sellers. */
const uploaded = async (port: number, token: string, codes: readonly string[]): Promise<void> => {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/sellers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body: codes.join('\n'),
  })
  if (answer.status !== 200) throw new Error(`the list was answered ${answer.status} ${await answer.text()}`)
}

const LISTED = `exists (select 1 from listings l join public_entries p on p.listing_id = l.id where l.operator_id = o.id
  and p.shown_from <= $2::date and (p.ends_on is null or p.ends_on > $2::date)) as listed`
const STATEMENT = {
  name: 'standings',
  text: `select o.uscc, o.name, o.status, s.grade, s.value as score, ${LISTED}
    from unnest($1::text[]) with ordinality as a(code, place) join operators o on o.uscc = a.code
    left join lateral (select value, grade from scores where operator_id = o.id and as_of <= $2::date
      order by as_of desc, id desc limit 1) s on true order by a.place`,
}

/** Codes per second of the bare loop: the statement and a line of JSON per row, without audit log or network. */
const bare = async (url: string, codes: readonly string[]): Promise<number> => {
  const pool = new pg.Pool({ connectionString: url, max: UNDER_WAY })
  const today = shanghaiDate(new Date())
  const began = performance.now()
  let [next, lines] = [0, 0]
  const loop = async (): Promise<void> => {
    while (next < codes.length) {
      const chunk = codes.slice(next, next + CHUNK)
      next += CHUNK
      const { rows } = await pool.query({ ...STATEMENT, values: [chunk, today] })
      let text = ''
      for (const row of rows) text += `${JSON.stringify({ code: row.uscc, ...row })}\n`
      if (Buffer.from(text).length > 0) lines += rows.length
    }
  }
  try {
    await Promise.all(Array.from({ length: UNDER_WAY }, loop))
    const seconds = (performance.now() - began) / 1_000
    if (lines !== codes.length) throw new Error(`the bare loop found ${lines} of ${codes.length}`)
    return codes.length / seconds
  } finally {
    await pool.end()
  }
}

/** Watches the resident memory of the hub, MB: `now` reads it, `stop` ends and returns the peak. */
const watched = ({ child }: Running): { now: () => number; stop: () => number } => {
  const now = (): number =>
    Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024)
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, now())
  }, LOOK_MS)
  return {
    now,
    stop: () => {
      clearInterval(look)
      return peak
    },
  }
}
