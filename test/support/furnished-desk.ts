/** A hub whose desk holds a case in every state and something that waits on every page. Every name is invented. */
import { type DemoWorld, demoWorld } from '../../seeds/world.js'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import { playDemoCases } from '../../src/sandbox/demo-cases.js'
import { furnishDemoOffice } from '../../src/sandbox/office.js'
import { storeMaskedCopy } from '../../src/work/listing/papers.js'
import { replaceSellers } from '../../src/work/standing/sellers.js'
import { globalOf } from '../api/global-ids.js'
import { confirmedClient } from './accounts.js'
import type { Delivering } from './delivering.js'
import { addPerson, DESK_ROLES, type DeskRole } from './desk.js'
import { worldOfDesk } from './desk-shots.js'
import { fillMatters } from './furnished-matters.js'
import { fillOutside } from './furnished-outside.js'
import { samplePdf } from './sample-papers.js'
import { STRICTER } from './stricter.js'

type Mutate = (by: DeskRole, call: string, variables?: object) => Promise<Record<string, unknown>>

export interface FurnishedDesk extends Delivering {
  /** Id of a case for each state. */
  cases: Record<string, string>
  /** Access code of a listed party. */
  accessCode: string
  /** Receipt code of a clue of the public. */
  clueCode: string
}

const LATE_DAYS = 40

export const furnishedDesk = async (): Promise<FurnishedDesk> => {
  const here = demoWorld()
  const all = await worldOfDesk(here)
  try {
    return await furnish(all, here)
  } catch (error) {
    await all.hub.stop()
    throw error
  }
}

const furnish = async (all: Delivering, here: DemoWorld): Promise<FurnishedDesk> => {
  const { db, rules, keys, now } = all.hub.hub
  for (const role of DESK_ROLES) await addPerson(all.hub, role)
  await addPerson(all.hub, 'officer', { name: '虚构第二经办' })
  await playDemoCases({ db, rules, keys }, here.deskCases, now())
  await furnishDemoOffice({ db, rules, keys, now: now() }, here.dishonestExample)
  const tokens: Record<string, string> = {}
  const mutate: Mutate = async (by, call, variables = {}) => {
    tokens[by] ??= await all.hub.token(by)
    const types = Object.keys(variables).map((name) => `$${name}: ${TYPES[name]}!`)
    const query = `mutation${types.length > 0 ? `(${types.join(', ')})` : ''} { ${call} }`
    const { data, errors } = await all.hub.ask(query, variables, tokens[by])
    if (errors) throw new Error(`${call}: ${JSON.stringify(errors)}`)
    return Object.values(data)[0] as Record<string, unknown>
  }
  const accessCode = await fillQueues(all, mutate, { code: here.dishonestExample, other: here.goodExample })
  await fillOffice(all, mutate)
  await fillMatters(all.hub.hub)
  const rows = await db('listings').select('id', 'state').orderBy('created_at')
  const cases: Record<string, string> = Object.fromEntries(rows.map(({ id, state }) => [state, id]))
  const clueCode = await fillOutside(all.hub.hub, cases['PUBLISHED'] ?? '')
  return { ...all, accessCode, clueCode, cases }
}

const TYPES: Record<string, string> = { values: 'ProposeSettingsInput', lines: '[FeedMapLineInput!]' }

const text = (value: unknown): string => JSON.stringify(value)

