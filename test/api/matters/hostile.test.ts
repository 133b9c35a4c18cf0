import { hash } from 'node:crypto'
import { expect } from 'chai'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { rowsOf } from '../../support/world.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens } from './tokens.js'

const HOLDER = 'market-regulator@220104'
const CLUE = { kind: 'clue', to: HOLDER, fields: { source: 'REFUSAL', facts: '拒收的包裹内有假冒的虚构牌商品' } }
const FILE = { type: 'LETTER', name: '虚构函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const REFERRAL = {
  kind: 'referral',
  to: 'police@220100',
  copied: ['procuratorate@220100'],
  fields: { sort: 'ORDINARY', facts: '虚构商行销售假冒注册商标的商品' },
}
const NDJSON = 'application/x-ndjson'

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Any = any

describe('matters and hostile clients', () => {
  let world: World
  let now = NOW
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  const setNow = (at: Date) => {
    now = at
    world.setNow(at)
  }
  beforeEach(() => setNow(NOW))

  const token = makeTokens(
    () => world,
    () => now,
  )
  const mall = () => token('虚构商城', 'marketplace')
  const county = (sub = 'county') => token(sub, 'agency', 'market-regulator', '220104')
  const police = (region: string) => token('police', 'agency', 'police', region)
  const send = async (path: string, body: string | object, { by = mall(), type = 'application/json' } = {}) => {
    const answer = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, 'content-type': type },
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const open = async (reference: string, more: object = {}, by = mall()): Promise<string> => {
    const { status, text } = await send('/v1/matters', { ...CLUE, ...more, reference }, { by })
    expect(status, text).to.equal(201)
    return JSON.parse(text).id
  }
  const made: string[] = []
  /** The state, or why it was refused. */
  const move = async (id: string, sent: object, by = county()): Promise<string> => {
    const { text } = await send('/v1/matters', { matter: id, reference: `办-${made.push(id)}`, ...sent }, { by })
    const { state, code, error } = JSON.parse(text)
    return state ?? error.details.because ?? code
  }
  const listQueue = (queue: string, by: string): Promise<Any[]> =>
    world
      .ask(`{ matters(queue: ${queue}) { nodes { id state } } }`, { token: by })
      .then(({ data }) => data.matters.nodes)
  const counted = async () =>
    Number((await rowsOf(world.database.db, 'select count(*)::int as n from matters'))[0]?.['n'])

  it('names that every object has are no moves and no attachments', async () => {
    const id = await open('原型')
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(await move(id, { move: name }), name).to.equal('MOVE_UNKNOWN')
    const attachments = [{ ...FILE, type: 'constructor' }]
    expect(await move(id, { move: 'add_attachment', attachments })).to.equal('ATTACHMENT_UNKNOWN')
  })

  it('no act is before the opening', async () => {
    const id = await open('日期')
    expect(await move(id, { move: 'record_receipt', reason: '当面交接', on: '2026-03-01' }, mall())).to.equal(
      'DAY_BEFORE',
    )
    expect(await move(id, { move: 'accept', on: '2026-03-03' })).to.equal('DAY_AHEAD')
    expect(await move(id, { move: 'accept', on: '2026-03-02' })).to.equal('CHECKING')
  })

  it('rows after a byte order mark and with CRLF are read, those of another encoding are not', async () => {
    const row = (reference: string) => JSON.stringify({ ...CLUE, reference })
    const marked = await send('/v1/matters', `\uFEFF${row('标记-1')}\r\n${row('标记-2')}\r\n`, { type: NDJSON })
    expect(JSON.parse(marked.text.trim().split('\n').at(-1) ?? '')).to.include({ created: 2, refused: 0 })
    const before = await counted()
    const [head = '', tail = ''] = row('编码').split('拒收')
    const gbk = Buffer.concat([
      Buffer.from(`${row('好行')}\n${head}`),
      Buffer.from('bedcca d5'.replace(' ', ''), 'hex'),
    ])
    for (const type of [NDJSON, 'application/json']) {
      const { text } = await send('/v1/matters', Buffer.concat([gbk, Buffer.from(tail)]), { type })
      expect(JSON.parse(text).code).to.equal('CONTENT_UNREADABLE')
    }
    expect(await counted()).to.equal(before)
  })

  it('a row that names a member twice is refused and loses no other', async () => {
    const row = (reference: string) => JSON.stringify({ ...CLUE, reference })
    const twice = row('重名').replace('{', '{"reference":"另一编号",')
    const lines = [row('前行'), twice, '{"\\x":1}', row('后行'), row('断\n行')].join('\n')
    const { text } = await send('/v1/matters', lines, { type: NDJSON })
    const answers = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Any)
    expect(answers.at(-1)).to.include({ created: 2, refused: 3 })
    expect(answers.slice(0, -1).map(({ error }) => error?.pointer)).to.deep.equal([
      undefined,
      '',
      '',
      undefined,
      '/reference',
    ])
  })

  it('nobody hands a matter to himself, which would begin his clock anew', async () => {
    const id = await open('自转')
    expect(await move(id, { move: 'forward', reason: '重新计算', to: HOLDER })).to.equal('OWN_SEAT')
    const { text } = await send('/v1/matters', { ...CLUE, reference: '自发' }, { by: county() })
    expect(JSON.parse(text).error.details).to.include({ because: 'OWN_SEAT', pointer: '/to' })
  })

  it('an operator is not told that a marketplace sent a clue about it', async () => {
    const code = uscc(71)
    await world.bring('registry', [registration(code, '虚构谷雨有限公司')])
    const fields = Object.entries(CLUE.fields).map(([name, value]) => ({ name, value }))
    const input = { ...CLUE, code, fields, reference: '举报' }
    const open = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { content { operatorName } } }'
    const { data } = await world.ask(open, { token: mall(), variables: { input } })
    expect(data.openMatter.content.operatorName).to.equal('虚构谷雨有限公司')
    await tidyAuditLog(world.database.db, { cause: 'timetable', now: () => NOW })
    const asked = `{ operator(code: "${code}") { askedBy(first: 100) { completeUntil nodes { kind client } } } }`
    expect((await world.ask(asked, { token: world.token('party', code) })).data.operator.askedBy).to.deep.equal({
      completeUntil: NOW.toISOString(),
      nodes: [],
    })
  })

  it('the audit log keeps no content of a matter', async () => {
    const input = `{ kind: "referral", to: "police@220100", copied: ["procuratorate@220100"], reference: "密-1", fields: [
      { name: "sort", value: "ORDINARY" }, { name: "facts", value: "虚构密案内容" }] }`
    const opened = await world.ask(`mutation { openMatter(input: ${input}) { id } }`, { token: county() })
    const moving = { id: opened.data.openMatter.id, move: 'reject', reason: '虚构密案事由' }
    const move = 'mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state } }'
    const moved = await world.ask(move, { token: county('head'), variables: { input: moving } })
    expect(moved.data.moveMatter.state).to.equal('NOT_SENT')
    await fetch(`${world.url}/v1/matters/${moving.id}`, { headers: { authorization: `Bearer ${county()}` } })
    const { data } = await world.ask('{ auditLog(first: 10) { nodes { asked } } }', { token: world.token('auditor') })
    const asked = data.auditLog.nodes.map((row: { asked: string }) => row.asked)
    expect(asked.filter((text: string) => /openMatter|moveMatter/.test(text))).to.have.length.greaterThan(3)
    expect(asked).to.include(`GET /v1/matters/${moving.id}`)
    expect(asked.join()).to.not.include('虚构密案')
  })

  it('nobody approves his own after a colleague only added an attachment', async () => {
    const id = await open('移送', REFERRAL, county())
    expect(await move(id, { move: 'add_attachment', attachments: [FILE] }, county('colleague'))).to.equal('REPORTED')
    expect(await move(id, { move: 'approve' })).to.equal('OTHER_PERSON')
    expect(await move(id, { move: 'approve' }, county('colleague'))).to.equal('APPROVED')
  })

  it('a clock that has run out cannot be paused', async () => {
    const id = await open('逾期')
    await listQueue('WAITING', county())
    expect(await move(id, { move: 'accept' })).to.equal('CHECKING')
    setNow(new Date('2026-03-24T02:00:00Z'))
    expect(await move(id, { move: 'pause', reason: '送检', on: '2026-03-10' })).to.equal('CLOCK_RUN_OUT')
    expect((await listQueue('LATE', county())).map((one) => one.id)).to.include(id)
    const province = token('province', 'agency', 'market-regulator', '220000')
    for (const by of [county(), province]) {
      const { data } = await world.ask('{ matterCounts { late } }', { token: by })
      expect(await listQueue('LATE', by), 'the list beside its number').to.have.length(data.matterCounts.late)
    }
    expect((await listQueue('BELOW', province)).map((one) => one.id)).to.include(id)
  })

  it('police that passed a referral on no longer list it', async () => {
    const id = await open('转送', REFERRAL, county())
    await move(id, { move: 'approve' }, county('head'))
    const attachments = ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({ ...FILE, type }))
    expect(await move(id, { move: 'send', attachments })).to.equal('SENT')
    const sent = { move: 'pass_on', reason: '属他地管辖', to: 'police@220200' }
    expect(await move(id, sent, police('220100'))).to.equal('SENT')
    for (const queue of ['WAITING', 'OTHERS', 'ENDED'])
      expect(
        (await listQueue(queue, police('220100'))).map((one) => one.id),
        queue,
      ).to.not.include(id)
    expect((await listQueue('WAITING', police('220200'))).map((one) => one.id)).to.deep.equal([id])
  })

  it('many moves to a client at once wait for no further connection', async () => {
    const ids: string[] = []
    for (let n = 0; n < 25; n += 1) ids.push(await open(`并发-${n}`))
    const sent = { move: 'forward', reason: '管辖', to: '虚构快递' }
    const answers = await Promise.all(ids.map((id) => move(id, sent)))
    expect([...new Set(answers)]).to.deep.equal(['ORGANISATION_UNKNOWN'])
  })
})
