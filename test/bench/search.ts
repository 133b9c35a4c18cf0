/**
 * Bench of search by name over HTTP on a hub's own server, among BENCH_NAMES synthetic names. Queries have one or two errors among
 * the first nine characters, which hold place and brand. Others are names as people say them, with one wrong character.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { connect, type Db, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { sweepNames } from '../../src/work/operators/names.js'
import { confirmedClient } from '../support/accounts.js'

const NAMES = Number(process.env['BENCH_NAMES'] ?? 1_000_000)
const QUESTIONS = 300
/** Errors are made among so many first characters of a name. */
const EDITED = 9
const RECALL_AT = 10
/** Names inserted by one statement. */
const STEP = 20_000

const CITIES = [...'长春 吉林 四平 辽源 通化 白山 松原 白城 延边'.split(' ')]
const BRAND = [
  ...'霁岚澍柃栩昱湉珩翊溯衡芃旻洵筱禾蔚屿淞朔棠榕舟砚川穗笙澜槿坞桐泠枫苓岫陌里谣纪朵野堂渡语汀町青白云石远山松梅兰竹菊春夏秋冬江河湖海星月辰宇宏伟志诚信德仁义和顺兴隆昌盛发达永恒金银铜玉珠宝华美丽雅静安康宁福禄寿喜庆丰收硕果新创智慧博学文武龙凤麒麟鹏鹤燕雁鸿雪霜露雨虹霞光明亮晨曦晓朝阳东南西北中正方圆大小天地',
]
const TRADES =
  '商贸 电子商务 网络科技 信息技术 食品 农业发展 服装 建材 医药 物流 餐饮管理 文化传媒 教育咨询 广告 装饰工程 汽车销售 房地产开发 机械设备 化工 包装 印刷 酒店管理 旅游 环保科技 生物科技 健康管理 家居用品 五金 电器 办公用品'.split(
    ' ',
  )
const FORMS = '有限公司 有限责任公司 股份有限公司 集团有限公司 商行 经营部 专业合作社 中心 厂 店'.split(' ')

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

/** A generator that gives the same names in every run. */
const chance = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
type Chance = ReturnType<typeof chance>
const pick = <T>(luck: Chance, from: readonly T[]): T => from[luck(from.length)] as T

const nameBy = (luck: Chance): string => {
  const place = luck(100)
  const city = pick(luck, CITIES)
  const where = place < 55 ? `${city}市` : place < 75 ? '吉林省' : place < 90 ? city : ''
  const brand = Array.from({ length: 2 + luck(3) }, () => pick(luck, BRAND)).join('')
  return `${where}${brand}${pick(luck, TRADES)}${luck(10) < 6 ? '有限公司' : pick(luck, FORMS)}`
}

