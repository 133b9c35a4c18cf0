import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { claimNext } from '../../../src/agencies/transports/folder/claims.js'
import { moveToDone, moveToRefused } from '../../../src/agencies/transports/folder/file-outcomes.js'
import { makeGlobalId } from '../../../src/api/request/ids.js'
import { putFile } from '../../../src/platforms/transports/folder/files.js'
import * as audit from '../../../src/store/audit/audit-log.js'
import { makeMatterMessages, numberMatterChanges } from '../../../src/work/matters/changes.js'
import { exchangeMatters } from '../../../src/work/matters/exchange.js'
import { freezeMonth } from '../../../src/work/matters/figures.js'
import { sendWebhooks, startMarketplace } from '../../support/marketplace.js'
import { LEAKS, reportOf, sendForm } from '../../support/reporters.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens, tokenOfSeat } from './tokens.js'

const [UNIT, COUNTY] = ['market-regulator@220000', 'market-regulator@220104']
const APRIL = new Date('2026-04-02T02:00:00Z')

describe('clues of the public in other channels', () => {
  let world: World
  let id = ''
  let number = ''
  const root = mkdtempSync(join(tmpdir(), 'hub-clue-'))
  before(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
    for (let n = 0; n < 5; n += 1) await sendForm(world.url, '/clue', reportOf(n, `虚构小店 ${n}`))
    const { rows } = await world.database.db.raw('select id, number from matters order by opened_at, id limit 1')
    id = makeGlobalId('Matter', rows[0].id)
    number = rows[0].number
  })
  after(async () => {
    await world.close()
    rmSync(root, { recursive: true })
  })
  const token = makeTokens(() => world)
  const agency = (seat: string) => tokenOfSeat(token, seat)
  const move = (name: string, by: string, input: object = {}) =>
    world.ask('mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state } }', {
      variables: { input: { id, move: name, ...input } },
      token: agency(by),
    })

  /** Rows of the audit log that `act` writes. */
  const left = async (act: () => Promise<unknown>) => {
    const { db } = world.database
    const before = (await audit.readHead(db))?.number ?? 0
    await act()
    return audit.listRowsAfter(db, before, 100)
  }

  it('webhooks tell neither text nor contact after any move', async () => {
    const listener = await startMarketplace()
    for (const seat of [UNIT, COUNTY])
      await world.ask('mutation ($url: String!) { addWebhook(url: $url, matters: true) { secret } }', {
        variables: { url: listener.url },
        token: agency(seat),
      })
    const parts = {
      ...{ keys: world.keys, lists: world.rules.lists, agencies: world.parts.agencies, allow: ['127.0.0.0/8'] },
      matters: makeMatterMessages({ rules: world.rules, keys: world.keys }, (of) => makeGlobalId('Matter', of)),
      ...{ auditLog: world.parts.auditLog, now: () => NOW, random: () => 0.5, log: world.parts.log },
    }
    for (const [name, input] of [
      ['accept', {}],
      ['forward', { to: COUNTY, reason: '属地办理' }],
    ] as const) {
      expect((await move(name, UNIT, input)).errors).to.equal(undefined)
      await numberMatterChanges(world.database.db, NOW)
      await sendWebhooks(world.database.db, parts)
    }
    await listener.close()
    const texts = listener.received.map(({ text }) => text)
    expect(texts.filter((text) => text.includes(number)).length).to.be.greaterThan(1)
    expect(texts.join('\n')).not.to.match(LEAKS)
  })

  it('the folder of its holder has the text as written and no contact; that of a superior has nothing of it', async () => {
    const folder = join(root, 'matters')
    for (const seat of [UNIT, COUNTY]) mkdirSync(join(folder, seat, 'in'), { recursive: true })
    const transport = {
      claim: (path: string) => claimNext(path, { settleMs: 0, abandonedMs: 600_000 }),
      ...{ moveToDone, moveToRefused, putFile },
    }
    const audited: { asked: string; digest: string | null }[] = []
    const auditLog = { row: async (entry: { asked: string; digest: string | null }) => void audited.push(entry) }
    const { keys, rules } = world
    const given = { cause: 'command', folder, rules, keys, transport, now: () => NOW, auditLog } as const
    await exchangeMatters(world.database.db, given)
    const json = (seat: string) =>
      readdirSync(join(folder, seat, 'out'), { recursive: true })
        .map((name) => join(folder, seat, 'out', String(name)))
        .filter((path) => statSync(path).isFile() && path.endsWith('.json'))
        .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    const [held] = json(COUNTY)
    expect(held?.text).to.match(/我的电话 13943\d{3}077/)
    expect(held?.text.replaceAll(/"facts": "[^"]*"/g, '')).not.to.match(LEAKS)
    expect(json(UNIT)).to.have.length(4)
    expect(json(UNIT).some(({ path }) => path.includes(number))).to.equal(false)
    expect(audited).to.have.length(5)
    expect(audited.every(({ asked, digest }) => asked === 'folder out' && digest === null)).to.equal(true)
  })

  it('an answer with its text or contact has no digest in the audit log; one with its envelope has', async () => {
    const read = 'mutation ($input: ReadReporterInput!) { readReporter(input: $input) { name contact } }'
    const ask = (query: string, seat: string, variables: object = { id }) =>
      left(() => world.ask(query, { variables, token: agency(seat) }))
    const contact = await ask(read, COUNTY, { input: { matter: id, reason: '核实线索' } })
    const text = await ask('query ($id: ID!) { matter(id: $id) { content { fields { value } } } }', COUNTY)
    const above = await ask('query ($id: ID!) { matter(id: $id) { content { fields { value } } } }', UNIT)
    const over = await left(() =>
      fetch(`${world.url}/v1/matters/${id}`, { headers: { authorization: `Bearer ${agency(COUNTY)}` } }),
    )
    for (const rows of [contact, text, above, over]) {
      expect(rows.length).to.be.greaterThan(0)
      expect(rows.map(({ content }) => content?.digest)).to.deep.equal(rows.map(() => null))
    }
    const envelope = await ask('query ($id: ID!) { matter(id: $id) { state } }', COUNTY)
    expect(envelope[0]?.content?.digest).to.match(/^[\w+/]{43}=$/)
  })

  it('figures of the month count them and tell nothing else', async () => {
    await freezeMonth(world.database.db, world.rules, '2026-03', APRIL)
    const csv = await fetch(`${world.url}/v1/matters.csv?month=2026-03`, {
      headers: { authorization: `Bearer ${world.token('officer')}` },
    })
    const page = await fetch(`${world.url}/figures`, { headers: { accept: 'text/html' } })
    const texts = [await csv.text(), await page.text()]
    expect([csv.status, page.status]).to.deep.equal([200, 200])
    expect(texts[0]).to.include('线索')
    for (const told of texts) expect(told).not.to.match(LEAKS)
    expect(texts.join('')).not.to.include('虚构小店')
  })
})
