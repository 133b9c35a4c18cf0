import { expect } from 'chai'
import { isObjectType } from 'graphql'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import { describeFieldCosts } from '../../../src/api/request/costs.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, recordId, scored, type World } from '../world.js'

const NUMBER = '虚市监处罚〔2026〕1号'

describe('cost of a query', () => {
  let world: World
  let listing: string
  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [1, 2, 3].map((n) => registration(uscc(n), `虚构${n}号有限公司`)),
    )
    await world.bring('penalties', [penalty(uscc(1), NUMBER)])
    await scored(world, await operatorId(world, uscc(1)), 430, 'C', [await recordId(world, `${NUMBER}/${uscc(1)}`)])
    listing = await publishListing(world, uscc(1), NUMBER)
  })
  after(() => world.close())

  const costOf = async (query: string, role: 'officer' | 'marketplace' = 'officer', variables = {}) => {
    const { headers, errors } = await world.ask(query, { token: world.token(role, `${role}-1`), variables })
    return { cost: Number(headers.get('query-cost')), code: errors?.[0]?.extensions['code'] }
  }

  it('is in the header of each answer, with the documented values', async () => {
    const [code, page] = [`code: "${uscc(1)}"`, 'pageInfo { endCursor }']
    const cases: [string, number][] = [
      ['{ __typename }', 0],
      ['{ viewer { role sub } }', 1],
      [`{ standing(${code}) { status name } }`, 1],
      [`{ a: standing(${code}) { status } b: standing(code: "x") { status } }`, 2],
      [`{ standing(${code}) { listings { id } } }`, 3],
      [`{ operator(${code}) { name } }`, 1],
      ['{ operator(code: "x") { name } }', 1],
      [`{ operators(first: 2) { totalCount ${page} } }`, 1],
      [`{ operators(first: 2) { nodes { name } ${page} } }`, 3],
      [`{ operators(first: 2) { edges { cursor node { name } } } }`, 3],
      ['{ operators(filter: {name: "虚构"}) { totalCount } }', 501],
      ['{ operators(first: 3) { nodes { standing { status } } } }', 7],
      // P-A6: a filter by name is charged for the page and again for the count, because each searches the whole list.
      ['{ blacklist(filter: {list: "serious"}) { totalCount nodes { id } } }', 2],
      ['{ blacklist(filter: {name: "虚构"}) { nodes { id } } }', 502],
      ['{ blacklist(filter: {name: "虚构"}) { totalCount nodes { id } } }', 1002],
      [`{ listing(id: "${listing}") { publicText { allowed } } }`, 12],
      [`{ operator(${code}) { score { audit } } }`, 102],
    ]
    for (const [query, cost] of cases) expect(await costOf(query), query).to.deep.equal({ cost, code: undefined })
    const codes = Array.from({ length: 250 }, (_, n) => uscc(n + 1))
    const standings = 'query($codes: [String!]!) { standings(codes: $codes) { status } }'
    expect((await costOf(standings, 'officer', { codes })).cost).to.equal(250)
  })

  it('is the same for a missing and a forbidden object', async () => {
    const [record, gone] = [await recordId(world, `${NUMBER}/${uscc(1)}`), 999_999]
    const about = (key: number) => `{ node(id: "${Buffer.from(`Record:${key}`).toString('base64url')}") { id } }`
    expect(await costOf(about(record), 'marketplace')).to.deep.equal(await costOf(about(gone), 'marketplace'))
    const inner = `{ operator(code: "${uscc(1)}") { score { value } watch { value } } }`
    expect(await costOf(inner, 'marketplace')).to.deep.equal(
      await costOf(inner.replace(uscc(1), uscc(2)), 'marketplace'),
    )
  })

  it('stops a query before the statements that would exceed the limit', async () => {
    const codes = Array.from({ length: 1_000 }, () => 'x')
    const eleven = Array.from({ length: 11 }, (_, i) => `a${i}: standings(codes: $codes) { status }`).join(' ')
    const asked: string[] = []
    const heard = await world.statements(async () => {
      const { code } = await costOf(`query($codes: [String!]!) { ${eleven} }`, 'officer', { codes: [...codes] })
      asked.push(String(code))
    })
    expect(asked).to.deep.equal(['QUERY_TOO_COSTLY'])
    expect(heard.length).to.be.lessThan(11)
  })

  it('is in the description of every field with a cost, and printed by hub status --costs', () => {
    const schema = makeSchema()
    const { value, lines } = describeFieldCosts(schema) as { value: { costs: Record<string, string> }; lines: string[] }
    const told = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap((type) =>
        Object.values(type.getFields()).flatMap(({ name, description }) => {
          const [, cost] = /\n费用 Cost: (.+)$/.exec(description ?? '') ?? []
          return cost === undefined ? [] : [[`${type.name}.${name}`, cost]]
        }),
      )
    expect(Object.fromEntries(told)).to.deep.equal(value.costs)
    for (const [field, cost] of told)
      expect(
        lines.some((line) => line.startsWith(`${field} `) && line.endsWith(` ${cost}`)),
        field,
      ).to.equal(true)
    expect(value.costs).to.include({
      'Query.operators': '1 + 500 × 按名称查找 search by name',
      'Query.standings': '1 × codes',
      'OperatorConnection.nodes': '1 × 项 item',
      'Operator.listings': '1 + 1 × 项 item',
    })
  })
})
