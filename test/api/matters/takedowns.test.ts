import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import type { Role } from '../../../src/domain/access/viewer.js'
import { confirmedClient } from '../../support/accounts.js'
import { visitor } from '../../support/party.js'
import { codeOf, penalised, rowsOf } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const ROWS = Number(process.env['TAKEDOWN_ROWS'] ?? 300)
const NDJSON = 'application/x-ndjson'
const MALL = '虚构商城'
const OWNER = '虚构权利人'
const CONTACT = '虚构联系人 0431-00000000'
const KNOWN = codeOf(1)

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Any = any

const removed = (reference: string, more: object = {}) => ({
  ...{ reference, code: KNOWN, ground: 'INFRINGEMENT', subject: `虚构商品 ${reference}`, category: 'COUNTERFEIT' },
  ...{
    source: 'NOTICE',
    basis: '电子商务法第四十二条',
    reason: '虚构理由',
    contact: CONTACT,
    automatedDetection: false,
  },
  ...{ measure: 'REMOVED', on: '2026-01-21' },
  ...more,
})
const violation = (reference: string, more: object = {}) =>
  removed(reference, { ground: 'VIOLATION', source: 'OWN', on: '2026-02-27', ...more })
const declared = { text: '虚构声明', on: '2026-02-02', reachedOn: '2026-02-03' }

