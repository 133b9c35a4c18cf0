/** A hub that pulls files, scores and rolls back by seed until it is killed. Prints the number of each step that is done. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../../src/config.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { type Hub, makeHub } from '../../../src/hub/hub.js'
import { makeLog } from '../../../src/hub/log.js'
import { csv, type Line } from '../../support/penalty-rows.js'
import { codeOf, rowsOf } from '../../support/world.js'
import { TEXT_MUTATIONS } from '../mutations.js'
import { type Random, randomOf } from '../random.js'

export interface IntakeWorkerGiven {
  url: string
  folder: string
  seed: number
  /** First step, and the number of all steps. */
  from: number
  steps: number
}

const FIRMS = 400
/** Most rows of a file. */
const ROWS = 300
const DAMAGED_SHARE = 0.2
/** Share of files that state to be the whole feed. */
const WHOLE_SHARE = 0.3
const ROLLBACK_EVERY = 8
const SCORE_EVERY = 3

const firmIn = (random: Random): number => random.below(FIRMS)

const penalty = (random: Random): Line => {
  const firm = firmIn(random)
  return {
    CF_XDR_MC: `虚构浸泡第${firm}商行`,
    CF_XDR_LB: '法人及非法人组织',
    // Without a code the record waits for a person.
    CF_XDR_SHXYM: random.chance(0.9) ? codeOf(firm) : '',
    CF_FRDB: '虚某',
    CF_WSH: `虚市监处罚〔2026〕${random.below(2 * FIRMS)}号`,
    CF_WFXW: '销售假冒商品',
    CF_SY: '在网店销售假冒商品',
    CF_YJ: '《虚构法》第一条',
    CF_CFLB: '罚款',
    CF_NR: '罚款2000元',
    CF_NR_FK: random.one(['0.2', '2', '30']),
    CF_JDRQ: `2026-0${1 + random.below(9)}-11`,
    CF_YXQ: '2099-12-31',
    CF_GSJZQ: '2029-03-04',
    CF_CFJG: '虚构市市场监督管理局',
    CF_CFJGDM: '11220000013555128E',
    CF_SJLY: '虚构市市场监督管理局',
    CF_SJLYDM: '11220000013555128E',
  }
}

const registration = (random: Random): Line => {
  const firm = firmIn(random)
  return {
    企业名称: `虚构浸泡第${firm}${random.one(['商行', '商行', '商店'])}`,
    统一社会信用代码: random.chance(0.95) ? codeOf(firm) : '',
    注册日期: '2015-05-11',
    企业类型: '有限责任公司',
    法人代表: '虚某',
    注册资金: '50万人民币',
    经营范围: '零售',
    所在省份: '吉林',
    地区: '长春',
    注册地址: `虚构街${random.below(3)}号`,
  }
}

const listed = (random: Random): Line => {
  const firm = firmIn(random)
  return { 企业名称: `虚构浸泡第${firm}商行`, 统一信用代码: codeOf(firm), 失信领域: random.one(['售假', '炒信']) }
}

const FILES = { registry: registration, penalties: penalty, dishonest: listed }

const pull = async (hub: Hub, path: string, random: Random): Promise<void> => {
  const feed = random.one(['registry', 'registry', 'penalties', 'penalties', 'dishonest'] as const)
  const content = csv(Array.from({ length: 1 + random.below(ROWS) }, () => FILES[feed](random)))
  const mutate = random.one(Object.values(TEXT_MUTATIONS))
  writeFileSync(path, random.chance(DAMAGED_SHARE) ? mutate(content, random).bytes : content)
  const full = random.chance(WHOLE_SHARE)
  await hub.pull(feed, { cause: 'command', file: { path, dated: shanghaiDate(new Date()), full } })
}

const rollBack = async (hub: Hub): Promise<void> => {
  const [last] = await rowsOf(
    hub.db,
    `select id from runs where job = 'pull' and outcome = 'DONE' and taken_back_at is null order by id desc limit 1`,
  )
  if (last) await hub.rollBack({ run: Number(last['id']), reason: '误报', by: 'reviewer-1' })
}

const given = JSON.parse(process.argv[2] ?? '') as IntakeWorkerGiven
const env = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL: given.url, DATA_DIR: given.folder }
const hub = await makeHub(readConfig(env), { log: makeLog({ level: 'silent', file: null }) })
for (let n = given.from; n < given.steps; n += 1) {
  const random = randomOf(given.seed * 1_000_003 + n)
  try {
    if (n % ROLLBACK_EVERY === ROLLBACK_EVERY - 1) await hub.recorded(`rollback ${n}`, () => rollBack(hub))
    else if (n % SCORE_EVERY === SCORE_EVERY - 1) await hub.recorded('hub score', () => hub.score({ cause: 'command' }))
    else await hub.recorded(`hub pull ${n}`, () => pull(hub, join(given.folder, 'sent.csv'), random))
  } catch (error) {
    if (!isRefusal(error)) throw error
    process.stdout.write(`refused ${error.code}\n`)
  }
  process.stdout.write(`done ${n}\n`)
}
await hub.close()
