import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { numberChanges } from '../../../src/work/standing/changes/number.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { type Marketplace, sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../world.js'

const CALLS = 'calls { kind sequence attempt at ms status error }'

describe('calls of a webhook, its ping and its replay', () => {
  let world: World
  let mall: Marketplace
  let id = ''
  let names = 0
  const code = uscc(1)
  before(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
    mall = await startMarketplace()
    await world.bring('registry', [registration(code, '虚构甲有限公司')])
    const given = { client: 'mall', bytes: Buffer.from(code), dated: TODAY, marketplace: null, now: NOW }
    await replaceSellers(world.database.db, given)
    const { data } = await ask(`mutation { addWebhook(url: "${mall.url}") { secret webhook { id } } }`)
    mall.secrets.push(data.addWebhook.secret)
    id = data.addWebhook.webhook.id
  })
  after(async () => {
    await mall.close()
    await world.close()
  })
  beforeEach(() => {
    mall.received.length = 0
    mall.answer = () => 200
    pass(60)
  })

  const pass = (seconds: number) => world.setNow(new Date(world.parts.now().getTime() + seconds * 1_000))
  const ask = (query: string, role: Role = 'marketplace', sub = 'mall') =>
    world.ask(query, { token: world.token(role, sub) })
  const refusalOf = async (query: string, role?: Role, sub?: string) =>
    (await ask(query, role, sub)).errors?.[0]?.extensions['code']
  const tell = () => {
    const { keys, rules, parts } = world
    const { agencies, auditLog, now, log } = parts
    const own = { keys, agencies, auditLog, now, log, lists: rules.lists, allow: ['127.0.0.0/8'], random: () => 0.5 }
    return sendWebhooks(world.database.db, own)
  }
  const rename = async (): Promise<number> => {
    names += 1
    await world.database.db.raw('update operators set name = ? where uscc = ?', [`虚构第${names}名有限公司`, code])
    await numberChanges(world.database.db, world.parts.now())
    return (await world.database.db('change_clients').where({ client: 'mall' }).first('last')).last
  }
  const callsSeen = async (role?: Role, sub?: string) =>
    (await ask(`{ webhooks { ${CALLS} } }`, role, sub)).data.webhooks[0]?.calls
  const ping = () => `mutation { pingWebhook(id: "${id}") { kind sequence status error } }`
  const replay = (from: number | string, to?: number) =>
    `mutation { replayWebhook(id: "${id}", from: "${from}"${to === undefined ? '' : `, to: "${to}"`}) { queued webhook { owed } } }`

  it('notes each call with time, attempt, status and error, newest first, and no secret', async () => {
    const sequence = await rename()
    mall.answer = () => 503
    await tell()
    mall.answer = () => 200
    pass(600)
    await tell()
    const calls = await callsSeen()
    expect(calls.slice(0, 2)).to.deep.equal([
      {
        kind: 'CHANGE',
        sequence,
        attempt: 2,
        at: world.parts.now().toISOString(),
        ms: calls[0].ms,
        status: 200,
        error: null,
      },
      { ...calls[1], kind: 'CHANGE', sequence, attempt: 1, status: 503, error: 'HTTP 503' },
    ])
    expect(calls[0].ms).to.be.within(0, 10_000)
    expect(JSON.stringify(calls)).to.not.include('whsec_')
    expect(await callsSeen('auditor', 'controller')).to.deep.equal(calls)
    expect(await callsSeen('marketplace', 'another')).to.equal(undefined)
  })

  it('sends a signed ping, also to a disabled address, once in ten seconds, which only the log shows', async () => {
    expect((await ask(ping())).data.pingWebhook).to.deep.equal({
      kind: 'PING',
      sequence: null,
      status: 200,
      error: null,
    })
    const [{ by, body, id: message } = { by: [], body: null, id: '' }] = mall.received
    expect(by).to.deep.equal(mall.secrets)
    expect(body).to.deep.equal({ type: 'webhook.ping', timestamp: world.parts.now().toISOString(), data: {} })
    expect(message).to.match(/^ping-/)
    pass(9)
    expect(await refusalOf(ping())).to.equal('TOO_MANY_REQUESTS')
    pass(1)
    await world.database.db('webhooks').update({ disabled_at: NOW, disabled_because: 'GONE' })
    mall.answer = () => 'cut'
    expect((await ask(ping(), 'administrator', 'boss')).data.pingWebhook)
      .to.deep.include({ status: null })
      .and.property('error')
      .to.be.a('string')
    expect(await refusalOf(replay(1))).to.equal('WEBHOOK_OFF')
    const row = await world.database.db('webhooks').first('failing_since', 'disabled_because')
    expect(row).to.deep.equal({ failing_since: null, disabled_because: 'GONE' })
    await ask(`mutation { enableWebhook(id: "${id}") { id } }`)
    expect(await refusalOf(ping(), 'marketplace', 'another')).to.equal('WEBHOOK_UNKNOWN')
    expect(await refusalOf(ping(), 'auditor', 'controller')).to.equal('FORBIDDEN')
    expect((await callsSeen()).filter(({ kind }: { kind: string }) => kind === 'PING')).to.have.length(2)
  })

  it('replays one change or a span, delivered ones too, and refuses what is not kept', async () => {
    const first = await rename()
    const last = (await rename()) && (await rename())
    await tell()
    mall.received.length = 0
    const sent = () => mall.received.map(({ body }) => body.data.sequence)
    expect((await ask(replay(first))).data.replayWebhook).to.deep.equal({ queued: 1, webhook: { owed: 1 } })
    await tell()
    expect(sent()).to.deep.equal([first])
    expect((await ask(replay(first, last), 'administrator', 'boss')).data.replayWebhook.queued).to.equal(3)
    await tell()
    expect(sent()).to.deep.equal([first, first, first + 1, last])
    for (const query of [replay(0), replay('x'), replay(last, first), replay(1, 1_001)])
      expect(await refusalOf(query), query).to.equal('INPUT_INVALID')
    expect(await refusalOf(replay(last, last + 1))).to.equal('CHANGES_GONE')
    expect(await refusalOf(replay(first), 'marketplace', 'another')).to.equal('WEBHOOK_UNKNOWN')
    expect(await refusalOf(replay(first), 'officer', 'zhang')).to.equal('FORBIDDEN')
  })

  it('keeps the last hundred calls, and none of a webhook that was removed', async () => {
    await world.database.db.raw(
      `insert into webhook_calls (webhook_id, kind, sequence, attempt, at, ms, status) select id, 'CHANGE', n, 1, now(), 5, 200
       from webhooks, generate_series(1, 150) as s(n)`,
    )
    const sequence = await rename()
    await tell()
    const calls = await callsSeen()
    expect(calls).to.have.length(100)
    expect([calls[0].sequence, calls[99].sequence]).to.deep.equal([sequence, 52])
    await ask(`mutation { removeWebhook(id: "${id}") { id } }`)
    expect(await world.database.db('webhook_calls')).to.deep.equal([])
  })
})
