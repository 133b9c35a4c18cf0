/** Configured agencies and platforms have no stand-in. */

import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type DemoWorld, demoWorld, type World } from '../../seeds/world.js'
import { feeds } from '../agencies/index.js'
import type { AccountInput } from '../domain/access/accounts.js'
import '../server/server.js'
import { startProgress } from '../commands/progress.js'
import type { Config } from '../config.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import type { Addresses } from '../hub/addresses.js'
import { type Hub, makeHub } from '../hub/hub.js'
import { listenOn } from '../hub/listen.js'
import { makeLog } from '../hub/log.js'
import { forgetRunningDemo, noteRunningDemo, readJson, SANDBOX_FOLDER } from '../hub/running-demo.js'
import { startAgencyStandIns } from '../sandbox/agencies/index.js'
import { playDemoCases } from '../sandbox/demo-cases.js'
import { type GroupRobots, startGroupRobots } from '../sandbox/group-robots.js'
import { startMailServer } from '../sandbox/mail-server.js'
import { type MarketplaceStandIn, startMarketplaceStandIn } from '../sandbox/marketplace.js'
import { furnishDemoOffice } from '../sandbox/office.js'
import { publishDemoCase } from '../sandbox/officers.js'
import { type BaseLibrary, startPlatformStandIns } from '../sandbox/platforms/index.js'
import * as confirmations from '../store/access/confirmations.js'
import { runSeeds } from '../store/db/db.js'
import * as webhooks from '../store/standing/webhooks.js'
import * as clients from '../work/access/clients.js'
import { addWebhook, removeWebhook } from '../work/standing/changes/webhooks.js'
import { replaceSellers } from '../work/standing/sellers.js'
import { MATTER_CLIENTS, type MatterStandIns, startMatterStandIns } from './matters.js'
import { addDemoRecipients } from './notifications.js'
import { addDemoPeople, DEMO_AUTHOR, nullIfRefused } from './people.js'

type LinePrinter = (text: string) => void
type DemoRun = (hub: Hub, begin: () => Promise<void>, end?: () => Promise<void>) => Promise<void>

const CLIENTS_FILE = 'clients.json'
const PUSH_ROUNDS = 5
const MARKETPLACE = 'demo-marketplace'
const LOOPBACK = '127.0.0.1/32'

type Examples = Pick<DemoWorld, 'dishonestExample' | 'goodExample' | 'shopExample' | 'deskCases'>

export const runDemo = async (config: Config, say: LinePrinter, run: DemoRun): Promise<void> => {
  await checkPortIsFree(config)
  const here = demoWorld()
  const standIns: { close(): Promise<void> }[] = []
  const closeStandIns = async () => {
    forgetRunningDemo(config)
    await Promise.all(standIns.map((one) => one.close()))
  }
  try {
    const agencies = await startAgencyStandIns(here)
    standIns.push(...agencies)
    const strict = { register: registerOf(here), now: () => new Date() }
    const platforms = await startPlatformStandIns({}, join(config.dataDir, SANDBOX_FOLDER), strict)
    standIns.push(...platforms)
    const marketplace = await startMarketplaceStandIn()
    standIns.push(marketplace)
    const mailServer = await startMailServer()
    standIns.push(mailServer)
    const robots = await startGroupRobots(mailServer)
    standIns.push(robots)
    const organisations = await startMatterStandIns()
    standIns.push(organisations)
    const addresses: Addresses = {
      agencies: Object.fromEntries(agencies.map(({ id, url }) => [id, url])),
      platforms: Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }])),
      webhookAllow: [LOOPBACK],
      mail: standInMail(mailServer),
    }
    say('① 数据库 Database …')
    const log = makeLog({ level: config.log.level, file: config.log.file ?? join(config.dataDir, 'hub.log') })
    const hub = await makeHub(config, { log, addresses, migrate: 'after' })
    noteRunningDemo(config, addresses)
    const begin = async () => {
      await cycle(hub, say, here, marketplace)
      await serve(hub, say, here, {
        marketplace,
        robots,
        organisations,
        isMailReal: hub.office.mail() !== addresses.mail,
      })
    }
    await run(hub, begin, closeStandIns)
  } catch (error) {
    await closeStandIns()
    throw error
  }
}

