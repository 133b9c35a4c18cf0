/**
 * Bench of the public pages over HTTP from the built hub. The list has BENCH_ENTRIES entries among twice as many names. It measures
 * the time to the first byte under 50 connections, a search by name under 8, and the size of a compressed page. Hub and bare server
 * (`asked/pages-bare.js`, the same bytes from memory) take turns, because load, hub and PostgreSQL share the machine. BENCH_SECONDS
 * and BENCH_ROUNDS make a run shorter.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MASKING_VERSION } from '../../src/domain/listing/public-entry.js'
import { connect, type Db, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { PREFECTURES } from '../../src/web/frame/prefectures.js'
import { sweepNames } from '../../src/work/operators/names.js'
import { commanded } from './commanded.js'

const ENTRIES = Number(process.env['BENCH_ENTRIES'] ?? 200_000)
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5)
/** Turns of each server. The median of their figures counts. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const WARM_SECONDS = 1
/** Ticks per second in /proc/PID/stat. */
const TICKS = 100
const MICROSECONDS = 1_000_000
/** Requests per minute, more than a bench can make. The hub still counts them. */
const QUOTA = '100000000'
const CONNECTIONS = 50
const SEARCHERS = 8
/** Entries whose pages are requested, and names that are searched for. */
const ASKED = 20_000
const STEP = 20_000
const COLD = 20

const SIGNS = '云禾松岭泽安瑞恒晟嘉博远鸿信达盛源辰泰康宁和悦铭朗捷迅腾翔飞骏驰逸轩宇辉煌灿锦绣'
const CITIES = '长春 吉林 四平 辽源 通化 白山 松原 白城 延边'.split(' ')
const TRADES = '商贸 电子商务 网络科技 食品 服装 建材 医药 物流'.split(' ')
const REASONS = [
  '销售侵犯注册商标专用权的商品；销售假冒商品',
  '发布虚假广告',
  '以不合格产品冒充合格产品',
  '组织虚假交易，刷单炒信',
  '经营超过保质期的食品，情节严重',
]

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

const codeOf = (n: number): string => `91220102MA${String(n).padStart(8, '0')}`

/** Returns a name for `n`, spread over the signs. */
const nameOf = (n: number): string => {
  const sign = (place: number) => SIGNS[Math.floor((n * 7_919) / SIGNS.length ** place) % SIGNS.length]
  return `${CITIES[n % CITIES.length]}市${sign(0)}${sign(1)}${sign(2)}${TRADES[n % TRADES.length]}有限公司`
}

