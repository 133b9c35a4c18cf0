import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { makeLog } from '../../../src/hub/log.js'
import { deleteExpired } from '../../../src/work/timetable/tidy.js'
import { LEAKS, reporterOf, reportOf, sendForm, serveBehindProxy } from '../../support/reporters.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

const REPORTERS = 200
const SHOP = '虚构青禾商行'
const MINUTE_MS = 60_000
const MATTER = `id number kind state stateName { zh } sender senderName { zh } holder copied outcome moveCount allowedMoves { code }
  content { reference code fields { name value } hasContact alike { matter number }
    moves { move by reason documentNumber fields { name value } attachments { name sha256 url } } handovers { name sha256 } }`

interface SeenMatter {
  id: string
  state: string
  moveCount: number
  content: {
    hasContact: boolean
    alike: { number: string }[]
    fields: { name: string; value: string }[]
    moves: { attachments: { sha256: string; url: string | null; name: string }[] }[]
  } | null
}

describe('who gave a clue', () => {
  let world: World
  let proxied: Awaited<ReturnType<typeof serveBehindProxy>>
  const folder = mkdtempSync(join(tmpdir(), 'hub-reporters-'))
  const file = join(folder, 'hub.log')
  const codes: string[] = []
  let ids: string[] = []
  let now = NOW
  let operatorBefore: string[]

  const token = (sub: string, role: Role, agency: string | null = null, region: string | null = null) =>
    world.keys.sign({ sub, role, agency, region }, now.getTime()).token
  const unit = (sub = 'unit') => token(sub, 'agency', 'market-regulator', '220000')
  const county = () => token('county', 'agency', 'market-regulator', '220104')
  const later = (minutes: number) => {
    now = new Date(now.getTime() + minutes * MINUTE_MS)
    world.setNow(now)
  }
  const ask = async (query: string, by: string, variables: unknown = {}) => {
    const answer = await world.ask(query, { token: by, variables })
    return { ...answer, text: JSON.stringify([answer.data, answer.errors]) }
  }
  const see = async (id: string, by: string): Promise<SeenMatter | null> => {
    const { data, errors } = await ask(`query ($id: ID!) { matter(id: $id) { ${MATTER} } }`, by, { id })
    expect(errors).to.equal(undefined)
    return data.matter
  }
  const move = async (id: string, name: string, by: string, input: object = {}) => {
    const query = 'mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state } }'
    const { data, errors } = await ask(query, by, { input: { id, move: name, ...input } })
    expect(errors, name).to.equal(undefined)
    return data.moveMatter.state as string
  }
  const read = (id: string, by: string, reason = '核实线索所述店铺') =>
    ask('mutation ($input: ReadReporterInput!) { readReporter(input: $input) { name contact } }', by, {
      input: { matter: id, reason },
    })
  const stateOf = async (code: string) => {
    const { text } = await sendForm(world.url, '/clue/state', new URLSearchParams({ code }))
    return text
  }
  /** Everything that the named operator and its viewer can ask, and how many statements that takes. */
  const asOperator = async (): Promise<string[]> => {
    const party = token(uscc(1), 'party')
    let text = ''
    const run = await world.statements(async () => {
      text = (
        await ask('{ myFile { name records { nodes { kind } } listings { id } askedBy { nodes { role } } } }', party)
      ).text
    })
    return [text, String(run.length)]
  }
  const databaseText = async (): Promise<string> => {
    const { db } = world.database
    const { rows } = await db.raw(`select tablename from pg_tables where schemaname = 'public'`)
    const parts: string[] = []
    for (const { tablename } of rows as { tablename: string }[])
      parts.push(
        ...(await db.raw(`select t::text as row from ${tablename} t`)).rows.map(({ row }: { row: string }) => row),
      )
    return parts.join('\n')
  }
  /** Viewers who are not the clue's holder. */
  const others = () =>
    [
      ['county', county()],
      ['police', token('police', 'agency', 'police', '220000')],
      ['officer', token('officer', 'officer')],
      ['reviewer', token('reviewer', 'reviewer')],
      ['administrator', token('administrator', 'administrator')],
      ['auditor', token('auditor', 'auditor')],
      ['marketplace', token('shop', 'marketplace')],
      ['partner', token('courier', 'partner')],
      ['credit_service', token('credit', 'credit_service')],
      ['party', token(uscc(1), 'party')],
    ] as const
  const hunt = async (where: string, holder = 'unit') => {
    const answers: [string, string][] = []
    for (const [who, by] of others().filter(([who]) => who !== holder)) {
      answers.push([who, (await ask(`query ($id: ID!) { matter(id: $id) { ${MATTER} } }`, by, { id: ids[0] })).text])
      answers.push([who, (await ask(`{ matters(first: 100) { nodes { ${MATTER} } } }`, by)).text])
    }
    const auditor = token('auditor', 'auditor')
    answers.push([
      'audit log',
      (await ask('{ auditLog(first: 100) { nodes { asked outcome client } } }', auditor)).text,
    ])
    const held = await ask(`{ matters(first: 5) { nodes { ${MATTER} } } }`, unit())
    answers.push(['holder, beside the text', held.text.replaceAll(/"facts","value":"[^"]*"/g, '')])
    for (const path of ['/', '/clue', '/blacklist', '/data/blacklist.csv', '/v1/matters?after=0', '/metrics']) {
      const headers = path === '/metrics' ? { authorization: `Bearer ${token('administrator', 'administrator')}` } : {}
      answers.push([path, await (await fetch(`${world.url}${path}`, { headers })).text()])
    }
    answers.push(['log', readFileSync(file, 'utf8')])
    answers.push(['database', await databaseText()])
    for (const [who, text] of answers) expect(LEAKS.exec(text)?.[0] ?? null, `${where}: ${who}`).to.equal(null)
  }

  before(async function () {
    this.timeout(300_000)
    world = await makeWorld({ log: makeLog({ level: 'info', file }) })
    proxied = await serveBehindProxy(world)
    await world.bring('registry', [registration(uscc(1), SHOP)])
    operatorBefore = await asOperator()
    operatorBefore = await asOperator()
    for (let n = 0; n < REPORTERS; n += 1) {
      later(1)
      const address = { 'x-forwarded-for': `10.1.${n >> 6}.${n & 63}` }
      const { code, status } = await sendForm(
        proxied.url,
        '/clue',
        reportOf(n, n < 2 ? SHOP : `虚构小店 ${n}`),
        address,
      )
      expect(status).to.equal(201)
      codes.push(code ?? '')
    }
    const rows = await world.database.db.raw('select id from matters order by opened_at')
    ids = rows.rows.map(({ id }: { id: string }) => Buffer.from(`Matter:${id}`).toString('base64url'))
  })
  after(async () => {
    await proxied.close()
    await world.close()
    rmSync(folder, { recursive: true })
  })

  it('is nowhere but sealed, after every move, for every role, on pages, in the log and in the database', async function () {
    this.timeout(300_000)
    expect(ids).to.have.length(REPORTERS)
    await hunt('sent')
    const [id = ''] = ids
    expect((await read(id, unit())).data.readReporter.name).to.equal(reporterOf(0).name)
    await hunt('contact read')
    const steps: [string, string, object?][] = [
      ['accept', 'unit'],
      ['record_channel_number', 'unit', { documentNumber: '虚构12315〔2026〕1号' }],
      ['pause', 'unit', { reason: '送检' }],
      ['resume', 'unit'],
      ['extend', 'head', { reason: '案情复杂', workdays: 15 }],
      ['file', 'unit', { documentNumber: '虚构市监立〔2026〕1号' }],
      ['conclude', 'unit', { fields: [{ name: 'result', value: 'NOT_PENALISED' }] }],
    ]
    for (const [name, by, input] of steps) {
      await move(id, name, unit(by), input)
      await hunt(name)
    }
  })

  it('and the named operator: its answers and the number of its statements are what they were', async () => {
    expect(await asOperator()).to.deep.equal(operatorBefore)
  })

  it('a superior reads the text without telephone and address, no picture, no contact', async () => {
    const id = ids[3] ?? ''
    await move(id, 'forward', unit(), { to: 'market-regulator@220104', reason: '属地办理' })
    const seen = await see(id, unit())
    const facts = seen?.content?.fields.find(({ name }) => name === 'facts')?.value ?? ''
    expect(facts).to.include('有人在卖假冒').and.include('［号码略］').and.not.match(LEAKS)
    expect(seen?.content?.hasContact).to.equal(false)
    const [attachment] = seen?.content?.moves[0]?.attachments ?? []
    expect(attachment?.url).to.equal(null)
    const url = `${world.url}/v1/matters/${id}/attachments/${attachment?.sha256}`
    const fetched = async (by: string) => (await fetch(url, { headers: { authorization: `Bearer ${by}` } })).status
    expect([await fetched(unit()), await fetched(county())]).to.deep.equal([404, 200])
    expect((await read(id, unit())).errors?.[0]?.extensions['code']).to.equal('MATTER_UNKNOWN')
    expect((await read(id, county())).data.readReporter.contact).to.include(reporterOf(3).telephone)
    await hunt('forwarded', 'county')
  })

  it('is read by the holder alone, with a reason, and each reading is a row with the reason and no contact', async () => {
    const id = ids[1] ?? ''
    for (const [who, by] of others()) {
      const { errors } = await read(id, by)
      expect(['FORBIDDEN', 'MATTER_UNKNOWN'], who).to.include(errors?.[0]?.extensions['code'])
    }
    expect((await read(id, unit(), ' ')).errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    expect((await read(id, unit(), '请其辨认虚构样品')).data.readReporter.name).to.equal(reporterOf(1).name)
    const { data } = await ask('{ auditLog(first: 3) { nodes { kind client asked } } }', token('auditor', 'auditor'))
    const acts = data.auditLog.nodes.filter(({ kind }: { kind: string }) => kind === 'ACT')
    expect(acts[0]).to.deep.include({ client: 'unit' })
    expect(acts[0].asked).to.match(/^readReporter 线2026-\d+ 请其辨认虚构样品$/)
  })

  it('alike clues of thirty days are offered to the holder and to nobody else', async () => {
    const [first = '', second = ''] = [ids[1], ids[2]]
    const twin = await see(first, unit())
    expect(twin?.content?.alike).to.have.length(1)
    expect((await see(second, unit()))?.content?.alike).to.deep.equal([])
    later(31 * 24 * 60)
    const address = { 'x-forwarded-for': '10.9.9.9' }
    await sendForm(proxied.url, '/clue', reportOf(999, SHOP), address)
    expect((await see(first, unit()))?.content?.alike).to.have.length(1)
    expect((await see(first, token('auditor', 'auditor')))?.content).to.equal(null)
  })

  it('a receipt code never tells whether a case was filed', async () => {
    const pages: string[] = []
    for (const [n, ends] of [
      [10, 'file'],
      [11, 'not_file'],
    ] as const) {
      const id = ids[n] ?? ''
      await move(id, 'accept', unit())
      await move(id, 'record_channel_number', unit(), { documentNumber: '虚构12315〔2026〕7号' })
      expect(await stateOf(codes[n] ?? ''))
        .to.include('已转12315')
        .and.include('虚构12315〔2026〕7号')
      await move(
        id,
        ends,
        unit('head'),
        ends === 'file' ? { documentNumber: '虚构立〔2026〕1号' } : { reason: '查无实据' },
      )
      pages.push(await stateOf(codes[n] ?? ''))
    }
    expect(pages[0]).to.include('已办结').and.equal(pages[1])
  })

  it('the contact is erased six months after the end, and the code still answers', async () => {
    const id = ids[0] ?? ''
    const tidy = () => deleteExpired(world.database.db, { cause: 'timetable', archive: folder, now: () => now })
    expect((await tidy())?.reporters).to.equal(0)
    later(184 * 24 * 60)
    expect((await tidy())?.reporters).to.equal(2)
    expect((await read(id, unit())).data.readReporter).to.equal(null)
    expect(await stateOf(codes[0] ?? '')).to.include('已办结')
    expect((await read(ids[20] ?? '', unit())).data.readReporter.name).to.equal(reporterOf(20).name)
  })

  it('an agency cannot open a matter as the public, nor a client of that name', async () => {
    const query = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { sender } }'
    const input = {
      kind: 'clue',
      to: 'market-regulator@220104',
      fields: [
        { name: 'source', value: 'PATROL' },
        { name: 'facts', value: '虚构' },
      ],
    }
    const named = await ask(query, token('public', 'marketplace'), { input })
    expect(named.errors?.[0]?.extensions['code']).to.equal('MATTER_NOT_YOURS')
    const anonymous = await world.ask(query, { variables: { input } })
    expect(anonymous.errors).to.have.length(1)
  })
})