const standInMail = ({ host, port }: { host: string; port: number }): NonNullable<Config['mail']> => ({
  ...{ host, port, secure: false, user: null, password: null, sender: 'hub@example.invalid' },
})

const registerOf = ({ operators }: World): BaseLibrary => {
  const names = new Map<string, string[]>()
  for (const { uscc, regNo, name, formerNames } of operators)
    for (const code of [uscc, regNo]) if (code !== null) names.set(code, [name, ...formerNames])
  return ({ uscc, regNo }) => names.get(uscc ?? regNo ?? '') ?? null
}

const checkPortIsFree = async (config: Config): Promise<void> => {
  const probe = createServer()
  await listenOn(probe, config)
  await promisify(probe.close.bind(probe))()
}

const cycle = async (hub: Hub, say: LinePrinter, here: Examples, marketplace: MarketplaceStandIn): Promise<void> => {
  await runSeeds(hub.db)
  say('② 拉取 Pull')
  for (const feed of feeds.values()) {
    if (!hub.addresses.agencies[feed.agency]) continue
    const bar = startProgress(feed.id)
    const pulled = await hub.pull(feed.id, { cause: 'demo', progress: bar.at }).finally(bar.stop)
    if (pulled) {
      say(
        `   ${feed.title.zh}（${feed.id}）收到 ${pulled.received}，新增 ${pulled.new}，变更 ${pulled.changed}，未变 ${pulled.unchanged}，` +
          `拒收 ${pulled.rejected}，待认领 ${pulled.unmatched} · received, new, changed, unchanged, rejected, unmatched`,
      )
    }
  }
  say('③ 评分 Score')
  const bar = startProgress('score')
  const scored = await hub.score({ cause: 'demo', progress: bar.at }).finally(bar.stop)
  if (scored) say(`   评分 ${scored.scored}，新存 ${scored.stored} · scored, stored`)
  await listSellers(hub, [here.goodExample, here.shopExample, here.dishonestExample])
  await listen(hub, marketplace)
  say('④ 名单 Listing')
  for (const line of await publishDemoCase(hub.db, hub.rules, here.dishonestExample, hub.now())) say(`   ${line}`)
  const reached = await playDemoCases(hub, here.deskCases, hub.now())
  if (reached.length > 0) say(`   另有 ${reached.length} 件案件分别办至各个状态 further cases, one in each state`)
  await furnishDemoOffice({ ...hub, now: hub.now() }, here.dishonestExample)
  await hub.expire({ cause: 'demo' })
  const published = await hub.publish({ cause: 'demo' })
  if (published) say(`⑤ 公示 Publish：第 ${published.sequence} 期，${published.entries} 条 · sequence, entries`)
  say('⑥ 推送 Push')
  for (let round = 0; round < PUSH_ROUNDS; round += 1) {
    const { platforms } = await hub.push(null, { cause: 'demo' })
    const open = platforms.some((platform) => platform.outstanding > 0)
    if (!open || round === PUSH_ROUNDS - 1) {
      for (const p of platforms)
        say(`   ${p.platform}：${p.outstanding === 0 ? '全部确认 all confirmed' : `未结 ${p.outstanding} outstanding`}`)
      break
    }
  }
  await hub.score({ cause: 'demo' })
}

const NO_SECOND_FACTOR =
  '\n   演示不要求第二重验证，可在“我的账号”启用；正式运行的枢纽要求管理员启用。No second factor is asked for here; a hub in service asks administrators for one.'
const DEMO_CLIENTS = [
  { name: MARKETPLACE, role: 'marketplace' },
  { name: 'demo-officer', role: 'officer', agency: 'market-regulator', region: '220000' },
  ...MATTER_CLIENTS,
]

interface DemoStandIns {
  marketplace: MarketplaceStandIn
  robots: GroupRobots
  organisations: MatterStandIns
  isMailReal: boolean
}