export const pages = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const url = new URL(server.url)
  url.pathname = '/bench_pages'
  const admin = connect(server.url)
  await admin.raw('create database bench_pages')
  await admin.destroy()
  const db = connect(url.href)
  const started: ChildProcess[] = []
  try {
    await migrate(db)
    await filled(db)
    await commanded(['publish', '--json'], url.href, folder)
    say('published')
    const own = await hub(url.href, folder, started)
    const { port } = own
    const bare = bareOf(started)
    const load = asker(started, 'test/bench/asked/pages-load.js')
    const { rows } = await db.raw(
      `select listing_id as id, body->>'name' as name from public_entries order by md5(listing_id::text) limit ?`,
      [ASKED],
    )
    const figures: Record<string, number> = {}
    let most = 0
    const measure = async (what: string, paths: string[], connections = CONNECTIONS): Promise<void> => {
      // A page of the whole list is rendered once and then cached until the list changes. Its first rendering is measured separately.
      const cold = await coldest(port, paths)
      const servers = [own, await bare({ port, paths })]
      const rounds: Measured[][] = []
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [n, server] of servers.entries()) {
          rounds[n] ??= []
          rounds[n].push(await measured(server, () => load({ port: server.port, paths, connections, ...TIMES })))
        }
      const [hubs = [], bares = []] = rounds
      const ratio = middle(hubs.map(({ p99 }, n) => p99 / (bares[n]?.p99 ?? 0)))
      const bytes = Math.max(...hubs.map((each) => each.most))
      say(
        `${what.padEnd(8)} ${told(hubs)}; bare ${told(bares)}: p99 ${ratio.toFixed(1)} ×; first time ${cold.toFixed(0)} ms at most; ${Math.ceil(bytes / 1000)} kB packed; load ${loadavg()[0]?.toFixed(1)}`,
      )
      const of = (figure: keyof Measured) => middle(hubs.map((each) => each[figure]))
      figures[`${what}P50`] = Math.round(of('p50') * 10) / 10
      figures[`${what}P99`] = Math.round(of('p99') * 10) / 10
      figures[`${what}Cpu`] = Math.round(of('cpu'))
      figures[`${what}BareCpu`] = Math.round(middle(bares.map(({ cpu }) => cpu)))
      figures[`${what}Ratio`] = Math.round(ratio * 10) / 10
      figures[`${what}Cold`] = Math.round(cold)
      most = Math.max(most, bytes)
    }
    await measure('front', ['/'])
    await measure('list', ['/blacklist'])
    await measure('filters', [
      '/blacklist?reason=counterfeit',
      '/blacklist?region=2203',
      '/blacklist?reason=sham&region=2205&sort=ending',
      `/blacklist?authority=${encodeURIComponent(`${CITIES[3]}市市场监督管理局`)}`,
      '/blacklist?from=2026-01-01&to=2026-03-31&sort=oldest',
      '/blacklist?reason=food&lang=en',
    ])
    await measure(
      'entry',
      rows.map(({ id }: { id: string }) => `/blacklist/${id}`),
    )
    await measure(
      'search',
      rows.map(({ name }: { name: string }, n: number) => `/blacklist?name=${encodeURIComponent(asMeant(name, n))}`),
      SEARCHERS,
    )
    return { ...figures, mostBytes: most }
  } finally {
    for (const child of started) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    await db.destroy()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

const TIMES = { seconds: SECONDS, warm: WARM_SECONDS }

const told = (rounds: readonly Measured[]): string => {
  const of = (figure: keyof Measured) => middle(rounds.map((round) => round[figure]))
  return `${Math.round(of('count') / SECONDS)}/s, first byte p50 ${of('p50').toFixed(1)} ms, p99 ${of('p99').toFixed(1)} ms, ${of('cpu').toFixed(0)} µs of its processor each`
}

const middle = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

const measured = async ({ child }: Server, run: () => Promise<Omit<Measured, 'cpu'>>): Promise<Measured> => {
  const before = ticksOf(child)
  const found = await run()
  // The processor time includes the warm-up, so its answers are counted too.
  const answers = found.count * ((SECONDS + WARM_SECONDS) / SECONDS)
  return { ...found, cpu: ((ticksOf(child) - before) / TICKS / answers) * MICROSECONDS }
}

const ticksOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

/** The slowest of the first COLD pages, requested one after another, milliseconds. */
const coldest = async (port: number, paths: readonly string[]): Promise<number> => {
  let most = 0
  for (const path of paths.slice(0, COLD)) {
    const began = performance.now()
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    most = Math.max(most, performance.now() - began)
  }
  return most
}

/** A name as people type it: with a wrong character, in its short form, or whole. */
const asMeant = (name: string, n: number): string => {
  if (n % 3 === 0) return `${name.slice(0, 4)}误${name.slice(5)}`
  return n % 3 === 1 ? name.slice(3, -4) : name
}

const filled = async (db: Db): Promise<void> => {
  const began = performance.now()
  const codes = PREFECTURES.map(({ code }) => `${code}02`)
  const { rows: runs } = await db.raw(
    `insert into runs (job, cause, started_at, ended_at, outcome) values ('seed', 'command', now(), now(), 'DONE') returning id`,
  )
  for (let from = 1; from <= ENTRIES; from += STEP) {
    const rows = Array.from({ length: Math.min(STEP, ENTRIES - from + 1) }, (_, i) => {
      const n = from + i
      const city = n % CITIES.length
      return {
        id: randomUUID(),
        uscc: codeOf(n),
        name: nameOf(n),
        region: codes[city],
        reason: REASONS[n % REASONS.length],
        authority: `${CITIES[city]}市市场监督管理局`,
        document: `虚市监列〔2026〕${n}号`,
        back: n % 900,
      }
    })
    // Inserts directly what the moves of a case would leave.
    await db.raw(
      `with r as materialized (select r.*, current_date - back as day, current_date - back + 1095 as ending, '《市场监督管理严重违法失信名单管理办法》第九条' as basis
           from jsonb_to_recordset(:rows::jsonb) as r(id uuid, uscc text, name text, region text, reason text, authority text, document text, back int)),
         o as (insert into operators (uscc, kind, name, region, first_run, created_at) select uscc, 'ENTERPRISE', name, region, :run, now() from r returning id, uscc),
         l as (insert into listings (id, list, operator_id, state, reason, basis, authority, authority_code, document_number, facts, moves, published_on, ends_on, created_at)
           select r.id, 'serious', o.id, 'PUBLISHED', r.reason, r.basis, r.authority, r.region, r.document, jsonb_build_object('operator', o.id), 9, r.day, r.ending, now() from o join r using (uscc)),
         b as (select r.*, jsonb_build_object('id', id, 'list', 'serious', 'uscc', uscc, 'name', name, 'region', region, 'reason', reason, 'basis', basis, 'authority', authority,
           'documentNumber', document, 'decidedOn', day, 'publishedOn', day, 'endsOn', ending, 'contested', false) as body from r)
       insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on, masks)
       select id, body, encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), day, day, ending, ${MASKING_VERSION} from b`,
      { rows: JSON.stringify(rows), run: runs[0].id },
    )
  }
  // As many further firms are on no list.
  await db.raw(
    `insert into operators (uscc, kind, name, region, status, first_run, created_at)
     select '91220203MA' || lpad(n::text, 8, '0'), 'ENTERPRISE', replace(o.name, '市', '区'), o.region, 'ACTIVE', 1, now()
     from generate_series(1, ?::int) n join operators o on o.uscc = '91220102MA' || lpad(n::text, 8, '0')`,
    [ENTRIES],
  )
  await db.raw('update name_states set wanted = wanted + 1')
  await sweepNames(db)
  await db.raw('vacuum analyze')
  say(`${ENTRIES} entries made in ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

interface Server {
  port: number
  child: ChildProcess
}

const hub = async (url: string, folder: string, started: ChildProcess[]): Promise<Server> => {
  const port = 43_000 + (process.pid % 10_000)
  const child = spawn(join(process.cwd(), 'dist/src/cli.js'), ['start'], {
    env: {
      ...process.env,
      DATABASE_URL: url,
      DATA_DIR: join(folder, 'hub'),
      LOG_FILE: join(folder, 'hub.log'),
      PORT: String(port),
      QUOTA_PER_MINUTE: QUOTA,
    },
    stdio: 'ignore',
  })
  started.push(child)
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return { port, child }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the hub ended with ${child.exitCode}`)
}

const bareOf = (started: ChildProcess[]): ((of: { port: number; paths: string[] }) => Promise<Server>) => {
  const ask = asker<number>(started, 'test/bench/asked/pages-bare.js')
  const child = started.at(-1) as ChildProcess
  return async (of) => ({ port: await ask({ ...of, paths: of.paths.slice(0, COLD) }), child })
}

interface Measured {
  count: number
  p50: number
  p99: number
  /** Largest body, bytes. */
  most: number
  /** Processor time of the server's process per answer, microseconds. */
  cpu: number
}

/** Starts a program that answers each line of JSON with one line of JSON. */
const asker = <T = Omit<Measured, 'cpu'>>(started: ChildProcess[], path: string): ((asking: object) => Promise<T>) => {
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  if (child.stdout === null) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${path} ended`)
  })
  // The program ends with the bench. Its end is an error only for a call that waits for an answer.
  ended.catch(() => undefined)
  return async (asking) => {
    child.stdin?.write(`${JSON.stringify(asking)}\n`)
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    return JSON.parse(line) as T
  }
}
