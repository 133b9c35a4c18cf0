import { expect } from 'chai'
import { listRowsAfter } from '../../../src/store/audit/audit-log.js'
import { MATTER_ROWS_MOST } from '../../../src/work/matters/rows.js'
import { confirmedClient } from '../../support/accounts.js'
import { rowsOf } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens } from './tokens.js'

const HOLDER = 'market-regulator@220104'
const CLUE = { kind: 'clue', to: HOLDER, fields: { source: 'REFUSAL', facts: '拒收的包裹内有假冒的虚构牌商品' } }
const NDJSON = 'application/x-ndjson'

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Any = any

describe('matters over /v1', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const token = makeTokens(() => world)
  const mall = () => token('虚构商城', 'marketplace')
  const county = () => token('county', 'agency', 'market-regulator', '220104')
  const send = async (path: string, body: string | object, { by = mall(), type = 'application/json' } = {}) => {
    const answer = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const sendOne = async (sent: object, by = mall()) => {
    const { status, text } = await send('/v1/matters', sent, { by })
    return { status, body: JSON.parse(text) as Any }
  }
  const sendRows = async (rows: readonly (string | object)[], by = mall()) => {
    const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')
    const { status, text } = await send('/v1/matters', lines, { by, type: NDJSON })
    expect(status, text).to.equal(200)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Any)
  }
  const read = async (id: string, by: string) => {
    const answer = await fetch(`${world.url}/v1/matters/${id}`, { headers: { authorization: `Bearer ${by}` } })
    return { status: answer.status, text: await answer.text() }
  }
  const counted = async () =>
    Number((await rowsOf(world.database.db, 'select count(*)::int as n from matters'))[0]?.['n'])

  it('are opened once for one reference, and are the same in GraphQL', async () => {
    const first = await sendOne({ ...CLUE, reference: '虚构-1' })
    expect([first.status, first.body.result]).to.deep.equal([201, 'created'])
    const again = await sendOne({ ...CLUE, reference: '虚构-1' })
    expect(again).to.deep.equal({ status: 200, body: { ...first.body, result: 'same' } })
    const { data } = await world.ask(
      'query ($id: ID!) { matter(id: $id) { number state sender content { reference } } }',
      {
        variables: { id: first.body.id },
        token: county(),
      },
    )
    const { number, state } = first.body
    expect(data.matter).to.deep.equal({ number, state, sender: '虚构商城', content: { reference: '虚构-1' } })
    const other = await sendOne({ ...CLUE, to: 'market-regulator@220105', reference: '虚构-1' })
    expect([other.status, other.body.code, other.body.error.details.pointer]).to.deep.equal([
      409,
      'MATTER_REFERENCE_TAKEN',
      '/reference',
    ])
  })

  it('that name 1,000 shops are answered shop by shop over /v1 and GraphQL, and end with the last', async () => {
    await confirmedClient(world.database.db, { name: '虚构商城', role: 'marketplace' }, [], NOW)
    const shops = Array.from({ length: 1_000 }, (_, n) => `虚构第${n}店`)
    const fields = { sort: 'ORDER', request: '请下架', shops: shops.join('\n') }
    const letter = { type: 'LETTER', name: '通知书.pdf', sha256: '0'.repeat(64), bytes: 6 }
    const sent = {
      kind: 'directive',
      to: '虚构商城',
      reference: '通-1',
      day: '2026-03-20',
      fields,
      attachments: [letter],
    }
    const { status, body } = await sendOne(sent, county())
    expect([status, body.result], JSON.stringify(body)).to.deep.equal([201, 'created'])
    const answer = (some: readonly string[]) => some.map((shop) => `${shop},已采取措施,已下架`).join('\n')
    const moving = {
      matter: body.id,
      move: 'answer_rows',
      reference: '答-1',
      fields: { answers: answer(shops.slice(0, 600)) },
    }
    expect((await sendOne(moving)).body.state).to.equal('SENT')
    const wrong = {
      ...moving,
      reference: '答-2',
      fields: { answers: `${answer(shops.slice(600, 601))}\n${answer(shops.slice(0, 1))}` },
    }
    const { body: refused } = await sendOne(wrong)
    expect([refused.code, refused.error.details.pointer]).to.deep.equal(['MATTER_FIELD_INVALID', '/fields/answers'])
    expect(refused.error.details.reason).to.match(/第 2 行没有这一项/)
    const { data } = await world.ask(
      'mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state outcome clocks { ended } definition { fields { code rowsOf } } } }',
      {
        variables: {
          input: { id: body.id, move: 'answer_rows', fields: [{ name: 'answers', value: answer(shops.slice(600)) }] },
        },
        token: mall(),
      },
    )
    const { definition, ...ended } = data.moveMatter
    expect(ended).to.deep.equal({ state: 'ANSWERED', outcome: 'ANSWERED', clocks: [{ ended: 'MET' }] })
    expect(definition.fields).to.deep.include({ code: 'answers', rowsOf: 'shops' })
  })

  it('are answered row by row: a bad row is refused with a pointer and loses no other', async () => {
    const bad: [row: string | object, code: string, pointer: string][] = [
      ['{"kind":', 'MATTER_FIELD_INVALID', ''],
      ['[]', 'MATTER_FIELD_INVALID', ''],
      [{ ...CLUE }, 'MATTER_FIELD_INVALID', '/reference'],
      [{ ...CLUE, reference: 'b', to: 7 }, 'MATTER_FIELD_INVALID', '/to'],
      [{ ...CLUE, reference: 'b', surplus: true }, 'MATTER_FIELD_INVALID', '/surplus'],
      [{ ...CLUE, reference: 'b', kind: 'gossip' }, 'MATTER_KIND_UNKNOWN', '/kind'],
      [{ ...CLUE, reference: 'b', kind: 'assist' }, 'MATTER_NOT_YOURS', '/kind'],
      [{ ...CLUE, reference: 'b', to: 'police@220104' }, 'done', ''],
      [{ ...CLUE, reference: 'c', to: '虚构快递' }, 'ORGANISATION_UNKNOWN', '/to'],
      [{ ...CLUE, reference: 'c', copied: [HOLDER, 'weather@220104'] }, 'ORGANISATION_UNKNOWN', '/copied/1'],
      [{ ...CLUE, reference: 'c', code: '91220000XXXXXXXXXX' }, 'INPUT_INVALID', '/code'],
      [{ ...CLUE, reference: 'c', fields: { source: 'REFUSAL' } }, 'MATTER_FIELD_INVALID', '/fields/facts'],
      [{ ...CLUE, reference: 'c', fields: { ...CLUE.fields, source: 'X' } }, 'MATTER_FIELD_INVALID', '/fields/source'],
      [{ ...CLUE, reference: 'c', reason: 'a\u0007' }, 'MATTER_FIELD_INVALID', '/reason'],
      [{ ...CLUE, reference: 'c', parent: 'none' }, 'MATTER_UNKNOWN', '/parent'],
    ]
    const before = await counted()
    const good = Array.from({ length: 60 }, (_, n) => ({ ...CLUE, reference: `行-${n}` }))
    const rows = good.flatMap((row, n) => [row, ...(bad[n] === undefined ? [] : [bad[n][0]])])
    const answers = await sendRows(rows)
    expect(answers.at(-1)).to.deep.equal({ end: true, rows: 75, created: 61, same: 0, refused: 14 })
    expect(answers.slice(0, -1).map(({ row }) => row)).to.deep.equal(rows.map((_, n) => n + 1))
    for (const [n, [row, code, pointer]] of bad.entries()) {
      const { result, error } = answers[2 * n + 1]
      const told = result === 'refused' ? [error.code, error.pointer] : ['done', '']
      expect(told, JSON.stringify(row)).to.deep.equal([code, pointer])
    }
    expect(await counted()).to.equal(before + 61)
    const again = await sendRows(rows)
    expect(again.at(-1)).to.deep.equal({ end: true, rows: 75, created: 0, same: 61, refused: 14 })
    expect(await counted()).to.equal(before + 61)
  })

  it('are one for one reference within a request, and another row under it is refused', async () => {
    const twice = await sendRows([
      { ...CLUE, reference: '两次' },
      { ...CLUE, reference: '两次' },
      { ...CLUE, reference: '两次', reason: '另一事由' },
    ])
    expect(twice.slice(0, 3).map(({ result }) => result)).to.deep.equal(['created', 'same', 'refused'])
  })

  it('are refused as a whole where there are too many rows, no known form or no right', async () => {
    const before = await counted()
    const row = JSON.stringify({ ...CLUE, reference: '多' })
    const many = Array.from({ length: MATTER_ROWS_MOST + 1 }, () => row).join('\n')
    const codes: [Promise<{ status: number; text: string }>, number, string][] = [
      [send('/v1/matters', many, { type: NDJSON }), 413, 'TOO_MANY_ROWS'],
      [send('/v1/matters', row, { type: 'text/html' }), 415, 'MEDIA_TYPE'],
      [send('/v1/matters', row, { by: token('x', 'credit_service') }), 403, 'FORBIDDEN'],
      [send('/v1/matters', row, { by: token('x', 'officer') }), 403, 'MATTER_NOT_YOURS'],
      [send('/v1/matters', row, { by: 'none' }), 401, 'UNAUTHENTICATED'],
    ]
    for (const [answer, status, code] of codes) {
      const { status: got, text } = await answer
      expect([got, JSON.parse(text).code]).to.deep.equal([status, code])
    }
    expect(await counted()).to.equal(before)
  })

  it('are read and moved by their seats under the rules of GraphQL', async () => {
    const { body } = await sendOne({ ...CLUE, reference: '办理' })
    const seen = JSON.parse((await read(body.id, county())).text)
    expect(seen).to.deep.include({ id: body.id, state: 'SENT', waitingFor: HOLDER, moveCount: 2 })
    expect(seen.content.fields).to.deep.include({ name: 'facts', value: CLUE.fields.facts })
    const moves = (sent: object, by: string) => sendOne({ matter: body.id, reference: '虚构步-1', ...sent }, by)
    const { number, id } = body
    const accepted = { reference: '虚构步-1', id, number, state: 'CHECKING' }
    expect(await moves({ move: 'accept', seen: 2 }, county())).to.deep.equal({
      status: 201,
      body: { result: 'created', ...accepted },
    })
    expect(await moves({ move: 'accept' }, county())).to.deep.equal({
      status: 200,
      body: { result: 'same', ...accepted },
    })
    const refused: [object, string, number, string, string | undefined][] = [
      [{ move: 'file' }, county(), 409, 'MATTER_REFERENCE_TAKEN', '/reference'],
      [{ move: 'accept', seen: 1, reference: '虚构步-2' }, county(), 409, 'MATTER_MOVED_ON', undefined],
      [{ move: 'file', reference: '虚构步-3' }, county(), 409, 'MATTER_MOVE_REFUSED', '/documentNumber'],
      [{ move: 'file', reference: undefined }, county(), 400, 'MATTER_FIELD_INVALID', '/reference'],
      [{ move: 'file', matter: '没有的编号' }, county(), 404, 'MATTER_UNKNOWN', '/matter'],
      [{ move: 'file', documentNumber: '虚立〔2026〕1号' }, mall(), 409, 'MATTER_MOVE_REFUSED', '/move'],
      [{ move: 'file', on: 'soon' }, county(), 400, 'MATTER_FIELD_INVALID', '/on'],
      [{ move: 'accept' }, token('elsewhere', 'marketplace'), 404, 'MATTER_UNKNOWN', '/matter'],
    ]
    for (const [sent, by, status, code, pointer] of refused) {
      const { status: got, body: told } = await moves(sent, by)
      expect([got, told.code, told.error.details.pointer]).to.deep.equal([status, code, pointer])
    }
  })

  it('are opened and moved by rows of one request, by number or by the reference of the own opening', async () => {
    const [opened] = await sendRows([{ ...CLUE, reference: '行办-1' }])
    const accept = { matter: opened.number, move: 'accept', reference: '收-1' }
    const ask = { matter: opened.number, move: 'request_supplement', reference: '补-1', reason: '请补充照片' }
    const bad = { ...accept, matter: opened.number.replace(/\d$/, 'x'), reference: '收-2' }
    const rows = await sendRows([accept, ask, bad, accept], county())
    expect(rows.map(({ result, state, error }) => result ?? state ?? error)).to.deep.equal([
      ...['created', 'created', 'refused', 'same'],
      undefined,
    ])
    expect([rows[0].state, rows[1].state, rows[2].error.pointer]).to.deep.equal([
      'CHECKING',
      'SUPPLEMENT_REQUESTED',
      '/matter',
    ])
    const supplied = { matter: '行办-1', move: 'supplement', reference: '交-1', reason: '照片已附' }
    const own = await sendRows([
      { ...CLUE, reference: '行办-2' },
      supplied,
      { ...supplied, matter: '行办-2', reference: '交-2' },
    ])
    expect(own.slice(0, 3).map(({ result, state }) => [result, state])).to.deep.equal([
      ['created', 'SENT'],
      ['created', 'CHECKING'],
      ['refused', undefined],
    ])
    // Another seat's reference names nothing.
    expect((await sendOne({ ...supplied, reference: '交-3' }, county())).body.code).to.equal('MATTER_UNKNOWN')
  })

  it('tell everybody their kinds, with moves, clocks and sources', async () => {
    const answer = await fetch(`${world.url}/.well-known/matters`)
    const { kinds } = (await answer.json()) as Any
    expect([answer.status, answer.headers.get('cache-control')]).to.deep.equal([200, 'public, max-age=3600'])
    const { data } = await world.ask('{ matterKinds { id basis clocks { clock value unit source confirmed } } }')
    expect(kinds.map(({ id }: Any) => id)).to.deep.equal(data.matterKinds.map(({ id }: Any) => id))
    for (const [n, { id, basis, clocks }] of data.matterKinds.entries()) {
      expect(kinds[n]).to.deep.include({ id, basis })
      expect(
        kinds[n].clocks.map(({ clock, value, unit, source, confirmed }: Any) => ({
          clock,
          value,
          unit,
          source,
          confirmed,
        })),
      ).to.deep.equal(clocks)
    }
  })

  it('that are not there and that are not for the reader are answered alike, by one statement each', async () => {
    const { body } = await sendOne({ ...CLUE, reference: '不可见' })
    const missing = Buffer.from('Matter:00000000-0000-4000-8000-000000000000').toString('base64url')
    for (const other of [token('elsewhere', 'marketplace'), token('y', 'agency', 'market-regulator', '220200')]) {
      const answers = new Map<string, { status: number; text: string }>()
      const asked = async (id: string) => void answers.set(id, await read(id, other))
      const [nothing, hidden] = [
        await world.statements(() => asked(missing)),
        await world.statements(() => asked(body.id)),
      ]
      expect(answers.get(body.id)).to.deep.equal(answers.get(missing))
      expect([answers.get(missing)?.status, hidden]).to.deep.equal([404, nothing])
    }
  })

  it('leave an audit row before they are opened, and one of what came of it', async () => {
    await sendOne({ ...CLUE, reference: '留痕' })
    const [last] = await rowsOf(world.database.db, 'select max(number) as number from trail')
    const rows = await listRowsAfter(world.database.db, Number(last?.['number']) - 2, 2)
    expect(rows.map(({ kind, content }) => [kind, content?.asked, content?.outcome])).to.deep.equal([
      ['ACT', 'POST /v1/matters', null],
      ['OUTCOME', 'POST /v1/matters', 'DONE'],
    ])
  })
})
