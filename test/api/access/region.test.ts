/** For a person of one city, operators of another city do not exist. For operators of their own city, the role decides. */
import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { worldWithListing } from '../listed-world.js'
import { registration, uscc } from '../record-drafts.js'
import { NOW, type World } from '../world.js'

const FIRM = uscc(1)
/** Region codes. The firm is registered in the district. */
const [CHANGCHUN, DISTRICT, JILIN_CITY, PROVINCE] = ['220100', '220102', '220200', '220000']

describe('region of a person', () => {
  let world: World
  let published: string
  let case_: string
  before(async () => {
    ;[world, published] = await worldWithListing('虚构区域有限公司')
    await world.bring('registry', [registration(uscc(2), '虚构邻域有限公司')])
    const opened = await world.ask(OPEN, { token: of('officer', CHANGCHUN), variables: lead(uscc(2)) })
    case_ = opened.data.openLead.listing.id
  })
  after(() => world.close())

  const of = (role: Role, region: string | null) =>
    world.keys.sign({ sub: `${role}-${region}`, role, agency: null, region }, NOW.getTime()).token
  const OPEN = 'mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }'
  const lead = (code: string) => ({ input: { code, list: 'serious', reason: '群众举报', on: '2026-03-01' } })
  const renamed = (variables: unknown, code: string) => JSON.parse(JSON.stringify(variables).replaceAll(FIRM, code))
  const code = async (query: string, variables: unknown, token: string) => {
    const { errors, data } = await world.ask(query, { variables, token })
    return errors?.[0]?.extensions['code'] ?? (data ? 'done' : 'nothing')
  }

  it('hides another city’s case exactly as a missing one', async () => {
    const move = 'mutation($input: MoveInput!) { dropListing(input: $input) { listing { state } } }'
    const hide = 'mutation($input: MoveInput!) { hideListing(input: $input) { listing { state } } }'
    const answer = async (query: string, id: string, region: string) => {
      const variables = { input: { id, on: '2026-03-02', reason: '查无此事', hiding: 'OBJECTION' } }
      const { data, errors } = await world.ask(query, { variables, token: of('officer', region) })
      return JSON.stringify({ data, errors })
    }
    const absent = Buffer.from('Listing:00000000-0000-4000-8000-000000000000').toString('base64url')
    for (const [query, id] of [
      [move, case_],
      [hide, published],
    ] as const) {
      const told = await answer(query, id, JILIN_CITY)
      expect(told).to.equal(await answer(query, absent, JILIN_CITY))
      expect(told).to.include('LISTING_UNKNOWN')
    }
  })

  it('allows its moves to officers of the district, the city and the province', async () => {
    const query = `query($id: ID!) { node(id: $id) { ... on Listing { allowedMoves } } }`
    const allowed = async (region: string | null) =>
      (await world.ask(query, { variables: { id: case_ }, token: of('officer', region) })).data.node?.allowedMoves
    const all = await allowed(null)
    expect(all).to.not.have.length(0)
    expect([await allowed(PROVINCE), await allowed(CHANGCHUN), await allowed(DISTRICT)]).to.deep.equal([all, all, all])
    expect(await allowed(JILIN_CITY)).to.equal(undefined)
  })

  const about: [string, Role, string, () => unknown, string][] = [
    ['a lead', 'officer', OPEN, () => lead(FIRM), 'MOVE_NOT_ALLOWED'],
    [
      'an override',
      'officer',
      'mutation($input: ProposeOverrideInput!) { proposeOverride(input: $input) { id } }',
      () => ({ input: { operator: FIRM, grade: 'B', endsOn: '2026-04-01', reason: '事由' } }),
      'other',
    ],
    [
      'an access code',
      'officer',
      'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }',
      () => ({ input: { operator: FIRM, reason: '送达' } }),
      'done',
    ],
    [
      'an objection',
      'officer',
      'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }',
      () => ({ input: { operator: FIRM, record: 'eA', statement: '陈述' } }),
      'other',
    ],
  ]
  for (const [what, role, query, variables, within] of about)
    it(`${what} about another city’s operator is refused as for a missing one, and about an own operator follows the role`, async () => {
      const said = async (code: string, region: string) => {
        const { data, errors } = await world.ask(query, {
          variables: renamed(variables(), code),
          token: of(role, region),
        })
        return JSON.stringify({ data, errors }).replaceAll(code, 'CODE')
      }
      const told = await said(FIRM, JILIN_CITY)
      expect(told).to.equal(await said(uscc(99), JILIN_CITY))
      expect(told).to.match(/OPERATOR_UNKNOWN|no such operator/)
      const own = await code(query, variables(), of(role, DISTRICT))
      if (within !== 'other') expect(own).to.equal(within)
      else expect(own).to.not.be.oneOf(['OPERATOR_UNKNOWN', 'FORBIDDEN', 'nothing'])
    })

  it('an authority cannot consent to decisions of its own level', async () => {
    const consent = 'mutation($input: MoveInput!) { consentListing(input: $input) { listing { id } } }'
    const variables = { input: { id: case_, on: '2026-03-02', documentNumber: '虚函1号' } }
    expect(await code(consent, variables, of('reviewer', DISTRICT))).to.equal('FORBIDDEN')
    expect(await code(consent, variables, of('reviewer', PROVINCE))).to.equal('MOVE_NOT_ALLOWED')
  })

  it('an act on all regions needs the region of the whole province', async () => {
    const query = 'mutation { startJob(job: PUBLISH) { job } }'
    expect(await code(query, {}, of('officer', CHANGCHUN))).to.equal('FORBIDDEN')
    expect(await code(query, {}, of('officer', PROVINCE))).to.equal('done')
  })

  it('a person of the whole province costs no more statements than one without a region', async () => {
    const count = async (region: string | null) => {
      const variables = { input: { operator: FIRM, grade: 'B', endsOn: 'x', reason: '' } }
      const query = 'mutation($input: ProposeOverrideInput!) { proposeOverride(input: $input) { id } }'
      return (await world.statements(() => code(query, variables, of('officer', region)))).length
    }
    expect(await count(null)).to.equal(await count(PROVINCE))
  })
})
