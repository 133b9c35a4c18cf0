import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { WEBHOOK_DISABLED_AFTER_DAYS } from '../../../src/domain/standing/webhooks.js'
import { numberChanges } from '../../../src/work/standing/changes/number.js'
import { makeWebhookSender, type WebhookSenderParts } from '../../../src/work/standing/changes/send.js'
import { makeSealingLabel } from '../../../src/work/standing/changes/webhook-message.js'
import * as webhooks from '../../../src/work/standing/changes/webhooks.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { registration, uscc } from '../../api/record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../../api/world.js'
import { type Marketplace, sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { refusal } from '../../support/world.js'

const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400

describe('webhooks', () => {
  let world: World
  let mall: Marketplace
  let parts: WebhookSenderParts
  let now = NOW
  let names = 0
  const alarms: object[] = []
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const CLIENT = 'mall'

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [one, two, three].map((code, i) => registration(code, `虚构${i}号有限公司`)),
    )
    const bytes = Buffer.from([one, two, three].join('\n'))
    await replaceSellers(world.database.db, { client: CLIENT, bytes, dated: TODAY, marketplace: null, now: NOW })
    parts = {
      keys: world.keys,
      lists: world.rules.lists,
      agencies: world.parts.agencies,
      allow: ['127.0.0.0/8'],
      auditLog: world.parts.auditLog,
      now: () => now,
      random: () => 0.5,
      log: { ...world.parts.log, error: (told: object) => alarms.push(told) } as never,
    }
  })
  after(() => world.close())
  beforeEach(async () => {
    now = NOW
    mall = await startMarketplace()
    alarms.length = 0
  })
  afterEach(async () => {
    await mall.close()
    await world.database.db('webhook_messages').del()
    await world.database.db('webhooks').del()
  })

  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1_000)
  }
  const db = () => world.database.db
  const add = async (url = mall.url) => {
    const made = await webhooks.addWebhook(db(), world.keys, { client: CLIENT, url, allow: parts.allow, now })
    mall.secrets.push(made.secret)
    return made
  }
  const rename = async (code: string): Promise<string> => {
    names += 1
    await db().raw('update operators set name = ? where uscc = ?', [`虚构第${names}名有限公司`, code])
    await numberChanges(db(), now)
    return `虚构第${names}名有限公司`
  }
  /** Records a change as when an entry leaves the list. */
  const remove = async (code: string): Promise<void> => {
    await db().raw(
      `insert into change_marks (operator_id, what, listing_id) select id, 'ENTRY_REMOVED', gen_random_uuid() from operators where uscc = ?`,
      [code],
    )
    await numberChanges(db(), now)
  }
  const tell = () => sendWebhooks(db(), parts)
  const codesTold = () => mall.received.map(({ body }) => body.data.code)
  const stateOf = async (id: number) => await db()('webhooks').where({ id }).first()
  const refusalCode = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).code

  it('sends a change signed so that the Standard Webhooks library verifies it', async () => {
    const { secret } = await add()
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const name = await rename(one)
    // The library checks timestamps against its own clock, with a tolerance of a few minutes.
    now = new Date()
    await tell()
    expect(mall.received).to.have.length(1)
    const [{ text, headers, id } = { text: '', headers: {}, id: '' }] = mall.received
    // biome-ignore lint/suspicious/noExplicitAny: a message as it came
    const body = new Webhook(secret).verify(text, headers) as any
    expect(id).to.match(/^change-\d+-\d+$/)
    expect(body.type).to.equal('seller.changed')
    expect(body.data).to.deep.include({ version: 2, code: one, what: ['NAME'] })
    expect(body.data.standing).to.deep.include({ name, status: 'KNOWN', listed: false })
    expect(() => new Webhook(secret).verify(text.replace('KNOWN', 'CEASED'), headers)).to.throw()
    expect(() => new Webhook(secret).verify(text, { ...headers, 'webhook-id': `${id}0` })).to.throw()
  })

  it('signs with both secrets during a rotation, then with the new one alone', async () => {
    const { webhook, secret } = await add()
    const rotated = await webhooks.rotateWebhook(db(), world.keys, { id: webhook.id, client: CLIENT, now })
    mall.secrets.push(rotated.secret)
    await rename(one)
    await tell()
    expect(mall.received[0]?.by).to.have.members([secret, rotated.secret])
    pass(25 * HOUR)
    await rename(one)
    await tell()
    expect(mall.received[1]?.by).to.deep.equal([rotated.secret])
  })

  it('stores a secret only sealed', async () => {
    const { webhook, secret } = await add()
    const row = await stateOf(webhook.id)
    expect(JSON.stringify(row)).to.not.include(secret.slice('whsec_'.length))
    expect(world.keys.unseal(row.secret, makeSealingLabel(webhook.id))).to.equal(secret)
    // A secret sealed for one webhook cannot be unsealed for another.
    expect(() => world.keys.unseal(row.secret, makeSealingLabel(webhook.id + 1))).to.throw()
    const turned = (row.secret.startsWith('A') ? 'B' : 'A') + row.secret.slice(1)
    expect(() => world.keys.unseal(turned, makeSealingLabel(webhook.id))).to.throw()
  })

  it('retries on the specified schedule under the same id, then gives up', async () => {
    const { webhook } = await add()
    mall.answer = () => 400
    await rename(one)
    const waits: number[] = []
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await tell()
      expect(mall.received).to.have.length(attempt)
      const row = await db()('webhook_messages').where({ webhook_id: webhook.id }).first()
      expect([row.attempts, row.last_status, row.last_error]).to.deep.equal([attempt, 400, 'HTTP 400'])
      if (row.state === 'GIVEN_UP') break
      waits.push((row.due_at.getTime() - now.getTime()) / 1_000)
      // One second before the time of the retry nothing is sent.
      pass((waits.at(-1) ?? 0) - 1)
      await tell()
      expect(mall.received).to.have.length(attempt)
      pass(1)
    }
    expect(waits).to.deep.equal([
      5,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ])
    expect(new Set(mall.received.map(({ id }) => id)).size).to.equal(1)
    const row = await db()('webhook_messages').where({ webhook_id: webhook.id }).first()
    expect(row.state).to.equal('GIVEN_UP')
  })

  it('waits as long as a busy address asks, then sends everything at once', async () => {
    await add()
    mall.answer = () => ({ status: 503, headers: { 'retry-after': '1800' } })
    for (const code of [one, two, three]) await rename(code)
    await tell()
    const tried = mall.received.length
    pass(20 * MINUTE)
    await tell()
    expect(mall.received).to.have.length(tried)
    mall.answer = () => 200
    pass(11 * MINUTE)
    await tell()
    expect(mall.received).to.have.length(tried + 3)
  })

  it('an unreachable address delays no other, and gets its messages when it is back', async () => {
    const dead = await startMarketplace()
    await add(dead.url)
    await dead.close()
    await add()
    await rename(one)
    const { confirmed, failed } = await tell()
    expect([confirmed, failed]).to.deep.equal([1, 1])
    expect(codesTold()).to.deep.equal([one])
    const row = await db()('webhook_messages').where({ state: 'OWED' }).first()
    expect(row.last_status).to.equal(null)
    expect(row.last_error).to.match(/^refused: /)
  })

  it('removals are sent first and replace messages owed for the same seller', async () => {
    const { webhook } = await add()
    await rename(one)
    await rename(two)
    await rename(three)
    await remove(three)
    await tell()
    expect(codesTold()[0]).to.equal(three)
    expect(mall.received[0]?.body.data.what).to.deep.equal(['ENTRY_REMOVED'])
    expect(codesTold().slice(1)).to.have.members([one, two])
    const states = await db()('webhook_messages').where({ webhook_id: webhook.id, code: three }).orderBy('sequence')
    expect(states.map(({ state }: { state: string }) => state)).to.deep.equal(['FOLDED', 'CONFIRMED'])
  })

  it('P-B5: an address that does not answer delays neither other addresses nor later changes', async () => {
    const hung: ServerResponse[] = []
    const slow = createServer((_, response) => hung.push(response))
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    await add(`http://127.0.0.1:${(slow.address() as AddressInfo).port}/hook`)
    await add()
    await rename(one)
    const teller = makeWebhookSender(db(), parts)
    await teller.look()
    await until(() => hung.length === 1 && mall.received.length === 1)
    await rename(two)
    await teller.look()
    await until(() => mall.received.length === 2)
    expect(hung).to.have.length(1)
    for (const response of hung) response.writeHead(200).end()
    slow.on('request', (_, response) => response.writeHead(200).end())
    await teller.ended()
    expect(codesTold()).to.deep.equal([one, two])
    slow.closeAllConnections()
    await new Promise((resolve) => slow.close(resolve))
  })

  it('F-13: sends a message when the list is replaced, and a removal names the changes that it replaces', async () => {
    await add()
    const given = {
      client: CLIENT,
      bytes: Buffer.from([one, two, three].join('\n')),
      dated: TODAY,
      marketplace: null,
      now,
    }
    const { sequence } = await replaceSellers(db(), given)
    await rename(three)
    await rename(three)
    await remove(three)
    await rename(one)
    await tell()
    const told = mall.received.map(({ body }) => body.data).sort((a, b) => a.sequence - b.sequence)
    expect(told.map(({ code, what, replaces }) => [code, what[0], replaces])).to.deep.equal([
      [null, 'SELLERS', undefined],
      [three, 'ENTRY_REMOVED', [sequence + 1, sequence + 2]],
      [one, 'NAME', undefined],
    ])
    const explained = told.flatMap((one) => [one.sequence, ...(one.replaces ?? [])]).sort((a, b) => a - b)
    expect(explained).to.deep.equal(explained.map((_, place) => sequence + place))
  })

  it('sends later changes of a seller after earlier ones', async () => {
    await add()
    mall.answer = ({ body }) => (body.data.code === one && mall.received.length === 1 ? 500 : 200)
    const first = await rename(one)
    await tell()
    const last = await rename(one)
    await tell()
    // The retry of the first change is not due yet, and later changes wait for it.
    expect(mall.received).to.have.length(1)
    pass(10)
    await tell()
    expect(mall.received.map(({ body }) => body.data.standing.name)).to.deep.equal([first, last, last])
    const sequences = mall.received.map(({ body }) => body.data.sequence)
    expect(sequences).to.deep.equal([...sequences].sort((a, b) => a - b))
  })

  it('a 410 answer disables a webhook at once with an alarm, and enabling it sends the messages missed', async () => {
    const { webhook } = await add()
    mall.answer = () => 410
    await rename(one)
    await tell()
    expect(await stateOf(webhook.id)).to.deep.include({ disabled_because: 'GONE' })
    expect(alarms).to.deep.include({ alarm: 'WEBHOOK_DISABLED', webhook: webhook.id, client: CLIENT, because: 'GONE' })
    await rename(two)
    pass(DAY)
    await tell()
    expect(mall.received).to.have.length(1)
    mall.answer = () => 200
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now, after: null })
    await tell()
    expect(codesTold()).to.deep.equal([one, one, two])
  })

  it('five days without an accepted message disable a webhook with an alarm, and an accepted one restarts the count', async () => {
    const { webhook } = await add()
    mall.answer = () => 'cut'
    await rename(one)
    await tell()
    for (let day = 1; day < WEBHOOK_DISABLED_AFTER_DAYS; day += 1) {
      pass(DAY)
      await rename(two)
      await tell()
      expect((await stateOf(webhook.id)).disabled_at, `day ${day}`).to.equal(null)
    }
    pass(DAY)
    await rename(three)
    await tell()
    expect(await stateOf(webhook.id)).to.deep.include({ disabled_because: 'FAILING' })
    expect(alarms).to.have.length(1)
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now, after: null })
    mall.answer = () => 200
    await tell()
    expect(await stateOf(webhook.id)).to.deep.include({ failing_since: null, failures: 0 })
  })

  it('replays from a number, delivered messages included, and refuses an erased number', async () => {
    const { webhook } = await add()
    for (const code of [one, two, three]) await rename(code)
    await tell()
    const all = mall.received.map(({ body }) => body.data.sequence).sort((a, b) => a - b)
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now, after: all[0] })
    await tell()
    expect(mall.received.slice(3).map(({ body }) => body.data.sequence)).to.have.members(all.slice(1))
    const beyond = { id: webhook.id, client: CLIENT, now, after: 1_000_000 }
    expect(await refusalCode(webhooks.enableWebhook(db(), beyond))).to.equal('CHANGES_GONE')
  })

  it('two simultaneous senders send each change once', async () => {
    await add()
    for (let i = 0; i < 12; i += 1) await rename([one, two, three][i % 3] ?? one)
    await Promise.all([tell(), tell(), tell()])
    await tell()
    const sequences = mall.received.map(({ body }) => body.data.sequence)
    expect(sequences).to.have.length(12)
    expect(new Set(sequences).size).to.equal(12)
    for (const code of [one, two, three]) {
      const own = mall.received.filter(({ body }) => body.data.code === code).map(({ body }) => body.data.sequence)
      expect(own).to.deep.equal([...own].sort((a, b) => a - b))
    }
  })

  it('sends messages leased by a dead process when the lease ends', async () => {
    await add()
    await rename(one)
    await db()('webhook_messages').update({ attempts: 1, leased_until: new Date(now.getTime() + 30_000), sent_at: now })
    await tell()
    expect(mall.received).to.deep.equal([])
    pass(31)
    await tell()
    expect(codesTold()).to.deep.equal([one])
  })

  it('writes the audit row before a message leaves, and sends nothing where that fails', async () => {
    await add()
    await rename(one)
    const kept: string[] = []
    const refusing = { ...parts, auditLog: { chunk: async () => Promise.reject(new Error('no trail')) } }
    expect(
      await sendWebhooks(db(), refusing).then(
        () => 'told',
        (error) => error.message,
      ),
    ).to.equal('no trail')
    expect(mall.received).to.deep.equal([])
    const counting = {
      ...parts,
      auditLog: {
        chunk: async ({ client, shown }: { client: string; shown: Iterable<string> }) => {
          expect(mall.received).to.deep.equal([])
          kept.push(client, ...shown)
        },
      },
    }
    await sendWebhooks(db(), counting)
    expect(kept).to.deep.equal([CLIENT, one])
    expect(codesTold()).to.deep.equal([one])
  })

  it('does not call an address that has come to resolve to a private one', async () => {
    const resolve = async () => ['8.8.8.8']
    const url = 'https://turned.example/hook'
    await webhooks.addWebhook(db(), world.keys, { client: CLIENT, url, allow: [], resolve, now })
    await rename(one)
    await sendWebhooks(db(), { ...parts, allow: [], resolve: async () => ['127.0.0.1'] })
    const row = await db()('webhook_messages').first()
    expect(row.last_error).to.match(/^forbidden: /)
  })

  it('refuses a forbidden address, a duplicate and a sixth webhook', async () => {
    const made = { client: CLIENT, allow: [] as string[], now }
    for (const url of [
      'http://127.0.0.1:1/x',
      'https://127.0.0.1/x',
      'ftp://a.example',
      'https://u:p@a.example',
      mall.url,
    ])
      expect(await refusalCode(webhooks.addWebhook(db(), world.keys, { ...made, url })), url).to.equal(
        'WEBHOOK_ADDRESS',
      )
    await add()
    expect(await refusalCode(add())).to.equal('WEBHOOK_EXISTS')
    for (let i = 2; i <= 5; i += 1) await add(`${mall.url}/${i}`)
    expect(await refusalCode(add(`${mall.url}/6`))).to.equal('WEBHOOKS_MOST')
  })
})

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
