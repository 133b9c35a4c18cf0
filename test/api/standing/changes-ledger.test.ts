import { expect } from 'chai'
import { numberChanges } from '../../../src/work/standing/changes/number.js'
import { addWebhook } from '../../../src/work/standing/changes/webhooks.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { type Marketplace, sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../world.js'

const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000)

describe('ledger of removals of marketplaces’ sellers', () => {
  let world: World
  let mall: Marketplace
  let listing: string
  const listed = uscc(3)
  const NUMBER = '虚市监处罚〔2026〕1号'
  const LEDGER = 'heard marketplaces { client webhook state owedAt toldAt confirmedAt confirmedBy }'
  const parts = () => ({
    keys: world.keys,
    lists: world.rules.lists,
    agencies: world.parts.agencies,
    allow: ['127.0.0.0/8'],
    auditLog: world.parts.auditLog,
    now: world.parts.now,
    random: () => 0.5,
    log: world.parts.log,
  })

  before(async () => {
    world = await makeWorld()
    mall = await startMarketplace()
    await world.bring('registry', [registration(listed, '虚构霜降有限公司')])
    await world.bring('penalties', [penalty(listed, NUMBER)])
    for (const client of ['mall', 'reader', 'silent']) {
      const given = { client, bytes: Buffer.from(listed), dated: TODAY, marketplace: null, now: NOW }
      await replaceSellers(world.database.db, given)
    }
    listing = await publishListing(world, listed, NUMBER)
    await numberChanges(world.database.db, NOW)
  })
  after(async () => {
    await mall.close()
    await world.close()
  })

  const ask = async (query: string, token: string) => {
    const { data, errors } = await world.ask(query, { token })
    expect(errors).to.equal(undefined)
    return data
  }
  const marketplace = (sub: string) => world.token('marketplace', sub)
  const ledger = async (role: 'officer' | 'agency' = 'officer') =>
    (await ask(`{ retractions { nodes { ${LEDGER} } } }`, world.token(role, `${role}-1`))).retractions.nodes[0]
  const stateOf = async (client: string) =>
    (await ledger()).marketplaces.find((one: { client: string }) => one.client === client)
  const page = async (client: string, after: number) => {
    const answer = await fetch(`${world.url}/v1/changes?after=${after}`, {
      headers: { authorization: `Bearer ${marketplace(client)}`, accept: 'application/json' },
    })
    return (await answer.json()) as { changes: { what: string[]; sequence: number }[]; next: number }
  }

  it('lists the removal as due for every marketplace with the seller, with or without a webhook', async () => {
    const { db } = world.database
    const url = mall.url
    mall.secrets.push(
      (await addWebhook(db, world.keys, { client: 'mall', url, allow: ['127.0.0.0/8'], now: NOW })).secret,
    )
    await db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [
      NOW,
    ])
    world.setNow(later(10))
    const { errors } = await world.ask(
      'mutation($input: MoveInput!) { removeListing(input: $input) { listing { state } } }',
      {
        token: world.token('reviewer', 'reviewer-1'),
        variables: {
          input: {
            id: listing,
            on: TODAY,
            removal: 'REVOKED',
            reason: '错误',
            documentNumber: '虚市监撤〔2026〕1号',
          },
        },
      },
    )
    expect(errors).to.equal(undefined)
    world.setNow(later(12))
    await numberChanges(db, later(12))
    const { heard, marketplaces } = await ledger()
    expect(heard).to.equal(false)
    const owed = { state: 'OWED', owedAt: later(12).toISOString(), toldAt: null, confirmedAt: null, confirmedBy: null }
    expect(marketplaces).to.deep.equal([
      { client: 'mall', webhook: true, ...owed },
      { client: 'reader', webhook: false, ...owed },
      { client: 'silent', webhook: false, ...owed },
    ])
  })

  it('a webhook confirms a removal by answering 2xx; another answer leaves it sent but unconfirmed', async () => {
    mall.answer = () => 500
    world.setNow(later(15))
    await sendWebhooks(world.database.db, parts())
    expect(await stateOf('mall')).to.deep.include({ state: 'TOLD', toldAt: later(15).toISOString(), confirmedAt: null })
    mall.answer = () => 200
    world.setNow(later(30))
    await sendWebhooks(world.database.db, parts())
    expect(await stateOf('mall')).to.deep.include({
      state: 'CONFIRMED',
      toldAt: later(15).toISOString(),
      confirmedAt: later(30).toISOString(),
      confirmedBy: 'WEBHOOK',
    })
    expect(mall.received.at(-1)?.body.data.what).to.include('ENTRY_REMOVED')
  })

  it('a polling client confirms a removal by continuing from a later change, not by receiving it', async () => {
    world.setNow(later(40))
    const { changes, next } = await page('reader', 1)
    expect(changes.some(({ what }) => what.includes('ENTRY_REMOVED'))).to.equal(true)
    expect((await stateOf('reader')).state).to.not.equal('CONFIRMED')
    world.setNow(later(50))
    await page('reader', next)
    expect(await stateOf('reader')).to.deep.include({
      state: 'CONFIRMED',
      confirmedAt: later(50).toISOString(),
      confirmedBy: 'READ',
    })
    expect((await stateOf('silent')).state).to.equal('OWED')
  })

  it('P-B7: a removal that was never sent is not confirmed by a client that jumps past it', async () => {
    const { next } = await page('reader', 1)
    world.setNow(later(55))
    await page('silent', next)
    expect(await stateOf('silent')).to.deep.include({ state: 'OWED', toldAt: null, confirmedAt: null })
    expect((await ledger()).heard).to.equal(false)
    world.setNow(later(60))
    await page('silent', 1)
    expect(await stateOf('silent')).to.deep.include({
      state: 'TOLD',
      toldAt: later(60).toISOString(),
      confirmedAt: null,
    })
    world.setNow(later(65))
    await page('silent', next)
    expect(await stateOf('silent')).to.deep.include({ state: 'CONFIRMED', confirmedAt: later(65).toISOString() })
    expect((await ledger()).heard).to.equal(true)
  })

  it('an agency does not see which marketplaces have the seller', async () => {
    expect(await ledger('agency')).to.deep.equal({ heard: true, marketplaces: [] })
  })
})

