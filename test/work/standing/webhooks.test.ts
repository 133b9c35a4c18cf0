import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { WEBHOOK_DISABLED_AFTER_DAYS } from '../../../src/domain/standing/webhooks.js'
import { tidyChanges } from '../../../src/work/standing/changes/number.js'
import { makeSealingLabel } from '../../../src/work/standing/changes/webhook-message.js'
import * as webhooks from '../../../src/work/standing/changes/webhooks.js'
import { noteListChanged } from '../../../src/work/standing/sellers.js'
import { untilWaiting } from '../../support/held-locks.js'
import { sendWebhooks } from '../../support/marketplace.js'
import { CLIENT, SELLERS, webhookWorld } from '../../support/webhooks.js'
import { refusal } from '../../support/world.js'

const HOUR = 3_600
const DAY = 86_400

describe('webhooks', () => {
  const hook = webhookWorld()
  const { db, pass, add, rename, tell, codesTold, stateOf, alarms } = hook
  const [one, two, three] = SELLERS
  const refusalCode = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).code

  it('sends a change signed so that the Standard Webhooks library verifies it', async () => {
    const { secret } = await add()
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const name = await rename(one)
    // The library checks timestamps against its own clock, with a tolerance of a few minutes.
    hook.now = new Date()
    await tell()
    expect(hook.mall.received).to.have.length(1)
    const [{ text, headers, id } = { text: '', headers: {}, id: '' }] = hook.mall.received
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
    const rotated = await webhooks.rotateWebhook(db(), hook.world.keys, {
      id: webhook.id,
      client: CLIENT,
      now: hook.now,
    })
    hook.mall.secrets.push(rotated.secret)
    await rename(one)
    await tell()
    expect(hook.mall.received[0]?.by).to.have.members([secret, rotated.secret])
    pass(25 * HOUR)
    await rename(one)
    await tell()
    expect(hook.mall.received[1]?.by).to.deep.equal([rotated.secret])
  })

  it('sends each change once where several hubs send at the same time', async () => {
    await add()
    for (const code of SELLERS) await rename(code)
    await Promise.all([tell(), tell(), tell()])
    expect(codesTold().sort()).to.deep.equal([...SELLERS].sort())
  })

  it('stores a secret only sealed', async () => {
    const { webhook, secret } = await add()
    const row = await stateOf(webhook.id)
    expect(JSON.stringify(row)).to.not.include(secret.slice('whsec_'.length))
    expect(hook.world.keys.unseal(row.secret, makeSealingLabel(webhook.id))).to.equal(secret)
    // A secret sealed for one webhook cannot be unsealed for another.
    expect(() => hook.world.keys.unseal(row.secret, makeSealingLabel(webhook.id + 1))).to.throw()
    const turned = (row.secret.startsWith('A') ? 'B' : 'A') + row.secret.slice(1)
    expect(() => hook.world.keys.unseal(turned, makeSealingLabel(webhook.id))).to.throw()
  })

  it('a 410 answer disables a webhook at once with an alarm, and enabling it sends the messages missed', async () => {
    const { webhook } = await add()
    hook.mall.answer = () => 410
    await rename(one)
    await tell()
    expect(await stateOf(webhook.id)).to.deep.include({ disabled_because: 'GONE' })
    expect(alarms).to.deep.include({ alarm: 'WEBHOOK_DISABLED', webhook: webhook.id, client: CLIENT, because: 'GONE' })
    await rename(two)
    pass(DAY)
    await tell()
    expect(hook.mall.received).to.have.length(1)
    hook.mall.answer = () => 200
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now: hook.now, after: null })
    await tell()
    expect(codesTold()).to.deep.equal([one, one, two])
  })

  const disabled = async (): Promise<number> => {
    const { webhook } = await add()
    hook.mall.answer = () => 410
    await rename(one)
    await tell()
    hook.mall.answer = () => 200
    return webhook.id
  }
  const enable = (id: number) => webhooks.enableWebhook(db(), { id, client: CLIENT, now: hook.now, after: null })

  it('a change that is numbered while a webhook is enabled is sent', async () => {
    const id = await disabled()
    let enabling: Promise<unknown> = Promise.resolve()
    const sequence = await db().transaction(async (tx) => {
      const last = await noteListChanged(tx, CLIENT, hook.now)
      enabling = enable(id)
      await Promise.race([enabling, untilWaiting(db(), 1)])
      return last
    })
    await enabling
    await tell()
    expect(hook.mall.received.map(({ body }) => body.data.sequence)).to.deep.equal([
      sequence - 1,
      sequence - 1,
      sequence,
    ])
  })

  it('a webhook that is enabled after its messages were erased gets the changes that are kept', async () => {
    const id = await disabled()
    pass(20 * DAY)
    await rename(two)
    pass(15 * DAY)
    await tidyChanges(db(), hook.now)
    expect(await db()('webhook_messages').where({ webhook_id: id })).to.deep.equal([])
    await enable(id)
    await tell()
    expect(codesTold()).to.deep.equal([one, two])
  })

  it('five days without an accepted message disable a webhook with an alarm, and an accepted one restarts the count', async () => {
    const { webhook } = await add()
    hook.mall.answer = () => 'cut'
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
    await webhooks.enableWebhook(db(), { id: webhook.id, client: CLIENT, now: hook.now, after: null })
    hook.mall.answer = () => 200
    await tell()
    expect(await stateOf(webhook.id)).to.deep.include({ failing_since: null, failures: 0 })
  })

  it('does not call an address that has come to resolve to a private one', async () => {
    const resolve = async () => ['8.8.8.8']
    const url = 'https://turned.example/hook'
    await webhooks.addWebhook(db(), hook.world.keys, { client: CLIENT, url, allow: [], resolve, now: hook.now })
    await rename(one)
    await sendWebhooks(db(), { ...hook.parts, allow: [], resolve: async () => ['127.0.0.1'] })
    const row = await db()('webhook_messages').first()
    expect(row.last_error).to.match(/^address: /)
  })

  it('refuses a forbidden address, a duplicate and a sixth webhook', async () => {
    const made = { client: CLIENT, allow: [] as string[], now: hook.now }
    for (const url of [
      'http://127.0.0.1:1/x',
      'https://127.0.0.1/x',
      'ftp://a.example',
      'https://u:p@a.example',
      hook.mall.url,
    ])
      expect(await refusalCode(webhooks.addWebhook(db(), hook.world.keys, { ...made, url })), url).to.equal(
        'WEBHOOK_ADDRESS',
      )
    await add()
    expect(await refusalCode(add())).to.equal('WEBHOOK_EXISTS')
    for (let i = 2; i <= 5; i += 1) await add(`${hook.mall.url}/${i}`)
    expect(await refusalCode(add(`${hook.mall.url}/6`))).to.equal('WEBHOOKS_MOST')
  })
})
