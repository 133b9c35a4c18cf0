import { hash } from 'node:crypto'
import { expect } from 'chai'
import { makeGlobalId } from '../../../src/api/request/ids.js'
import { CHANGES_RETAINED_DAYS } from '../../../src/domain/standing/changes.js'
import { runChangeFeed } from '../../../src/hub/change-feed.js'
import { makeMatterMessages, matterNumbering, numberMatterChanges } from '../../../src/work/matters/changes.js'
import { openMatter } from '../../../src/work/matters/matters.js'
import type { WebhookSenderParts } from '../../../src/work/standing/changes/send.js'
import { listen } from '../../support/events.js'
import { sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { rowsOf } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens, tokenOfSeat } from './tokens.js'

const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const COUNTY = 'market-regulator@220104'
const NEIGHBOUR = 'market-regulator@210000'
const ASSIST = {
  kind: 'assist',
  to: NEIGHBOUR,
  attachments: [LETTER],
  fields: { purpose: 'EVIDENCE', request: '虚构' },
}
const REFERRAL = {
  kind: 'referral',
  to: 'police@220100',
  copied: ['procuratorate@220100'],
  fields: { sort: 'ORDINARY', facts: '虚构商行销售假冒商品' },
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Any = any

describe('changes of matters', () => {
  let world: World
  beforeEach(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
  })
  afterEach(() => world.close())

  const token = makeTokens(() => world)
  const agency = (seat: string) => tokenOfSeat(token, seat)
  const post = async (path: string, sent: object, by: string): Promise<Any> => {
    const answer = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    })
    const body = (await answer.json()) as Any
    expect(answer.ok, JSON.stringify(body)).to.equal(true)
    return body
  }
  const open = (reference: string, sent: object = ASSIST, by = COUNTY) =>
    post('/v1/matters', { ...sent, reference }, agency(by))
  const made: string[] = []
  const move = (id: string, sent: object, by: string) =>
    post('/v1/matters', { matter: id, reference: `办-${made.push(id)}`, ...sent }, agency(by))
  const page = async (by: string, query = 'after=0') => {
    const answer = await fetch(`${world.url}/v1/matters?${query}`, {
      headers: { authorization: `Bearer ${by}`, accept: 'application/json' },
    })
    return { status: answer.status, body: (await answer.json()) as Any }
  }
  const heard = async (by: string) =>
    (await page(by)).body.changes.map(({ sequence, number, state }: Any) => `${sequence} ${number} ${state}`)

  it('are numbered for each seat from 1, also of the seats that it covers, and hold no content', async () => {
    const first = await open('虚构-1')
    const second = await open('虚构-2', { ...ASSIST, to: 'market-regulator@220200' })
    await move(first.id, { move: 'accept' }, NEIGHBOUR)
    const [one, two] = [first.number, second.number]
    // The holder moves it without having read it: its receipt is a change too.
    const all = [`1 ${one} SENT`, `2 ${two} SENT`, `3 ${one} SENT`, `4 ${one} ACCEPTED`]
    expect(await heard(agency(COUNTY))).to.deep.equal(all)
    expect(await heard(agency('market-regulator@220100'))).to.deep.equal(all)
    expect(await heard(agency('market-regulator@220000'))).to.deep.equal(all)
    expect(await heard(agency(NEIGHBOUR))).to.deep.equal([`1 ${one} SENT`, `2 ${one} SENT`, `3 ${one} ACCEPTED`])
    expect(await heard(agency('market-regulator@220200'))).to.deep.equal([`1 ${two} SENT`])
    const [change] = (await page(agency(COUNTY))).body.changes
    expect(change).to.deep.equal({
      sequence: 1,
      at: NOW.toISOString(),
      id: first.id,
      number: one,
      kind: 'assist',
      state: 'SENT',
    })
  })

  it('are the receipt of what the reader holds, once; not for its superior or sender', async () => {
    const { id } = await open('收悉')
    for (const seat of [COUNTY, 'market-regulator@220000']) await page(agency(seat))
    const received = async () =>
      (await rowsOf(world.database.db, 'select received_at from matters'))[0]?.['received_at']
    expect(await received()).to.equal(null)
    await page(agency(NEIGHBOUR))
    expect(await received()).to.deep.equal(NOW)
    world.setNow(new Date(NOW.getTime() + 60_000))
    await page(agency(NEIGHBOUR))
    expect(await received()).to.deep.equal(NOW)
    expect((await page(agency(COUNTY))).body.changes.at(-1)).to.deep.include({ sequence: 2, id, state: 'SENT' })
  })

  it('are quiet to all others, and to the receiver of what was not handed over', async () => {
    const { id } = await open('虚构-3', REFERRAL)
    expect(await heard(agency('police@220100'))).to.deep.equal([])
    for (const seat of ['market-regulator@220105', 'police@220104', 'high-court@220000'])
      expect(await heard(agency(seat)), seat).to.deep.equal([])
    expect(await heard(token('虚构商城', 'marketplace'))).to.deep.equal([])
    expect((await page(token('x', 'officer'))).status).to.equal(403)
    expect((await page(token('x', 'agency'))).status).to.equal(403)
    expect(await heard(agency(COUNTY))).to.have.length(1)
    expect(id).to.be.a('string')
  })

  it('come page by page, and say when they are gone', async () => {
    for (let n = 0; n < 5; n += 1) await open(`页-${n}`)
    const by = agency(COUNTY)
    const seen: number[] = []
    for (let after = 0, more = true; more; ) {
      const { body } = await page(by, `after=${after}&limit=2`)
      seen.push(...body.changes.map(({ sequence }: Any) => sequence))
      ;({ next: after, more } = body)
    }
    expect(seen).to.deep.equal([1, 2, 3, 4, 5])
    expect((await page(by, 'after=6')).body).to.deep.include({ code: 'CHANGES_GONE', next: 5 })
    const late = new Date(NOW.getTime() + (CHANGES_RETAINED_DAYS + 1) * 86_400_000)
    expect(await matterNumbering.tidy(world.database.db, late)).to.equal(5 * 4)
    expect((await page(by)).body).to.deep.include({ code: 'CHANGES_GONE', next: 5 })
    await open('其后')
    expect((await page(by, 'after=5')).body.changes[0].sequence).to.equal(6)
  })

  it('have no gap and no double where many processes number them at once', async () => {
    const { db } = world.database
    const person = { by: 'officer', role: 'agency' as const, seat: COUNTY }
    const parts = { db, rules: world.rules, keys: world.keys }
    const opened = Array.from({ length: 40 }, (_, n) =>
      openMatter(parts, person, { ...ASSIST, reference: `并发-${n % 20}` }, NOW).then(() =>
        numberMatterChanges(db, NOW),
      ),
    )
    await Promise.all(opened)
    await numberMatterChanges(db, NOW)
    const found = await rowsOf(
      db,
      `select seat, count(*)::int as n, count(distinct matter_id)::int as matters, min(sequence)::int as low, max(sequence)::int as high
       from matter_changes group by seat order by seat`,
    )
    expect(found).to.have.length(4)
    for (const { seat: _, ...counts } of found) expect(counts).to.deep.equal({ n: 20, matters: 20, low: 1, high: 20 })
  })

  it('are heard at once as events, by the seat alone', async () => {
    const stream = await listen(`${world.url}/v1/matters/stream`, agency(NEIGHBOUR))
    await stream.until(({ event }) => event === 'start')
    await open('别处', { ...ASSIST, to: 'market-regulator@220200' })
    const { number } = await open('事件')
    const told = await stream.until(({ event }) => event === 'matter.moved')
    expect([told.id, told.data.number]).to.deep.equal(['1', number])
    stream.kill()
  })

  describe('by webhook', () => {
    let mall: Awaited<ReturnType<typeof startMarketplace>>
    let now: Date
    beforeEach(async () => {
      mall = await startMarketplace()
      now = NOW
    })
    afterEach(() => mall.close())

    const senderParts = (): WebhookSenderParts => ({
      keys: world.keys,
      lists: world.rules.lists,
      agencies: world.parts.agencies,
      allow: ['127.0.0.0/8'],
      auditLog: world.parts.auditLog,
      matters: makeMatterMessages({ rules: world.rules, keys: world.keys }, (id) => makeGlobalId('Matter', id)),
      now: () => now,
      random: () => 0.5,
      log: world.parts.log,
    })
    const tell = async () => {
      await numberMatterChanges(world.database.db, now)
      return sendWebhooks(world.database.db, senderParts())
    }
    const add = async (by: string, matters = true) => {
      const { data, errors } = await world.ask(
        'mutation ($url: String!, $matters: Boolean) { addWebhook(url: $url, matters: $matters) { secret webhook { id seat } } }',
        { variables: { url: mall.url, matters }, token: by },
      )
      if (data?.addWebhook) mall.secrets.push(data.addWebhook.secret)
      return data?.addWebhook?.webhook ?? errors?.[0]?.extensions['code']
    }
    const receipts = async () =>
      rowsOf(world.database.db, `select at, by_sub from matter_moves where move = 'receive' order by at`)

    it('tell id, number, kind, state and sequence, signed; 2xx is the receipt, set once', async () => {
      expect((await add(agency(NEIGHBOUR))).seat).to.equal(NEIGHBOUR)
      const { id, number } = await open('回调-1')
      mall.answer = () => 500
      expect(await tell()).to.deep.equal({ confirmed: 0, failed: 1 })
      expect(await receipts()).to.deep.equal([])
      mall.answer = () => 200
      now = new Date(NOW.getTime() + 10_000)
      await tell()
      const [, second] = mall.received
      expect(second?.by).to.have.length(1)
      expect(second?.body).to.deep.equal({
        type: 'matter.moved',
        timestamp: NOW.toISOString(),
        data: { sequence: 1, id, number, kind: 'assist', state: 'SENT' },
      })
      expect(await receipts()).to.deep.equal([{ at: now, by_sub: 'WEBHOOK' }])
      // The receipt is itself a change, whose message is accepted, too.
      now = new Date(NOW.getTime() + 60_000)
      await tell()
      expect(mall.received.at(-1)?.body.data).to.deep.include({ sequence: 2, id, state: 'SENT' })
      expect(await receipts()).to.have.length(1)
    })

    it('are numbered and sent by the job of the hub', async () => {
      await add(agency(NEIGHBOUR))
      await open('回调-作业')
      const { office, log, auditLog } = world.parts
      const parts = { db: world.database.db, office, keys: world.keys, rules: world.rules, now: () => now, log }
      const turn = { job: 'changes', subject: '', cause: 'command', plannedFor: now, attempt: 1 } as never
      await runChangeFeed(parts, turn, { auditLog, signal: new AbortController().signal })
      expect(mall.received.map(({ body }) => body.type)).to.deep.equal(['matter.moved'])
      expect(await receipts()).to.have.length(1)
    })

    it('set the receipt once where a message is delivered twice', async () => {
      const { id } = await add(agency(NEIGHBOUR))
      await open('回调-2')
      await tell()
      const again = await world.ask('mutation ($id: ID!) { replayWebhook(id: $id, from: "1") { queued } }', {
        variables: { id },
        token: agency(NEIGHBOUR),
      })
      expect(again.data.replayWebhook.queued).to.equal(1)
      now = new Date(NOW.getTime() + 60_000)
      await tell()
      expect(mall.received.filter(({ body }) => body.data.sequence === 1)).to.have.length(2)
      expect((await receipts()).map(({ at }) => at)).to.deep.equal([NOW])
    })

    it('set the receipt where the process died before it booked the 2xx', async () => {
      await add(agency(NEIGHBOUR))
      await open('回调-3')
      await numberMatterChanges(world.database.db, now)
      const { matters, ...parts } = senderParts()
      const dying = {
        ...parts,
        matters: { bodies: matters?.bodies, accepted: () => Promise.reject(new Error('killed')) },
      }
      const died = await sendWebhooks(world.database.db, dying as WebhookSenderParts).then(String, String)
      expect(died).to.match(/killed/)
      expect(await receipts()).to.deep.equal([])
      now = new Date(NOW.getTime() + 40_000)
      await tell()
      expect(await receipts()).to.deep.equal([{ at: now, by_sub: 'WEBHOOK' }])
    })

    it('are missed while it is disabled, and follow once it is enabled', async () => {
      const { id } = await add(agency(NEIGHBOUR))
      mall.answer = () => 410
      await open('回调-4')
      await tell()
      mall.answer = () => 200
      await open('回调-5')
      expect(await tell()).to.deep.equal({ confirmed: 0, failed: 0 })
      await world.ask('mutation ($id: ID!) { enableWebhook(id: $id) { id } }', {
        variables: { id },
        token: agency(NEIGHBOUR),
      })
      await tell()
      expect(mall.received.map(({ body }) => body.data.sequence)).to.include.members([1, 2])
    })

    it('are for clients with a seat; a marketplace hears its sellers apart from its matters', async () => {
      expect(await add(token('x', 'credit_service'))).to.equal('FORBIDDEN')
      expect(await add(token('x', 'agency'))).to.equal('FORBIDDEN')
      expect(await add(agency(COUNTY), false)).to.equal('FORBIDDEN')
      expect((await add(token('虚构商城', 'marketplace'), false)).seat).to.equal(null)
      await post(
        '/v1/matters',
        { kind: 'clue', to: COUNTY, reference: '商城', fields: { source: 'PATROL', facts: '虚构' } },
        token('虚构商城', 'marketplace'),
      )
      expect(await tell()).to.deep.equal({ confirmed: 0, failed: 0 })
    })

    it('end with the client', async () => {
      await world.database.db.raw(
        `insert into clients (id, role, agency, region, secret_hash, created_at, ended_at) values ('market-regulator 210000', 'agency', 'market-regulator', '210000', 'x', now(), now())`,
      )
      await add(agency(NEIGHBOUR))
      await open('回调-6')
      expect(await tell()).to.deep.equal({ confirmed: 0, failed: 0 })
    })
  })
})