const serve = async (
  hub: Hub,
  say: LinePrinter,
  here: Examples,
  { marketplace, robots, organisations, isMailReal }: DemoStandIns,
): Promise<void> => {
  const url = await hub.serve({ demo: true })
  const secrets = await secretsOf(hub)
  const people = await addDemoPeople(hub, join(hub.config.dataDir, SANDBOX_FOLDER))
  await addDemoRecipients(hub, robots, isMailReal)
  const matters = await organisations.begin(hub, url, (client) => secrets[client] ?? '')
  hub.tick()
  const own = '已自设密码 has a password of its own'
  const token = (name: string) =>
    `$(curl -s -u ${name}:${secrets[name]} -d grant_type=client_credentials ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`
  const ask = (query: string) => `-H 'content-type: application/json' -d '${JSON.stringify({ query })}'`
  const bad = here.dishonestExample
  say(`
⑦ 服务 Serving   ${url}/blacklist   ${url}/graphql   ${url}/desk
   信源单位、信用平台和经办人均为本机替身，数据全部虚构。Agencies, platforms and officers are stand-ins on this machine; all data is invented.

公众 The public（无需令牌 no token）：
curl -s ${url}/graphql ${ask(`{ standing(code: "${bad}") { code name status listed listings { reason authority documentNumber publishedOn endsOn } asOf } }`)}

电子商务平台 A marketplace：
curl -s ${url}/graphql -H "authorization: Bearer ${token('demo-marketplace')}" ${ask(`{ standings(codes: ["${here.goodExample}", "${here.shopExample}", "${bad}"]) { code name status grade score listed } }`)}

主管部门 An agency's officer：
curl -s ${url}/graphql -H "authorization: Bearer ${token('demo-officer')}" ${ask(`{ operator(code: "${bad}") { uscc name region score { value grade reasons { points zh } } records(first: 5) { nodes { kind agency validFrom source { run file page row } } } listings { kind state reason } } }`)}

平台的回调地址收到的卖家变更 What the marketplace's webhook was told：${marketplace.url}/
同样的变更，作为事件流 The same as a stream：curl -sN ${url}/v1/changes -H 'last-event-id: 0' -H "authorization: Bearer ${token(MARKETPLACE)}"

提醒邮件和群消息（一分钟内到达）Notifications by mail and to groups, within a minute：${robots.url}/

工作台 The desk：${url}/desk（登录名 name，一次性密码 one-time password，首次登录时更换 replaced at the first sign-in）${hub.config.secondFactor === null ? NO_SECOND_FACTOR : ''}
${people.map(({ name, password }) => `   ${name.padEnd(14)} ${password ?? own}`).join('\n')}
${matters}

按 Ctrl-C 停止。Ctrl-C stops it.`)
}

const listen = async ({ db, keys, now, office }: Hub, { hook, hold }: MarketplaceStandIn): Promise<void> => {
  for (const { id } of await webhooks.listWebhooks(db, MARKETPLACE))
    await removeWebhook(db, { id, client: MARKETPLACE, now: now() })
  const allow = office.webhookAllow()
  hold((await addWebhook(db, keys, { client: MARKETPLACE, url: hook, allow, now: now() })).secret)
}

const listSellers = async ({ db, now }: Hub, codes: readonly string[]): Promise<void> => {
  const bytes = Buffer.from(codes.join('\n'))
  const dated = shanghaiDate(now())
  await replaceSellers(db, { client: MARKETPLACE, bytes, dated, marketplace: null, now: now() })
}

const secretsOf = async (hub: Hub): Promise<Record<string, string>> => {
  const path = join(hub.config.dataDir, SANDBOX_FOLDER, CLIENTS_FILE)
  const kept = readJson(path) as Record<string, string> | null
  const secrets: Record<string, string> = {}
  for (const given of DEMO_CLIENTS) {
    const secret = kept?.[given.name]
    const works = secret !== undefined && (await clients.secretMatchesClient(hub.db, given.name, secret, hub.now()))
    secrets[given.name] = works ? secret : await freshSecret(hub, given)
  }
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

const freshSecret = async ({ db, now }: Hub, given: AccountInput): Promise<string> => {
  const { name } = given
  const change = { by: DEMO_AUTHOR, now: now() }
  const rotate = () => clients.rotateSecretWithOverlap(db, name, { ...change, overlapMs: 0 })
  const add = () => clients.registerClient(db, given, given.agency ? [given.agency] : [], change)
  const made = (await nullIfRefused('CLIENT_UNKNOWN', rotate)) ?? (await nullIfRefused('CLIENT_EXISTS', add))
  if (made === null) return 'ended'
  await db.transaction((tx) => confirmations.markAccountConfirmed(tx, 'clients', name, DEMO_AUTHOR, now()))
  return made.client_secret
}