/** Objections, adjustments of grades, access codes, papers, authorisations, sellers. */
const fillQueues = async (
  { hub, standing }: Delivering,
  mutate: Mutate,
  { code, other }: { code: string; other: string },
): Promise<string> => {
  const { db, keys, now } = hub.hub
  const today = shanghaiDate(now())
  const { reasons } = await db('current_scores as c')
    .join('scores as s', 's.id', 'c.score_id')
    .join('operators as o', 'o.id', 'c.operator_id')
    .where({ 'o.uscc': code })
    .first('s.reasons')
  const record = (reasons as { records: number[] }[]).flatMap(({ records }) => records)[0] ?? 0
  await mutate(
    'officer',
    `openObjection(input: { operator: ${text(code)}, record: ${text(globalOf('Record', record))}, statement: "虚构：处罚决定书所载当事人不是本店" }) { id }`,
  )
  await mutate(
    'officer',
    `proposeOverride(input: { operator: ${text(other)}, grade: B, reason: "虚构：复核发现计分有误", endsOn: ${text(addDays(today, 30))} }) { id }`,
  )
  const issued = await mutate(
    'officer',
    `issueAccessCode(input: { operator: ${text(code)}, reason: "随决定书送达" }) { code }`,
  )
  await storeMaskedCopy(db, keys, {
    listing: standing.listing,
    kind: 'DECISION',
    content: samplePdf(),
    by: 'officer',
    now: now(),
  })
  await mutate(
    'credit_service',
    `recordAuthorisation(input: { operator: ${text(other)}, document: "虚构授权书一号", sha256: ${text('a'.repeat(64))}, givenOn: ${text(today)}, endsOn: ${text(addDays(today, 90))} }) { id }`,
  )
  await confirmedClient(db, { name: '虚构集市', role: 'marketplace' }, [], now())
  const sellers = {
    client: '虚构集市',
    bytes: Buffer.from(`${code}\n${other}`),
    dated: today,
    marketplace: null,
    now: now(),
  }
  await replaceSellers(db, sellers)
  await db('webhooks').insert({
    client: '虚构集市',
    url: 'https://mall.example/hook',
    secret: keys.seal('x', '虚构集市'),
    created_at: now(),
  })
  await db('concerns').insert(
    ['ABSENT', 'LIGHTER', 'NOT_PUBLIC'].map((cause) => ({
      listing_id: standing.listing,
      cause,
      opened_at: now(),
      version_id: record,
    })),
  )
  await db('objections').update({ due_on: addDays(today, -LATE_DAYS) })
  await db('lockouts').insert([
    {
      key: 'one',
      kind: 'PERSON',
      name: 'officer',
      address: '192.0.2.7',
      failures: 10,
      last_at: now(),
      locked_until: new Date(now().getTime() + 900_000),
    },
    {
      key: 'two',
      kind: 'CLIENT',
      name: null,
      address: '192.0.2.8',
      failures: 10,
      last_at: now(),
      locked_until: new Date(now().getTime() + 900_000),
    },
  ])
  return String(issued['code'])
}

/** Proposals that wait for a second person, pauses, absences, robots, accounts. */
const fillOffice = async ({ hub }: Delivering, mutate: Mutate): Promise<void> => {
  const { now } = hub.hub
  const today = shanghaiDate(now())
  const authority = '虚构县市场监督管理局'
  await mutate(
    'administrator',
    `stateAuthority(input: { name: ${text(authority)}, address: "虚构县测试路 1 号", telephone: "0431-0000000", contact: "", fineBank: "", reconsiderationBody: "虚构县人民政府", court: "虚构县人民法院" }) { id }`,
  )
  await mutate(
    'administrator',
    `amendCalendar(input: { holidays: [${text(addDays(today, 3))}], reason: "虚构：调休" }) { knownUntil }`,
  )
  await mutate('administrator', 'proposeSettings(input: $values) { id }', {
    values: {
      reason: '虚构：登记联系方式',
      values: [{ name: 'SITE_TELEPHONE', value: '0431-0000000' }],
    },
  })
  const { data } = await hub.ask(
    '{ unconfirmedRules { key waiting { id } } }',
    {},
    await hub.token('reviewer', 'reader'),
  )
  const [row] = data?.unconfirmedRules ?? []
  if (row)
    await mutate(
      'reviewer',
      `proposeRuleConfirmation(input: { key: ${text(row.key)}, source: "虚构来源", text: "虚构条文", readOn: ${text(today)} }) { id }`,
    )
  await hub.hub.tryScorecard({ version: STRICTER })
  await mutate(
    'administrator',
    `proposeScorecard(input: { version: ${text(STRICTER)}, effectiveOn: ${text(addDays(today, 10))}, reason: "虚构：从严" }) { activation { id } }`,
  )
  await mutate(
    'administrator',
    'addClient(input: { name: "虚构待确认系统", role: marketplace, region: "220100" }) { client { name } }',
  )
  await mutate(
    'administrator',
    'addPerson(input: { name: "虚构待确认人员", role: officer, agency: "market-regulator" }) { person { name } }',
  )
  await mutate('administrator', 'pausePlatform(platform: "creditjilin", reason: "虚构：对方维护") { id }')
  await mutate('administrator', 'pauseJob(job: PULL, subject: "quality", reason: "虚构：来源迁移") { job }')
}
