/** Stand-ins for organisations. A webhook tells each that a matter moved; it answers over HTTP. */
import { hash } from 'node:crypto'
import type { AccountInput } from '../domain/access/accounts.js'
import type { Role } from '../domain/access/viewer.js'
import { seatOf } from '../domain/matters/seats.js'
import { addDays, shanghaiDate } from '../foundation/time/dates.js'
import type { Hub } from '../hub/hub.js'
import { FINANCE } from '../sandbox/demo-cases.js'
import { makeJsonAnswer, type StandInServer, startStandInServer } from '../sandbox/server.js'
import * as webhooks from '../store/standing/webhooks.js'
import { sendClue } from '../work/matters/clues.js'
import { addWebhook, removeWebhook } from '../work/standing/changes/webhooks.js'

const [COUNTY, HEAD, POLICE, NEIGHBOUR] = ['demo-county', 'demo-county-head', 'demo-police', 'demo-liaoning']
const [COURIER, MARKETPLACE] = ['demo-courier', 'demo-marketplace']
const DESK = 'market-regulator@220000'

export const MATTER_CLIENTS: readonly AccountInput[] = [
  { name: COUNTY, role: 'agency', agency: 'market-regulator', region: '220104' },
  { name: HEAD, role: 'agency', agency: 'market-regulator', region: '220104' },
  { name: POLICE, role: 'agency', agency: 'police', region: '220100' },
  { name: NEIGHBOUR, role: 'agency', agency: 'market-regulator', region: '210000' },
  { name: FINANCE, role: 'agency', agency: 'finance', region: '220000' },
  { name: COURIER, role: 'partner' },
]

const DESK_QUEUE = `   协作事项 Matters：officer、reviewer、superior 有待办（席位 seat ${DESK}），其他单位为替身，自动答复 the others answer by themselves`

const paper = (type: string) => ({ type, name: `虚构${type}.pdf`, sha256: hash('sha256', type), bytes: type.length })
const number = (sign: string) => ({ documentNumber: `虚构${sign}〔2026〕1号` })

interface StandInMove {
  by: string
  move: string
  given?: object
}

const ANSWERS: Readonly<Record<string, StandInMove>> = {
  'clue SENT': { by: COUNTY, move: 'accept' },
  'clue CHECKING': { by: COUNTY, move: 'file', given: number('市监立') },
  'assist SENT': { by: NEIGHBOUR, move: 'answer', given: { attachments: [paper('REPLY')] } },
  'referral REPORTED': { by: HEAD, move: 'approve' },
  'referral APPROVED': {
    by: COUNTY,
    move: 'send',
    given: { attachments: ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map(paper) },
  },
  'referral SENT': { by: POLICE, move: 'sign' },
  'referral SIGNED': { by: POLICE, move: 'file', given: number('公立') },
  'measure INSTRUCTED': {
    by: FINANCE,
    move: 'apply',
    given: { ...number('财'), fields: { limited: '虚构的财政性资金项目' } },
  },
  'measure LIFT_DUE': { by: FINANCE, move: 'lifted', given: number('财解') },
  'directive SENT': { by: COURIER, move: 'act', given: { reason: '已停止收寄' } },
}

const clue = { source: 'REFUSAL', facts: '收寄时发现一批标注虚构商标的包裹，已拒收' }
const assist = {
  fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的进货票据' },
  attachments: [paper('LETTER')],
}
/** Sent at each start under the same references. */
const OPENINGS: readonly [by: string, opening: object][] = [
  [COURIER, { kind: 'clue', to: 'market-regulator@220104', reference: '演示-1', fields: clue }],
  [COURIER, { kind: 'clue', to: DESK, reference: '演示-2', fields: clue }],
  [COUNTY, { kind: 'assist', to: 'market-regulator@210000', reference: '演示-3', ...assist }],
  [NEIGHBOUR, { kind: 'assist', to: DESK, reference: '演示-4', ...assist }],
  [
    COUNTY,
    {
      ...{ kind: 'referral', to: 'police@220100', copied: ['procuratorate@220100'], reference: '演示-5' },
      fields: { sort: 'ORDINARY', facts: '虚构商行销售假冒注册商标的商品' },
    },
  ],
]