export const search = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  try {
    const url = new URL(server.url)
    url.pathname = '/bench_search'
    const admin = connect(server.url)
    await admin.raw('create database bench_search')
    await admin.destroy()
    return await searched(url.href, folder)
  } finally {
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

const searched = async (url: string, folder: string): Promise<Record<string, number>> => {
  const db = connect(url)
  await migrate(db)
  const names = await filled(db)
  const began = performance.now()
  await db.raw('update name_states set wanted = wanted + 1')
  await sweepNames(db)
  const sweptSeconds = (performance.now() - began) / 1000
  await db.raw('vacuum analyze')
  say(`${names.length} names made ready in ${sweptSeconds.toFixed(0)} s`)
  const config = readConfig({ PORT: '0', DATABASE_URL: url, DATA_DIR: join(folder, 'hub'), LOG_LEVEL: 'silent' })
  const hub = await makeHub(config, { log: makeLog(config.log) })
  try {
    const at = await hub.serve()
    const ask = await asker(at, hub.db, hub.now())
    const luck = chance(7)
    const results: Record<string, Asked> = {}
    for (const [what, make] of Object.entries(QUERIES)) {
      const questions: { name: string; asked: string }[] = []
      while (questions.length < QUESTIONS) {
        const name = pick(luck, names)
        const asked = make(name, luck)
        if (asked !== null) questions.push({ name, asked })
      }
      for (const { asked } of questions.slice(0, 20)) await ask(asked)
      results[what] = await measured(ask, questions)
      const { p50, p99, recall } = results[what]
      say(
        `${what.padEnd(8)} p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, recall@${RECALL_AT} ${recall.toFixed(3)}`,
      )
    }
    const [one, two] = [results['one'], results['two']] as [Asked, Asked]
    const times = [...one.times, ...two.times].sort((a, b) => a - b)
    const bare = await bareMs(at, ask)
    say(`a question that reads nothing: p50 ${bare.toFixed(1)} ms`)
    const directory = await directoryMs(at, ask)
    say(`by region, by kind, by grade: ${directory.toFixed(1)} ms at most`)
    return {
      p50: at50(times),
      p99: times[Math.floor(times.length * 0.99)] ?? 0,
      recall: (one.recall + two.recall) / 2,
      exact: results['exact']?.recall ?? 0,
      short: results['short']?.recall ?? 0,
      wrong: results['wrong']?.recall ?? 0,
      bare,
      directory,
      sweptSeconds,
    }
  } finally {
    await hub.close()
    await db.destroy()
  }
}

const filled = async (db: Db): Promise<string[]> => {
  const luck = chance(1)
  const names = [...new Set(Array.from({ length: NAMES }, () => nameBy(luck)))]
  for (let from = 0; from < names.length; from += STEP)
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select '91220102MA' || lpad((? + n)::text, 8, '0'), case when n % 50 = 0 then 'COOPERATIVE' else 'ENTERPRISE' end, name,
         '22' || lpad((1 + n % 9)::text, 2, '0') || '02', 'ACTIVE', 1, now() from unnest(?::text[]) with ordinality as u(name, n)`,
      [from, names.slice(from, from + STEP)] as never,
    )
  await db.raw(
    `insert into current_scores (operator_id, score_id, as_of, value, grade, facts_hash, basis)
     select id, id, date '2026-01-01', 600, case when id % 1000 = 0 then 'D' when id % 10 = 0 then 'C' when id % 3 = 0 then 'A' else 'B' end, '', '' from operators`,
  )
  return names
}

type Ask = (name: string) => Promise<{ ms: number; found: string[] }>

const QUERY =
  'query($n: String!) { operators(filter: {name: $n}, first: 10) { edges { node { name } match { reason } } } }'

const asker = async (at: string, db: Db, now: Date): Promise<Ask & { token: string }> => {
  const { client_id, client_secret } = await confirmedClient(db, { name: 'bench', role: 'officer' }, [], now)
  const answer = await fetch(`${at}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  const ask: Ask = async (name) => {
    const began = performance.now()
    const data = await answered(at, access_token, QUERY, { n: name })
    const ms = performance.now() - began
    return { ms, found: data.operators.edges.map(({ node }: { node: { name: string } }) => node.name) }
  }
  return Object.assign(ask, { token: access_token })
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
const answered = async (at: string, token: string, query: string, variables: object): Promise<any> => {
  const answer = await fetch(`${at}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await answer.json()) as { data: object; errors?: unknown }
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

/** Median milliseconds of a query that reads no table. It shows how busy the machine is. */
const bareMs = async (at: string, { token }: { token: string }): Promise<number> => {
  const times: number[] = []
  for (let time = 0; time < QUESTIONS; time += 1) {
    const began = performance.now()
    await answered(at, token, '{ viewer { sub } }', {})
    times.push(performance.now() - began)
  }
  return at50(times.sort((a, b) => a - b))
}

/** Milliseconds of the slowest first page of the directory under filters other than the name. */
const directoryMs = async (at: string, { token }: { token: string }): Promise<number> => {
  let most = 0
  for (const filter of ['region: "2203"', 'kind: COOPERATIVE', 'kind: OTHER', 'grade: D', 'grade: D, region: "2203"']) {
    const query = `{ operators(filter: {${filter}}, first: 20) { nodes { name } } }`
    await answered(at, token, query, {})
    const began = performance.now()
    await answered(at, token, query, {})
    most = Math.max(most, performance.now() - began)
  }
  return most
}

interface Asked {
  times: number[]
  p50: number
  p99: number
  recall: number
}

const at50 = (times: readonly number[]): number => times[Math.floor(times.length / 2)] ?? 0

const measured = async (ask: Ask, questions: readonly { name: string; asked: string }[]): Promise<Asked> => {
  const times: number[] = []
  let hits = 0
  for (const { name, asked } of questions) {
    const { ms, found } = await ask(asked)
    times.push(ms)
    if (found.includes(name)) hits += 1
  }
  times.sort((a, b) => a - b)
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0
  return { times, p50: at50(times), p99, recall: hits / questions.length }
}

const edited = (name: string, luck: Chance): string => {
  const at = luck(Math.min(EDITED, name.length - 1))
  const [before, here, next, after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)]
  const how = luck(4)
  if (how === 0) return `${before}${pick(luck, BRAND)}${next}${after}`
  if (how === 1) return `${before}${next}${after}`
  if (how === 2) return `${before}${pick(luck, BRAND)}${here}${next}${after}`
  return `${before}${next}${here}${after}`
}

const PLACED = new RegExp(`^(?:吉林省|(${CITIES.join('|')})市?)`)
/** Fewest characters of a brand, and characters of the trade, in a spoken name. A brand of two has too many neighbours one character away. */
const BRAND_FEWEST = 3
const TRADE_SPOKEN = 2

/** A spoken name with one wrong character in the brand: perhaps the place, the brand, the start of the trade. Null: the brand is too short. */
const spokenWrong = (name: string, luck: Chance): string | null => {
  const [front = '', city = ''] = PLACED.exec(name) ?? []
  const own = name.slice(front.length)
  const trade = TRADES.find((each) => own.includes(each)) ?? ''
  const brand = own.slice(0, own.indexOf(trade))
  if (brand.length < BRAND_FEWEST) return null
  const at = luck(brand.length)
  const wrong = pick(
    luck,
    BRAND.filter((sign) => sign !== brand[at]),
  )
  const spoken = `${brand.slice(0, at)}${wrong}${brand.slice(at + 1)}${trade.slice(0, TRADE_SPOKEN)}`
  return luck(2) === 0 ? spoken : `${city}${spoken}`
}

const QUERIES: Record<string, (name: string, luck: Chance) => string | null> = {
  exact: (name) => name,
  one: edited,
  two: (name, luck) => edited(edited(name, luck), luck),
  wrong: spokenWrong,
  short: (name) =>
    name
      .replace(/^吉林省|^(?:长春|吉林|四平|辽源|通化|白山|松原|白城|延边)市?/, '')
      .replace(/(?:股份|集团)?有限(?:责任)?公司$/, ''),
}