describe('webhooks over GraphQL', () => {
  let world: World
  let mall: Marketplace
  const FIELDS =
    'id client url disabledAt disabledBecause owed removalsOwed oldestOwed givenUp lastStatus lastError previousSecretUntil'

  before(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
    mall = await startMarketplace()
  })
  after(async () => {
    await mall.close()
    await world.close()
  })

  const ask = (query: string, role: 'marketplace' | 'administrator' | 'officer', sub: string) =>
    world.ask(query, { token: world.token(role, sub) })

  it('a marketplace registers, rotates, enables and removes its own webhooks; those of another are not found', async () => {
    const { data } = await ask(
      `mutation { addWebhook(url: "${mall.url}") { secret webhook { ${FIELDS} } } }`,
      'marketplace',
      'mall',
    )
    const { secret, webhook } = data.addWebhook
    expect(secret).to.match(/^whsec_/)
    expect(webhook).to.deep.include({ client: 'mall', url: mall.url, owed: 0, disabledAt: null, lastStatus: null })
    const { id } = webhook
    for (const act of [
      `rotateWebhook(id: "${id}") { secret }`,
      `enableWebhook(id: "${id}") { id }`,
      `removeWebhook(id: "${id}") { id }`,
    ])
      expect((await ask(`mutation { ${act} }`, 'marketplace', 'other')).errors?.[0]?.extensions['code'], act).to.equal(
        'WEBHOOK_UNKNOWN',
      )
    const rotated = (
      await ask(
        `mutation { rotateWebhook(id: "${id}") { secret webhook { previousSecretUntil } } }`,
        'marketplace',
        'mall',
      )
    ).data
    expect(rotated.rotateWebhook.secret).to.not.equal(secret)
    expect(rotated.rotateWebhook.webhook.previousSecretUntil).to.equal(
      new Date(NOW.getTime() + 86_400_000).toISOString(),
    )
    expect((await ask('{ webhooks { id } }', 'marketplace', 'other')).data.webhooks).to.deep.equal([])
    expect((await ask('{ webhooks { client } }', 'administrator', 'boss')).data.webhooks).to.deep.equal([
      { client: 'mall' },
    ])
    expect((await ask('{ webhooks { client } }', 'officer', 'o')).errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
    expect(
      (await ask(`mutation { removeWebhook(id: "${id}") { id } }`, 'administrator', 'boss')).errors?.[0]?.extensions[
        'code'
      ],
    ).to.equal('FORBIDDEN')
    expect(
      (await ask(`mutation { removeWebhook(id: "${id}") { id } }`, 'marketplace', 'mall')).data.removeWebhook,
    ).to.deep.equal({ id })
    expect((await ask('{ webhooks { id } }', 'marketplace', 'mall')).data.webhooks).to.deep.equal([])
    const [row] = await world.database.db('webhooks')
    expect([row.secret, row.previous_secret]).to.deep.equal(['', null])
    // The audit log contains no secret in clear text.
    const rows = JSON.stringify(await world.database.db('trail').select('body'))
    expect(rows).to.not.include(secret)
  })

  it('a private address is refused, and the message does not repeat it', async () => {
    const { errors } = await ask('mutation { addWebhook(url: "https://10.0.0.1/x") { secret } }', 'marketplace', 'mall')
    expect(errors?.[0]?.extensions['code']).to.equal('WEBHOOK_ADDRESS')
    expect(errors?.[0]?.message).to.not.include('10.0.0.1')
  })
})
