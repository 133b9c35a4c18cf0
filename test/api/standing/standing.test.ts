import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, trademark, uscc } from '../record-drafts.js'
import { askRows, NDJSON, openRows } from '../rows.js'
import { makeWorld, operatorId, scored, type World } from '../world.js'

const STANDING = 'code uscc name status grade score listed asOf stale listings { id kind state mirrored reason }'
const standing = (code: string, asOf?: string) =>
  `{ standing(code: ${JSON.stringify(code)}${asOf ? `, asOf: "${asOf}"` : ''}) { ${STANDING} } }`

describe('standing over HTTP', () => {
  let world: World
  const many = Array.from({ length: 100 }, (_, i) => uscc(1_000 + i))
  const [good, listed, gone, old] = [uscc(1), uscc(2), uscc(3), uscc(4)]

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(good, '虚构松云商贸有限公司'),
      registration(listed, '虚构<黑石>&"商行"有限公司'),
      registration(gone, '虚构旧梦网络有限公司', { status: 'DEREGISTERED' }),
      {
        ...registration(old, '虚构旧号有限公司'),
        subject: { uscc: old, orgCode: null, regNo: '220102000000018', shop: null, name: '虚构旧号有限公司' },
      },
      ...many.map((code, i) => registration(code, `虚构第${i}号网店有限公司`)),
    ])
    await world.bring('trademarks', [trademark(good, '90000001')])
    await world.bring('penalties', [penalty(listed, '虚市监处罚〔2026〕1号')])
    await world.bring('dishonest', [mirrored(good, 'old-1', '2024-05-15')], new Date('2026-03-01T00:00:00Z'))
    await scored(world, await operatorId(world, good), 720, 'A', [])
    await publishListing(world, listed, '虚市监处罚〔2026〕1号')
  })
  after(() => world.close())

  it('shows the public the name and the entries, never score or grade', async () => {
    const { status, data } = await world.ask(standing(good))
    expect(status).to.equal(200)
    expect(data.standing).to.deep.equal({
      code: good,
      uscc: good,
      name: '虚构松云商贸有限公司',
      status: 'KNOWN',
      grade: null,
      score: null,
      listed: false,
      asOf: '2026-03-01T00:00:00.000Z',
      stale: false,
      listings: [],
    })
  })

  for (const role of ['marketplace', 'credit_service'] as const) {
    it(`shows a ${role} without a list or an authorisation what the public sees`, async () => {
      const { data } = await world.ask(standing(good), { token: world.token(role) })
      const { data: outside } = await world.ask(standing(good))
      expect(data).to.deep.equal(outside)
    })
  }

  for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor'] as const) {
    it(`shows a ${role} score and grade`, async () => {
      const { data } = await world.ask(standing(good), { token: world.token(role) })
      expect(data.standing).to.include({ grade: 'A', score: 720, listed: false })
    })
  }

  it('shows a mirrored entry to authorities only, and never sets `listed` by it', async () => {
    const inside = await world.ask(standing(good), { token: world.token('officer') })
    expect(inside.data.standing.listings).to.deep.include.members([
      {
        ...inside.data.standing.listings[0],
        kind: 'ecommerce-2018',
        mirrored: true,
        state: 'PUBLISHED',
        reason: '刷单炒信',
      },
    ])
    expect(inside.data.standing.listed).to.equal(false)
    const outside = await world.ask(standing(good), { token: world.token('marketplace') })
    expect(outside.data.standing.listings).to.deep.equal([])
  })

  it('P-B3: is listed from the day of publication to the last day of the term', async () => {
    const answers = await Promise.all(
      ['2026-02-05', '2026-02-06', '2029-02-04', '2029-02-05'].map((day) => world.ask(standing(listed, day))),
    )
    expect(answers.map(({ data }) => data.standing.listed)).to.deep.equal([false, true, true, false])
    expect(answers[1]?.data.standing.listings).to.have.length(1)
    expect(answers[1]?.data.standing.listings[0]).to.include({ kind: 'serious', state: 'PUBLISHED', mirrored: false })
  })

  it('shows the score of the requested day', async () => {
    const { data } = await world.ask(standing(good, '2026-03-01'), { token: world.token('officer') })
    expect(data.standing).to.include({ score: null, grade: null, status: 'KNOWN' })
  })

  it('answers UNKNOWN for unknown and malformed codes, and CEASED for the deregistered', async () => {
    const codes = [uscc(77), '', '不是代码', "' or 1=1 --", '\u0000', '110101199003074610', gone]
    const { data, errors } = await world.ask(
      'query($c: [String!]!) { standings(codes: $c) { code uscc status listed } }',
      {
        variables: { c: codes },
      },
    )
    expect(errors).to.equal(undefined)
    expect(data.standings.map((each: { code: string }) => each.code)).to.deep.equal(codes)
    expect(data.standings.map((each: { status: string }) => each.status)).to.deep.equal([
      ...Array(6).fill('UNKNOWN'),
      'CEASED',
    ])
    expect(data.standings[0]).to.include({ uscc: null, listed: false })
  })

  it('leads from an older code to its operator', async () => {
    const { data } = await world.ask(standing('220102000000018'))
    expect(data.standing).to.include({ code: '220102000000018', uscc: old })
  })

  it('finds a natural person’s shop by its marketplace and number', async () => {
    const shop = 'shop:yunji:10086'
    const subject = { uscc: null, orgCode: null, regNo: null, shop, name: '虚构小铺' }
    await world.bring('shops', [{ ...registration('', '虚构小铺'), kind: 'shop', key: shop, subject }])
    const { data } = await world.ask(standing('shop:YunJi:10086'))
    expect(data.standing).to.include({ code: 'shop:YunJi:10086', uscc: null, status: 'KNOWN', listed: false })
  })

  it('standings keep the requested order and repeats, with one statement for each kind of lookup', async () => {
    const codes = [...many].reverse().concat(many[5] ?? '', 'x')
    const ask = () =>
      world.ask('query($c: [String!]!) { standings(codes: $c) { code uscc score listings { id } } }', {
        variables: { c: codes },
        token: world.token('marketplace'),
      })
    const statements = () =>
      world.statements(async () => {
        const { data } = await ask()
        expect(data.standings.map((each: { code: string }) => each.code)).to.deep.equal(codes)
      })
    const named = (sql: string[]) => sql.map((each) => /\/\* ([\w.]+) \*\//.exec(each)?.[1])
    // Operators get their row of standing_rows with the first score. The query selects neither `asOf` nor `stale`, so none reads the age of the lists.
    expect(named(await statements())).to.deep.equal(['standings.ordinary', 'standings.full', 'sellers.among'])
    for (const code of many) await scored(world, await operatorId(world, code), 700, 'A', [])
    expect(named(await statements())).to.deep.equal(['standings.ordinary', 'sellers.among'])
  })

  it('fifty simultaneous callers each get their own answer', async () => {
    const query = 'query($c: String!) { standing(code: $c) { code name } }'
    const asked = [...many.slice(0, 49), 'nothing']
    const answers = await Promise.all(asked.map((c) => world.ask(query, { variables: { c } })))
    expect(answers.map(({ data }) => data.standing.code)).to.deep.equal(asked)
    expect(answers.map(({ data }) => data.standing.name)).to.deep.equal([
      ...asked.slice(0, 49).map((_, i) => `虚构第${i}号网店有限公司`),
      null,
    ])
  })

  it('nested listings of a hundred standings cost a fixed number of statements', async () => {
    const query =
      'query($c: [String!]!) { standings(codes: $c) { listings { state list { name { zh } } operator { name } moves { move } deliveries { platform } } } }'
    const sql = await world.statements(() =>
      world.ask(query, { variables: { c: [listed, good, ...many.slice(2)] }, token: world.token('officer') }),
    )
    expect(sql.length).to.be.at.most(8)
  })

  it('a thousand codes are answered, one more is refused with an error code', async () => {
    const query = 'query($c: [String!]!) { standings(codes: $c) { status } }'
    const full = await world.ask(query, { variables: { c: Array(1_000).fill(good) } })
    expect(full.data.standings).to.have.length(1_000)
    const over = await world.ask(query, { variables: { c: Array(1_001).fill(good) } })
    expect(over.errors?.[0]?.extensions).to.deep.include({ code: 'TOO_MANY_CODES', details: { limit: 1000 } })
  })

  it('a party sees other operators as the public does', async () => {
    const own = await world.ask(standing(good), { token: world.token('party', good) })
    expect(own.data.standing).to.include({ grade: 'A', score: 720 })
    expect(own.data.standing.listings).to.have.length(1)
    const other = await world.ask(standing(good), { token: world.token('party', listed) })
    expect(other.data.standing).to.include({ grade: null, score: null })
    expect(other.data.standing.listings).to.deep.equal([])
  })

  it('is stale once the list feed is older than its limit', async () => {
    const bound = 48 * 3_600_000
    world.setNow(new Date(Date.parse('2026-03-01T00:00:00Z') + bound + 60_000))
    const { data } = await world.ask(standing(good))
    world.setNow(new Date('2026-03-02T02:00:00Z'))
    expect(data.standing).to.include({ stale: true, asOf: '2026-03-01T00:00:00.000Z' })
  })

  it('is stale in the lines of a stream from that instant on, and for a future day in every line', async () => {
    const request = openRows(world, {}, NDJSON)
    request.write(`"${good}"\n`)
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    const [first] = (await once(answer, 'data')) as [Buffer]
    world.setNow(new Date('2026-03-04T00:00:00Z'))
    request.end(`"${good}"\n`)
    const lines = `${first}${await text(answer)}`.trim().split('\n')
    world.setNow(new Date('2026-03-02T02:00:00Z'))
    expect(lines.map((line) => JSON.parse(line).stale)).to.deep.equal([false, true, true])
    const future = await askRows(world, [good], { query: '?asOf=2026-03-03' })
    expect([...future.lines, future.end].map(({ stale }) => stale)).to.deep.equal([true, true])
  })
})
