import { expect } from 'chai'
import { CLIENT_ROLES } from '../../../src/domain/access/viewer.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, recordId, scored, type World } from '../world.js'

const [good, listed, elsewhere] = [uscc(1), uscc(2), uscc(3)]
const NUMBER = '虚市监处罚〔2026〕1号'
const FIELDS = [
  'uscc',
  'name',
  'status',
  'grade',
  'score',
  'overridden',
  'objected',
  'listed',
  'listings { id kind }',
  'asOf',
  'stale',
]
const nameOf = (field: string): string => field.split(' ')[0] ?? ''

describe('requested fields of a standing', () => {
  let world: World

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(good, '虚构松云商贸有限公司'),
      registration(listed, '虚构黑石商行'),
      registration(elsewhere, '虚构远山商行'),
    ])
    await world.bring('penalties', [penalty(listed, NUMBER)])
    const record = await recordId(world, `${NUMBER}/${listed}`)
    await scored(world, await operatorId(world, good), 720, 'A', [])
    await scored(world, await operatorId(world, listed), 410, 'D', [record])
    await scored(world, await operatorId(world, elsewhere), 610, 'B', [])
    await publishListing(world, listed, NUMBER)
    const { db } = world.database
    await db.raw(
      `with list as (insert into seller_lists (client, dated, uploaded_at, sellers, malformed)
         values ('marketplace', '2026-02-20', now(), 2, 0) returning id)
       insert into sellers (list_id, scheme, code) select id, 'uscc', unnest(?::text[]) from list`,
      [[good, listed]] as never,
    )
    await db.raw(
      `insert into authorisations (client, operator_id, document, given_on, ends_on, recorded_at)
       select 'credit_service', id, '授权书', '2026-01-01', '2027-01-01', now() from operators where uscc = ?`,
      [listed],
    )
  })
  after(() => world.close())

  const ask = async (fields: readonly string[], token: string | undefined) => {
    const query = `query($c: [String!]!, $one: String!) {
      standings(codes: $c) { code ${fields.join(' ')} }
      standing(code: $one) { ...some } }
      fragment some on Standing { code ... on Standing { ${fields.join(' ')} } }`
    const variables = { c: [good, listed, elsewhere, uscc(9), 'x'], one: listed }
    const { data, errors } = await world.ask(query, { variables, ...(token && { token }) })
    expect(errors).to.equal(undefined)
    return data as { standings: Record<string, unknown>[]; standing: Record<string, unknown> }
  }

  for (const role of [undefined, 'marketplace', 'credit_service', 'agency', 'officer'] as const) {
    it(`answer ${role ?? 'the public'} each field alone and in pairs as together with all others`, async () => {
      const token = role && world.token(role, role)
      const whole = await ask(FIELDS, token)
      const of = (one: Record<string, unknown>, fields: readonly string[]) =>
        Object.fromEntries(['code', ...fields.map(nameOf)].map((name) => [name, one[name]]))
      for (const [place, first] of FIELDS.entries())
        for (const second of FIELDS.slice(place, place + 2)) {
          const fields = [...new Set([first, second])]
          const some = await ask(fields, token)
          expect(some.standings, fields.join()).to.deep.equal(whole.standings.map((one) => of(one, fields)))
          expect(some.standing, fields.join()).to.deep.equal(of(whole.standing, fields))
        }
    })
  }

  it('answer with grades of its sellers to a marketplace, and of authorising operators to a credit service', async () => {
    const grades = async (role: 'marketplace' | 'credit_service' | 'officer', sub: string = role) =>
      (await ask(['grade'], world.token(role, sub))).standings.map(({ grade }) => grade)
    expect(await grades('officer')).to.deep.equal(['A', 'D', 'B', null, null])
    expect(await grades('marketplace')).to.deep.equal(['A', 'D', null, null, null])
    expect(await grades('marketplace', 'another')).to.deep.equal([null, null, null, null, null])
    expect(await grades('credit_service')).to.deep.equal([null, 'D', null, null, null])
  })

  it('answer simultaneous callers with different rights and fields each by itself', async () => {
    const asked = [undefined, ...CLIENT_ROLES].flatMap((role) =>
      [FIELDS, ['grade'], ['listed'], ['name']].map((fields) => ({ role, fields })),
    )
    const one = async ({ role, fields }: (typeof asked)[number]) => ask(fields, role && world.token(role, role))
    const apart: unknown[] = []
    for (const each of asked) apart.push(await one(each))
    expect(await Promise.all(asked.map(one))).to.deep.equal(apart)
  })
})