/** Each start issues another receipt code. */
const CLUE_OF_PUBLIC = {
  reference: '1d0c7a52-4e0f-4b7e-9a55-6f1f0f8a2b11',
  fields: {
    shop: '虚构小店（虚构平台）',
    facts: '直播间销售标注虚构松云牌的茶叶，价格不到正品十分之一，包装没有厂名',
    seen_at: '虚构直播间',
    brand: '虚构松云',
  },
  contact: { name: '虚构热心人', contact: '虚构号码 0000' },
  pictures: [],
}

const makeTakedown = (today: string) => ({
  ...{
    reference: '演示-6',
    code: '91220102MAYWR8T958',
    ground: 'INFRINGEMENT',
    category: 'COUNTERFEIT',
    source: 'NOTICE',
  },
  ...{
    subject: '虚构商标口红（商品编号 6001）',
    basis: '电子商务法第四十二条',
    measure: 'REMOVED',
    on: addDays(today, -14),
  },
  declaration: {
    text: '所售商品经虚构商标权利人授权，附授权书。',
    on: addDays(today, -4),
    reachedOn: addDays(today, -2),
  },
})

export interface MatterStandIns extends StandInServer {
  begin(hub: Hub, url: string, secretOf: (client: string) => string): Promise<string>
}

export const startMatterStandIns = async (): Promise<MatterStandIns> => {
  let answer: (client: string) => Promise<void> = async () => undefined
  const server = await startStandInServer(({ path }) => {
    void answer(path.slice(1)).catch(() => undefined)
    return makeJsonAnswer(200, { received: true })
  })
  const begin: MatterStandIns['begin'] = async (hub, url, secretOf) => {
    const tokens = new Map<string, Promise<string>>()
    const send = async (client: string, path: string, body: object, type = 'application/json') => {
      const token = await (tokens.get(client) ?? tokens.set(client, tokenOf(url, client, secretOf(client))).get(client))
      const headers = { 'content-type': type, authorization: `Bearer ${token}` }
      const answered = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (answered.status === UNAUTHORIZED) tokens.delete(client)
      return type === 'application/json' ? answered.json() : answered.text()
    }
    answer = async (client) => {
      const { data } = (await send(client, '/graphql', { query: QUEUE })) as { data?: WaitingMatters }
      for (const { number, kind, state, moveCount } of data?.matters.nodes ?? []) {
        const step = ANSWERS[`${kind} ${state}`]
        if (step === undefined) continue
        const reference = `演示-${number}-${moveCount}`
        await send(step.by, '/v1/matters', {
          matter: number,
          move: step.move,
          reference,
          seen: moveCount,
          ...step.given,
        })
      }
    }
    for (const client of MATTER_CLIENTS.filter(({ name }) => name !== HEAD)) {
      await hear(hub, client, `${server.url}/${client.name}`)
      await answer(client.name)
    }
    for (const [by, opening] of OPENINGS) await send(by, '/v1/matters', opening)
    await send(MARKETPLACE, '/v1/takedowns', makeTakedown(shanghaiDate(hub.now())), 'application/x-ndjson')
    return `${DESK_QUEUE}\n   公众线索 A clue of the public ${url}/clue/state   查询码 receipt code ${await sendClue(hub, CLUE_OF_PUBLIC, hub.now())}`
  }
  return { ...server, begin }
}

const UNAUTHORIZED = 401
const QUEUE = '{ matters(queue: WAITING, first: 50) { nodes { number kind state moveCount } } }'

interface WaitingMatters {
  matters: { nodes: { number: string; kind: string; state: string; moveCount: number }[] }
}

const tokenOf = async (url: string, client: string, secret: string): Promise<string> => {
  const authorization = `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', headers: { authorization }, body })
  return ((await answer.json()) as { access_token: string }).access_token
}

const hear = async ({ db, keys, now, office }: Hub, client: AccountInput, url: string): Promise<void> => {
  const { name, role, agency = null, region = null } = client
  for (const { id } of await webhooks.listWebhooks(db, name)) await removeWebhook(db, { id, client: name, now: now() })
  const seat = seatOf({ role: role as Role, sub: name, agency, region })
  await addWebhook(db, keys, { client: name, seat, url, allow: office.webhookAllow(), now: now() })
}
