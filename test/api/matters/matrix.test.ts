/** The table of matters.md section 11: who reads what of each kind, in GraphQL and over /v1. */
import { hash } from 'node:crypto'
import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { CHANNEL_SEAT } from '../../../src/domain/matters/seats.js'
import { openMatter } from '../../../src/work/matters/matters.js'
import { confirmedClient } from '../../support/accounts.js'
import { rules } from '../../support/rules.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens, tokenOfSeat } from './tokens.js'

const LETTER = { type: 'LETTER', name: '函件.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const COUNTY = 'market-regulator@220104'
const OTHER_CITY = 'market-regulator@220200'
const TEXT = '虚构的内容'

interface Asked {
  kind: string
  sender: string
  to: string
  copied: string
  sent: object
  /** The holder and those copied see it at once. */
  handed: boolean
  /** Of the hub's staff; the envelope where absent. */
  staff?: Sight
  otherAgency?: Sight
}

type Sight = 'content' | 'envelope' | 'nothing'

const KINDS: readonly Asked[] = [
  {
    ...{ kind: 'clue', sender: '虚构快递', to: COUNTY, copied: 'postal-bureau@220104', handed: true },
    sent: { fields: { source: 'REFUSAL', facts: TEXT } },
  },
  {
    ...{ kind: 'assist', sender: COUNTY, to: 'market-regulator@210000', copied: OTHER_CITY, handed: true },
    sent: { fields: { purpose: 'EVIDENCE', request: TEXT }, attachments: [LETTER] },
  },
  {
    ...{ kind: 'transfer', sender: COUNTY, to: 'tax-bureau@220104', copied: OTHER_CITY, handed: true },
    sent: { fields: { purpose: 'OTHER_DEPARTMENT', facts: TEXT }, attachments: [LETTER] },
  },
  {
    ...{ kind: 'interview', sender: COUNTY, to: '虚构快递', copied: OTHER_CITY, handed: true },
    sent: {
      fields: { ground: 'PLATFORM_DUTY', topic: TEXT },
      attachments: [{ ...LETTER, type: 'NOTICE' }],
      day: '2026-03-20',
    },
  },
  {
    ...{ kind: 'directive', sender: COUNTY, to: '虚构快递', copied: OTHER_CITY, handed: true },
    sent: { fields: { sort: 'REMINDER', request: TEXT }, attachments: [LETTER] },
  },
  {
    ...{ kind: 'referral', sender: COUNTY, to: 'police@220100', copied: 'procuratorate@220100', handed: false },
    sent: { fields: { sort: 'ORDINARY', facts: TEXT } },
    staff: 'nothing',
  },
  {
    ...{ kind: 'takedown', sender: '虚构仓储', to: '虚构快递', copied: OTHER_CITY, handed: true },
    sent: { fields: { ground: 'INFRINGEMENT', subject: TEXT, contact: TEXT } },
  },
  {
    ...{ kind: 'check', sender: 'market-regulator@220000', to: COUNTY, copied: OTHER_CITY, handed: true },
    ...{ sent: { fields: { commitment: TEXT }, day: '2026-12-01' }, staff: 'content', otherAgency: 'envelope' },
  },
  {
    ...{ kind: 'petition', sender: CHANNEL_SEAT, to: COUNTY, copied: OTHER_CITY, handed: true },
    sent: { fields: { type: 'REPORT', facts: TEXT } },
  },
]

const STAFF: readonly Role[] = ['officer', 'reviewer', 'administrator', 'auditor']

describe('who reads what of a matter', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    for (const name of ['虚构快递', '虚构仓储'])
      await confirmedClient(world.database.db, { name, role: 'partner' }, [], NOW)
  })
  after(() => world.close())

  const token = makeTokens(() => world)
  const superiorOf = (seat: string): string | null =>
    seat.includes('@') && !seat.endsWith('0000') ? seat.replace(/\d{4}$/, '0000') : null

  const readByRest = async (id: string, by: string | undefined) => {
    const answer = await fetch(
      `${world.url}/v1/matters/${id}`,
      by ? { headers: { authorization: `Bearer ${by}` } } : {},
    )
    return { status: answer.status, text: await answer.text() }
  }
  const readByGraphql = async (id: string, by: string | undefined) => {
    const query = 'query ($id: ID!) { matter(id: $id) { number content { fields { value } } } node(id: $id) { id } }'
    const { data, errors } = await world.ask(query, { variables: { id }, ...(by && { token: by }) })
    return JSON.stringify({ data, codes: errors?.map(({ extensions }) => extensions['code']) })
  }
  /** What both interfaces show; they must agree. */
  const sightOf = async (id: string, by: string | undefined): Promise<Sight> => {
    const { status, text } = await readByRest(id, by)
    const graphql = await readByGraphql(id, by)
    const sight = status !== 200 ? 'nothing' : JSON.parse(text).content === null ? 'envelope' : 'content'
    expect(text.includes(TEXT), text).to.equal(sight === 'content')
    expect(graphql.includes(TEXT), graphql).to.equal(sight === 'content')
    expect(graphql.includes('"number"'), graphql).to.equal(sight !== 'nothing')
    return sight
  }

  /** A mirrored matter comes by a feed, never over HTTP. */
  const opened = async ({ kind, sender, to, copied, sent }: Asked): Promise<string> => {
    const opening = { kind, to, copied: [copied], reference: `表-${kind}`, ...sent }
    if (sender === CHANNEL_SEAT) {
      const parts = { db: world.database.db, keys: world.keys, rules }
      const { stored } = await openMatter(parts, { by: 'feed', role: 'public', seat: sender }, opening, NOW)
      return Buffer.from(`Matter:${stored.id}`).toString('base64url')
    }
    const answer = await fetch(`${world.url}/v1/matters`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOfSeat(token, sender)}`, 'content-type': 'application/json' },
      body: JSON.stringify(opening),
    })
    const { id } = (await answer.json()) as { id: string }
    expect(answer.status, id).to.equal(201)
    return id
  }

  for (const asked of KINDS)
    it(`${asked.kind}: its seats and their superiors the content, others as section 11 says`, async () => {
      const { kind, sender, to, copied, handed, staff = 'envelope', otherAgency = 'nothing' } = asked
      const id = await opened(asked)
      const given = handed ? 'content' : 'nothing'
      const seats: [string | null, Sight][] = [
        [sender, 'content'],
        [to, given],
        [copied, given],
        [superiorOf(sender), 'content'],
        [superiorOf(to), superiorOf(to) === superiorOf(sender) ? 'content' : given],
        ['market-regulator@220300', otherAgency],
        ['customs@220000', otherAgency],
        ['customs@210000', 'nothing'],
        ['虚构商城', 'nothing'],
      ]
      for (const [seat, sight] of seats)
        if (seat !== null && seat !== CHANNEL_SEAT)
          expect(await sightOf(id, tokenOfSeat(token, seat)), `${kind} ${seat}`).to.equal(sight)
      for (const role of STAFF) expect(await sightOf(id, token(role, role)), role).to.equal(staff)
      const outside = [token('91220101MA0000000X', 'party'), token('x', 'credit_service'), token('x', 'marketplace')]
      for (const by of [...outside, undefined]) expect(await sightOf(id, by)).to.equal('nothing')
    })

  it('stand in the queue of a client that holds them, and are counted there', async () => {
    const query = '{ matterCounts { waiting } matters(queue: WAITING) { nodes { kind } } }'
    const { data } = await world.ask(query, { token: tokenOfSeat(token, '虚构快递') })
    expect(data.matters.nodes.map(({ kind }: { kind: string }) => kind)).to.have.members([
      'interview',
      'directive',
      'takedown',
    ])
    expect(data.matterCounts.waiting).to.equal(3)
    expect((await world.ask(query, { token: tokenOfSeat(token, '虚构商城') })).data.matters.nodes).to.deep.equal([])
  })

  it('cannot tell a matter that is not theirs from one that is not there, in bytes and in statements', async () => {
    const missing = Buffer.from('Matter:00000000-0000-4000-8000-000000000000').toString('base64url')
    const stored = await world.database.db('matters').select('id', 'kind')
    expect(stored).to.have.length(KINDS.length)
    for (const { id: uuid, kind } of stored) {
      const id = Buffer.from(`Matter:${uuid}`).toString('base64url')
      const blind = [tokenOfSeat(token, '虚构商城'), token('elsewhere', 'marketplace')]
      if (kind !== 'check') blind.push(tokenOfSeat(token, 'customs@220000'))
      if (kind === 'referral')
        blind.push(tokenOfSeat(token, 'police@220100'), ...STAFF.map((role) => token(role, role)))
      for (const by of blind)
        for (const read of [readByRest, readByGraphql]) {
          const answers: unknown[] = []
          const [there, nowhere] = [
            await world.statements(async () => answers.push(await read(id, by))),
            await world.statements(async () => answers.push(await read(missing, by))),
          ]
          expect(answers[0], kind).to.deep.equal(answers[1])
          expect(there, kind).to.deep.equal(nowhere)
        }
    }
  })
})
