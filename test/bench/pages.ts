/**
 * The public pages over HTTP, by the hub as it was built, on a list as long as wanted (BENCH_ENTRIES) among twice as many
 * names: time to the first byte under 50 connections, a search by name under 8, and how much a page is when packed. Load, hub and
 * PostgreSQL share the machine.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect, type Db, migrate } from '../../src/store/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { PREFECTURES } from '../../src/web/prefectures.js'
import { sweepNames } from '../../src/work/names.js'
import { manyShown } from '../support/public-list.js'
import { commanded } from './commanded.js'

const ENTRIES = Number(process.env['BENCH_ENTRIES'] ?? 200_000)
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5)
const WARM_SECONDS = 1
const CONNECTIONS = 50
const SEARCHERS = 8
/** Entries of which the page is asked, and names that are looked for. */
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

/** Of each number another name, spread over the signs. */
const nameOf = (n: number): string => {
  const sign = (place: number) => SIGNS[Math.floor((n * 7_919) / SIGNS.length ** place) % SIGNS.length]
  return `${CITIES[n % CITIES.length]}市${sign(0)}${sign(1)}${sign(2)}${TRADES[n % TRADES.length]}有限公司`
}

export const pages = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.join(join(folder, 'data'))
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
    const port = await hub(url.href, folder, started)
    const load = loadOf(started)
    const { rows } = await db.raw(
      `select listing_id as id, body->>'name' as name from public_entries order by md5(listing_id::text) limit ?`,
      [ASKED],
    )
    const figures: Record<string, number> = {}
    let most = 0
    const measure = async (what: string, paths: string[], connections = CONNECTIONS): Promise<void> => {
      // A page of the whole list is made once for all until the list changes: how long that takes is told apart.
      const cold = await coldest(port, paths)
      const found = await load({ port, paths, connections, seconds: SECONDS, warm: WARM_SECONDS })
      say(
        `${what.padEnd(8)} ${Math.round(found.count / SECONDS)}/s, first byte p50 ${found.p50.toFixed(1)} ms, p99 ${found.p99.toFixed(1)} ms; first time ${cold.toFixed(0)} ms at most; ${Math.ceil(found.most / 1000)} kB packed`,
      )
      figures[`${what}P50`] = Math.round(found.p50 * 10) / 10
      figures[`${what}P99`] = Math.round(found.p99 * 10) / 10
      figures[`${what}Cold`] = Math.round(cold)
      most = Math.max(most, found.most)
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

/** Of the first few, one after the other, the slowest, milliseconds. */
const coldest = async (port: number, paths: readonly string[]): Promise<number> => {
  let most = 0
  for (const path of paths.slice(0, COLD)) {
    const began = performance.now()
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    most = Math.max(most, performance.now() - began)
  }
  return most
}

/** As people write it: a wrong character, the short name, or all of it. */
const asMeant = (name: string, n: number): string => {
  if (n % 3 === 0) return `${name.slice(0, 4)}误${name.slice(5)}`
  return n % 3 === 1 ? name.slice(3, -4) : name
}

const filled = async (db: Db): Promise<void> => {
  const began = performance.now()
  await manyShown(db, { first: 1, count: ENTRIES, publishedOn: '2026-01-02', endsOn: '2029-01-02', reason: 30 })
  // Unknown tables would be joined row by row.
  await db.raw('analyze')
  const codes = PREFECTURES.map(({ code }) => `${code}02`)
  for (let from = 1; from <= ENTRIES; from += STEP) {
    const rows = Array.from({ length: Math.min(STEP, ENTRIES - from + 1) }, (_, i) => {
      const n = from + i
      const city = n % CITIES.length
      return {
        uscc: `91220102MA${String(n).padStart(8, '0')}`,
        name: nameOf(n),
        region: codes[city],
        reason: REASONS[n % REASONS.length],
        authority: `${CITIES[city]}市市场监督管理局`,
        back: n % 900,
      }
    })
    await db.raw(
      `with r as (select * from jsonb_to_recordset(?::jsonb) as r(uscc text, name text, region text, reason text, authority text, back int)),
         o as (update operators o set name = r.name, region = r.region from r where o.uscc = r.uscc returning o.id, o.uscc),
         l as (update listings l set published_on = current_date - r.back, ends_on = current_date - r.back + 1095 from o join r using (uscc) where l.operator_id = o.id returning l.id, o.uscc)
       update public_entries p set published_on = current_date - r.back, shown_from = current_date - r.back, ends_on = current_date - r.back + 1095,
         body = p.body || jsonb_build_object('name', r.name, 'region', r.region, 'reason', r.reason, 'authority', r.authority,
           'publishedOn', current_date - r.back, 'endsOn', current_date - r.back + 1095)
       from l join r using (uscc) where p.listing_id = l.id`,
      [JSON.stringify(rows)],
    )
  }
  // As many firms again are on no list.
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

const hub = async (url: string, folder: string, started: ChildProcess[]): Promise<number> => {
  const port = 43_000 + (process.pid % 10_000)
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/src/cli.js'), 'start'], {
    env: {
      ...process.env,
      DATABASE_URL: url,
      DATA_DIR: join(folder, 'hub'),
      LOG_FILE: join(folder, 'hub.log'),
      PORT: String(port),
    },
    stdio: 'ignore',
  })
  started.push(child)
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return port
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the hub ended with ${child.exitCode}`)
}

interface Measured {
  count: number
  p50: number
  p99: number
  most: number
}

const loadOf = (started: ChildProcess[]): ((asking: object) => Promise<Measured>) => {
  const child = spawn(process.execPath, ['test/bench/asked/pages-load.js'], { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  if (child.stdout === null) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(() => {
    throw new Error('the load ended')
  })
  // It ends with the bench; only while an answer is waited for that is a fault.
  ended.catch(() => undefined)
  return async (asking) => {
    child.stdin?.write(`${JSON.stringify(asking)}\n`)
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    return JSON.parse(line) as Measured
  }
}