describe('POST /v1/takedowns', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await penalised(world.database.db, 1)
    await confirmedClient(world.database.db, { name: MALL, role: 'marketplace' }, [], NOW)
    await confirmedClient(world.database.db, { name: OWNER, role: 'partner' }, [], NOW)
  })
  after(() => world.close())

  const token = (sub: string, role: Role) =>
    world.keys.sign({ sub, role, agency: null, region: null }, NOW.getTime()).token
  const post = (body: string, by = token(MALL, 'marketplace'), type = NDJSON) =>
    fetch(`${world.url}/v1/takedowns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, 'content-type': type },
      body,
    })
  const send = async (rows: readonly (object | string)[], by?: string): Promise<Any[]> => {
    const answer = await post(rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'), by)
    const text = await answer.text()
    expect(answer.status, text).to.equal(200)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const count = async () =>
    Number((await rowsOf(world.database.db, 'select count(*)::int as n from matters'))[0]?.['n'])
  const stored = async (reference: string): Promise<Any> =>
    (
      await rowsOf(
        world.database.db,
        `select id, state, operator_id as operator, parent_id as parent, content from matters where reference = '${reference}'`,
      )
    )[0]

  it(`${ROWS} rows are all created, then all the same; one that changed replaces its former`, async () => {
    const rows = Array.from({ length: ROWS }, (_, n) => removed(`批-${n}`))
    const before = await count()
    expect((await send(rows)).at(-1)).to.deep.equal({ end: true, rows: ROWS, created: ROWS, same: 0, refused: 0 })
    expect((await send(rows)).at(-1)).to.deep.equal({ end: true, rows: ROWS, created: 0, same: ROWS, refused: 0 })
    const changed = rows.with(7, removed('批-7 更正', { replaces: '批-7', measure: 'BLOCKED' }))
    const answers = await send(changed)
    expect(answers.at(-1)).to.deep.equal({
      ...{ end: true, rows: ROWS, created: 0, same: ROWS - 1, refused: 0, replaces: 1 },
    })
    expect(answers[7].result).to.equal('replaces')
    expect((await send(changed)).at(-1)).to.deep.equal({ end: true, rows: ROWS, created: 0, same: ROWS, refused: 0 })
    expect(await count()).to.equal(before + ROWS + 1)
    const [old, now] = [await stored('批-7'), await stored('批-7 更正')]
    expect([old.state, now.state, now.parent]).to.deep.equal(['REPLACED', 'ACTED', old.id])
  })

  it('a row grows by later steps under its reference; another request under it is refused', async () => {
    const grown = [
      removed('长'),
      removed('长', { declaration: declared }),
      removed('长', { declaration: declared, outcome: { result: 'RESTORED', on: '2026-02-25' } }),
    ]
    const results: string[] = []
    for (const row of grown)
      results.push(...(await send([row])).slice(0, 1).map(({ result, state }) => `${result} ${state}`))
    expect(results).to.deep.equal(['created ACTED', 'moved WAITING', 'moved RESTORED'])
    const { content } = await stored('长')
    expect(content.clocks[0].due.on).to.equal('2026-02-24')
    const [other] = await send([removed('长', { subject: '另一虚构商品' })])
    expect([other.result, other.error.code, other.error.pointer]).to.deep.equal([
      ...['refused', 'MATTER_REFERENCE_TAKEN', '/reference'],
    ])
  })

  it('restoring on the 23rd, while the wait of 3 February runs until the 24th, is refused and changes nothing', async () => {
    const early = removed('早', { declaration: declared, outcome: { result: 'RESTORED', on: '2026-02-23' } })
    const before = await count()
    const [answer] = await send([early])
    const { code, because, pointer } = answer.error
    expect([code, because, pointer]).to.deep.equal(['MATTER_MOVE_REFUSED', 'CLOCK_STILL_RUNS', '/outcome'])
    expect(await count()).to.equal(before)
  })

  it('a measure against a violation is to be public within a working day, and is published', async () => {
    const publication = { url: 'https://mall.test/notice/1', on: '2026-02-28' }
    await send([violation('违'), violation('违公', { publication })])
    const [open, told] = [await stored('违'), await stored('违公')]
    const dueOf = ({ content }: Any) => [content.clocks[0].due.on, content.clocks[0].ended?.how ?? null]
    expect([dueOf(open), dueOf(told)]).to.deep.equal([
      ['2026-02-28', null],
      ['2026-02-28', 'MET'],
    ])
  })

  it('a bad row is refused with code and pointer and loses no other', async () => {
    const bad: [row: object | string, code: string, pointer: string][] = [
      ['{', 'MATTER_FIELD_INVALID', ''],
      [{ ...removed('坏'), ground: 'RUMOUR' }, 'MATTER_FIELD_INVALID', '/ground'],
      [{ ...removed('坏'), surplus: 1 }, 'MATTER_FIELD_INVALID', '/surplus'],
      [removed('坏', { on: '2026-02-30' }), 'MATTER_FIELD_INVALID', '/on'],
      [removed('坏', { on: '2026-03-03' }), 'MATTER_MOVE_REFUSED', '/on'],
      [removed('坏', { subject: ' ' }), 'MATTER_FIELD_INVALID', '/subject'],
      [removed('坏', { code: usccOf('91', '330106', 1) }), 'INPUT_INVALID', '/code'],
      [removed('坏', { code: 'shop:elsewhere:1' }), 'INPUT_INVALID', '/code'],
      [removed('坏', { replaces: '没有' }), 'MATTER_UNKNOWN', '/replaces'],
      [removed('坏', { to: '没有的平台' }), 'ORGANISATION_UNKNOWN', '/to'],
      [violation('坏', { declaration: declared }), 'MATTER_MOVE_REFUSED', '/declaration'],
      [
        removed('坏', { publication: { url: 'javascript:1', on: '2026-03-01' } }),
        'MATTER_FIELD_INVALID',
        '/publication/url',
      ],
      [removed('坏', { outcome: { result: 'KEPT', on: '2026-03-01' } }), 'MATTER_MOVE_REFUSED', '/outcome'],
      [
        removed('坏', { declaration: declared, outcome: { result: 'KEPT', on: '2026-02-10' } }),
        'MATTER_MOVE_REFUSED',
        '/outcome/number',
      ],
      [removed('坏', { reason: '一\u0000' }), 'INPUT_INVALID', '/reason'],
      [removed('坏', { reason: '一\u0007' }), 'MATTER_FIELD_INVALID', '/reason'],
      [removed('坏', { automatedDecision: '  ' }), 'MATTER_FIELD_INVALID', '/automatedDecision'],
      [removed('坏', { noticedOn: '2026-03-04' }), 'MATTER_MOVE_REFUSED', '/noticedOn'],
      [removed('坏', { declaration: { ...declared, text: '一\u0007' } }), 'MATTER_FIELD_INVALID', '/declaration/text'],
      [
        removed('坏', { provider: 'OTHER', declaration: { ...declared, waitUntil: '2026-02-01' } }),
        'MATTER_MOVE_REFUSED',
        '/declaration/waitUntil',
      ],
      [
        removed('坏', { declaration: { ...declared, waitUntil: '2026-02-20' } }),
        'MATTER_MOVE_REFUSED',
        '/declaration/waitUntil',
      ],
      [
        removed('坏', { provider: 'OTHER', declaration: { text: '虚构', on: '2026-02-02', waitUntil: '2026-02-20' } }),
        'MATTER_FIELD_INVALID',
        '/declaration/reachedOn',
      ],
      [
        removed('坏', { publication: { url: 'https://a.test', on: '2026-03-04' } }),
        'MATTER_MOVE_REFUSED',
        '/publication/on',
      ],
      [{ ...removed('坏'), 'sur/plus~': 1 }, 'MATTER_FIELD_INVALID', '/sur~1plus~0'],
    ]
    const before = await count()
    const answers = await send(bad.flatMap(([row], n) => [row, removed(`好-${n}`)]))
    for (const [n, [row, code, pointer]] of bad.entries()) {
      const { result, error } = answers[2 * n]
      expect([result, error?.code, error?.pointer], JSON.stringify(row)).to.deep.equal(['refused', code, pointer])
      expect(answers[2 * n + 1].result).to.equal('created')
    }
    expect(await count()).to.equal(before + bad.length)
  })

  it('a shop of the province that the hub does not know is taken without an operator', async () => {
    const [answer] = await send([removed('省', { code: usccOf('91', '220104', 4_242) })])
    expect(answer.result).to.equal('created')
    expect((await stored('省')).operator).to.equal(null)
    expect((await stored('批-1')).operator).to.be.a('number')
  })

  it('a rights holder sends its notice to the platform, which acts', async () => {
    const { measure: _, on: __, ...notice } = removed('函', { to: MALL })
    const [sent] = await send([notice], token(OWNER, 'partner'))
    expect([sent.result, sent.state]).to.deep.equal(['created', 'NOTICED'])
    const [acting] = await send([removed('函二', { to: MALL })], token(OWNER, 'partner'))
    expect([acting.error.because, acting.error.pointer]).to.deep.equal(['SEAT', '/measure'])
  })

  it('the shop reads measure, ground, declaration, outcome and the platform of its own, and never whose notice it was', async () => {
    const query = `{ myFile { ownMatters { kindName { zh } stateName { zh } holderName { zh } ended fields { name { zh } value { zh } } } } }`
    const party = (code: string) => world.token('party', code)
    await send([
      removed('店', {
        declaration: declared,
        outcome: { result: 'KEPT', on: '2026-02-10', number: '虚构〔2026〕9号' },
      }),
    ])
    const { data } = await world.ask(query, { token: party(KNOWN) })
    const [newest] = data.myFile.ownMatters.filter(({ fields }: Any) => JSON.stringify(fields).includes('虚构商品 店'))
    expect([newest.kindName.zh, newest.stateName.zh, newest.holderName.zh, newest.ended]).to.deep.equal([
      ...['通知—删除', '已投诉或者起诉，维持措施', MALL, true],
    ])
    expect(newest.fields.map(({ name }: Any) => name.zh)).to.include.members([
      '依据类型',
      '采取的措施',
      '不存在侵权行为的声明',
    ])
    for (const secret of [CONTACT, OWNER]) expect(JSON.stringify(data)).not.to.include(secret)
    await penalised(world.database.db, 2)
    expect((await world.ask(query, { token: party(codeOf(2)) })).data.myFile.ownMatters).to.deep.equal([])
    const officer = await world.ask(`{ operator(code: "${KNOWN}") { ownMatters { number } } }`, {
      token: world.token('officer'),
    })
    expect(officer.data.operator.ownMatters).to.deep.equal([])
  })

  it('the shop reads until when a complaint may follow its declaration, and by which article', async () => {
    await send([removed('等', { declaration: declared })])
    const query = '{ myFile { ownMatters { stateName { zh } nextClock { seat dueOn rule { confirmed } } } } }'
    const { data } = await world.ask(query, { token: world.token('party', KNOWN) })
    const waiting = data.myFile.ownMatters.find(({ stateName }: Any) => stateName.zh.startsWith('声明已转送'))
    expect(waiting.nextClock).to.deep.equal({ seat: null, dueOn: '2026-02-24', rule: { confirmed: true } })
    const issue = `mutation { issueAccessCode(input: { operator: "${KNOWN}", reason: "送达" }) { code } }`
    const { code } = (await world.ask(issue, { token: world.token('officer') })).data.issueAccessCode
    const party = visitor(world.url)
    await party.post('/my', { accessCode: code })
    const { text } = await party.get('/my')
    expect(text).to.match(/本环节的期限<\/dt><dd><time datetime="2026-02-24">.*电子商务法第四十三条/)
  })

  it('an operator reads the matters of one that was merged into it', async () => {
    const { db } = world.database
    const count = async () => {
      const { data } = await world.ask('{ myFile { ownMatters { number } } }', {
        token: world.token('party', codeOf(2)),
      })
      return data.myFile.ownMatters.length
    }
    const [into] = await db('operators')
      .where({ uscc: codeOf(2) })
      .pluck('id')
    expect(await count()).to.equal(0)
    await db('operators').where({ uscc: KNOWN }).update({ merged_into: into })
    expect(await count()).to.be.greaterThan(0)
    await db('operators').where({ uscc: KNOWN }).update({ merged_into: null })
  })

  it('is for marketplaces and partners, in NDJSON', async () => {
    expect((await post('{}', token('x', 'credit_service'))).status).to.equal(403)
    expect((await post('{}', token(MALL, 'marketplace'), 'application/json')).status).to.equal(415)
    const county = world.keys.sign(
      { sub: 'county', role: 'agency', agency: 'market-regulator', region: '220104' },
      NOW.getTime(),
    )
    const [answer] = await send([removed('县')], county.token)
    expect(answer.error.code).to.equal('MATTER_NOT_YOURS')
  })
})
