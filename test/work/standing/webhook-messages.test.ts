import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { makeWebhookSender } from '../../../src/work/standing/changes/send.js'
import * as webhooks from '../../../src/work/standing/changes/webhooks.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { TODAY } from '../../api/world.js'
import { sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { until } from '../../support/until.js'
import { CLIENT, SELLERS, webhookWorld } from '../../support/webhooks.js'
import { refusal } from '../../support/world.js'

const MINUTE = 60
const HOUR = 3_600

describe('messages to webhooks', () => {
  const hook = webhookWorld()
  const { db, pass, add, rename, remove, tell, codesTold } = hook
  const [one, two, three] = SELLERS
  const refusalCode = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).code

  it('retries on the specified schedule under the same id, then gives up', async () => {
    const { webhook } = await add()
    hook.mall.answer = () => 400
    await rename(one)
    const waits: number[] = []
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await tell()
      expect(hook.mall.received).to.have.length(attempt)
      const row = await db()('webhook_messages').where({ webhook_id: webhook.id }).first()
      expect([row.attempts, row.last_status, row.last_error]).to.deep.equal([attempt, 400, 'HTTP 400'])
      if (row.state === 'GIVEN_UP') break
      waits.push((row.due_at.getTime() - hook.now.getTime()) / 1_000)
      // One second before the time of the retry nothing is sent.
      pass((waits.at(-1) ?? 0) - 1)
      await tell()
      expect(hook.mall.received).to.have.length(attempt)
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
    expect(new Set(hook.mall.received.map(({ id }) => id)).size).to.equal(1)
    const row = await db()('webhook_messages').where({ webhook_id: webhook.id }).first()
    expect(row.state).to.equal('GIVEN_UP')
  })

  it('waits as long as a busy address asks, then sends everything at once', async () => {
    await add()
    hook.mall.answer = () => ({ status: 503, headers: { 'retry-after': '1800' } })
    for (const code of [one, two, three]) await rename(code)
    await tell()
    const tried = hook.mall.received.length
    pass(20 * MINUTE)
    await tell()
    expect(hook.mall.received).to.have.length(tried)
    hook.mall.answer = () => 200
    pass(11 * MINUTE)
    await tell()
    expect(hook.mall.received).to.have.length(tried + 3)
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
    expect(hook.mall.received[0]?.body.data.what).to.deep.equal(['ENTRY_REMOVED'])
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
    const teller = makeWebhookSender(db(), hook.parts)
    await teller.look()
    await until('both addresses are called', () => hung.length === 1 && hook.mall.received.length === 1)
    await rename(two)
    await teller.look()
    await until('the other address is called again', () => hook.mall.received.length === 2)
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
      now: hook.now,
    }
    const { sequence } = await replaceSellers(db(), given)
    await rename(three)
    await rename(three)
    await remove(three)
    await rename(one)
    await tell()
    const told = hook.mall.received.map(({ body }) => body.data).sort((a, b) => a.sequence - b.sequence)
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
    hook.mall.answer = ({ body }) => (body.data.code === one && hook.mall.received.length === 1 ? 500 : 200)
    const first = await rename(one)
    await tell()
    const last = await rename(one)
    await tell()
    // The retry of the first change is not due yet, and later changes wait for it.
    expect(hook.mall.received).to.have.length(1)
    pass(10)
    await tell()
    expect(hook.mall.received.map(({ body }) => body.data.standing.name)).to.deep.equal([first, last, last])
    const sequences = hook.mall.received.map(({ body }) => body.data.sequence)
    expect(sequences).to.deep.equal([...sequences].sort((a, b) => a - b))
  })

  it('replays from a number, delivered messages included, and refuses an erased number', async () => {
    const { webhook } = await add()
    for (const code of [one, two, three]) await rename(code)
    await tell()
    const all = hook.mall.received.map(({ body }) => body.data.sequence).sort((a, b) => a - b)
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now: hook.now, after: all[0] })
    await tell()
    expect(hook.mall.received.slice(3).map(({ body }) => body.data.sequence)).to.have.members(all.slice(1))
    const beyond = { id: webhook.id, client: CLIENT, now: hook.now, after: 1_000_000 }
    expect(await refusalCode(webhooks.enableWebhook(db(), beyond))).to.equal('CHANGES_GONE')
  })

  it('two simultaneous senders send each change once', async () => {
    await add()
    for (let i = 0; i < 12; i += 1) await rename([one, two, three][i % 3] ?? one)
    await Promise.all([tell(), tell(), tell()])
    await tell()
    const sequences = hook.mall.received.map(({ body }) => body.data.sequence)
    expect(sequences).to.have.length(12)
    expect(new Set(sequences).size).to.equal(12)
    for (const code of [one, two, three]) {
      const own = hook.mall.received.filter(({ body }) => body.data.code === code).map(({ body }) => body.data.sequence)
      expect(own).to.deep.equal([...own].sort((a, b) => a - b))
    }
  })

  it('sends messages leased by a dead process when the lease ends', async () => {
    await add()
    await rename(one)
    await db()('webhook_messages').update({
      attempts: 1,
      leased_until: new Date(hook.now.getTime() + 30_000),
      sent_at: hook.now,
    })
    await tell()
    expect(hook.mall.received).to.deep.equal([])
    pass(31)
    await tell()
    expect(codesTold()).to.deep.equal([one])
  })

  it('writes the audit row before a message leaves, and sends nothing where that fails', async () => {
    await add()
    await rename(one)
    const kept: string[] = []
    const refusing = { ...hook.parts, auditLog: { chunk: async () => Promise.reject(new Error('no trail')) } }
    expect(
      await sendWebhooks(db(), refusing).then(
        () => 'told',
        (error) => error.message,
      ),
    ).to.equal('no trail')
    expect(hook.mall.received).to.deep.equal([])
    const counting = {
      ...hook.parts,
      auditLog: {
        chunk: async ({ client, shown }: { client: string; shown: Iterable<string> }) => {
          expect(hook.mall.received).to.deep.equal([])
          kept.push(client, ...shown)
        },
      },
    }
    await sendWebhooks(db(), counting)
    expect(kept).to.deep.equal([CLIENT, one])
    expect(codesTold()).to.deep.equal([one])
  })
})
