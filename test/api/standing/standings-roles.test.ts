/** Bulk answers equal those of GraphQL for every code and every viewer. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Role } from '../../../src/domain/access/viewer.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { askRows } from '../rows.js'
import { makeWorld, NOW, operatorId, recordId, scored, seenOutside, type World } from '../world.js'

const QUERY = `query($code: String!, $asOf: Date) { standing(code: $code, asOf: $asOf) {
  code uscc name status codeFault grade score overruled: overridden objected listed asOf stale listings { id kind state reason basis authority documentNumber
  decidedOn publishedOn endsOn removedOn removalReason mirrored contested } } }`
const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`

describe('bulk standings against GraphQL', () => {
  let world: World
  const [plain, listed, gone, old, merged, into, objected, overruled, removed, foreign] = Array.from(
    { length: 10 },
    (_, n) => uscc(n + 1),
  ) as [string, string, string, string, string, string, string, string, string, string]
  const SHOP = 'shop:guguji:10086'
  const CODES = [
    plain,
    listed,
    gone,
    old,
    merged,
    into,
    objected,
    overruled,
    removed,
    foreign,
    SHOP,
    'shop:GuGuJi:10086',
    '220102000000018',
    plain.slice(8, 17),
    ` ${plain.toLowerCase()} `,
    [...listed].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join(''),
    uscc(77),
    `${plain.slice(0, -1)}`,
    'shop:guguji:',
    '110101199003074610',
    '不是代码',
    "' or 1=1 --",
    'a\u0000b',
    '\ud800',
    '{1,2}',
  ]
  const DAYS = [null, '2026-02-10', '2026-02-25', '2029-03-01']
  const [CHANGCHUN, JILIN_CITY] = ['220100', '220200']
  const ROLES: { role: Role | null; sub?: string; region?: string }[] = [
    { role: null },
    { role: 'marketplace' },
    { role: 'marketplace', sub: 'another' },
    { role: 'credit_service' },
    { role: 'credit_service', sub: 'other' },
    { role: 'agency' },
    { role: 'officer' },
    { role: 'officer', sub: 'of changchun', region: CHANGCHUN },
    { role: 'officer', sub: 'of jilin city', region: JILIN_CITY },
    { role: 'agency', sub: 'its agency', region: JILIN_CITY },
    { role: 'reviewer' },
    { role: 'administrator' },
    { role: 'auditor' },
    { role: 'party', sub: listed },
    { role: 'party', sub: removed },
  ]
  const officer = () => world.token('officer', 'officer-1')
  const reviewer = () => world.token('reviewer', 'reviewer-1')
  const act = async (query: string, input: object, token = officer()) => {
    const { data, errors } = await world.ask(query, { token, variables: { input } })
    if (errors) throw new Error(JSON.stringify(errors))
    return Object.values(data as object)[0]
  }

  before(async () => {
    world = await makeWorld()
    const own = [plain, listed, merged, into, objected, overruled, removed, foreign]
    await world.bring('registry', [
      ...own.map((code, n) =>
        registration(code, `虚构${'甲乙丙丁戊己庚辛'[n]}有限公司`, code === foreign ? { region_code: '220202' } : {}),
      ),
      registration(gone, '虚构旧梦网络有限公司', { status: 'DEREGISTERED' }),
      {
        ...registration(old, '虚构旧号有限公司'),
        subject: { uscc: old, orgCode: null, regNo: '220102000000018', shop: null, name: '虚构旧号有限公司' },
      },
    ])
    const subject = { uscc: null, orgCode: null, regNo: null, shop: SHOP, name: '虚构小铺' }
    await world.bring('shops', [{ ...registration('', '虚构小铺'), kind: 'shop', key: SHOP, subject }])
    const penalised = [listed, objected, overruled, removed]
    await world.bring(
      'penalties',
      penalised.map((code, n) => penalty(code, numberOf(n))),
    )
    await world.bring('dishonest', [mirrored(foreign, 'k1', '2024-05-15'), mirrored(plain, 'k2', '2019-05-15')])
    for (const code of [plain, merged, into, old, foreign])
      await scored(world, await operatorId(world, code), 720, 'B', [], '2026-02-20')
    for (const [n, code] of penalised.entries()) {
      const records = [await recordId(world, `${numberOf(n)}/${code}`)]
      await scored(world, await operatorId(world, code), 500, 'C', records, '2026-02-20')
    }
    await publishListing(world, listed, numberOf(0))
    const id = await publishListing(world, removed, numberOf(3))
    // A stored score that counts the entry, which is removed below.
    const knownAt = (await world.database.db('knowledge').first('latest')).latest
    const record = await recordId(world, `${numberOf(3)}/${removed}`)
    const weighs = { fact: 'serious_list', why: 'VETO', knownAt } as const
    await scored(world, await operatorId(world, removed), 300, 'D', [record], '2026-02-21', weighs)
    await act('mutation($input: MoveInput!) { removeListing(input: $input) { listing { id } } }', {
      id,
      on: '2026-03-01',
      removal: 'REVOKED',
      reason: '错误',
    })
    await act('mutation($input: MergeOperatorsInput!) { mergeOperators(input: $input) { decision { id } } }', {
      from: merged,
      into,
      cause: 'MOVED',
      reason: '同一主体',
    })
    await act('mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }', {
      operator: objected,
      record: globalOf('Record', await recordId(world, `${numberOf(1)}/${objected}`)),
      statement: '非我单位所为',
    })
    const proposed = (await act('mutation($input: ProposeOverrideInput!) { proposeOverride(input: $input) { id } }', {
      operator: overruled,
      grade: 'B',
      endsOn: '2026-09-01',
      reason: '已整改',
    })) as { id: string }
    const decided = { id: proposed.id, verdict: 'CONFIRM' }
    await act('mutation($input: DecideOverrideInput!) { decideOverride(input: $input) { id } }', decided, reviewer())
    await seenOutside(world, [plain, listed, merged, objected, overruled, removed])
  })
  after(() => world.close())

  /** Cache of GraphQL's answers. */
  const known = new Map<string, Promise<unknown>>()
  const told = (who: string, token: string | undefined, code: string, asOf: string | null): Promise<unknown> => {
    const key = JSON.stringify([who, code, asOf])
    const asked =
      known.get(key) ??
      world.ask(QUERY, { ...(token && { token }), variables: { code, asOf } }).then(({ data }) => data.standing)
    known.set(key, asked)
    return asked
  }
  const tokenOf = ({
    role,
    sub,
    region = null as string | null,
  }: {
    role: Role
    sub: string
    region?: string | null
  }) => world.keys.sign({ sub, role, agency: null, region }, NOW.getTime()).token
  const both = async (
    { role, sub = role ?? '', region }: (typeof ROLES)[number],
    codes: readonly string[],
    asOf: string | null,
  ) => {
    const token = role === null ? undefined : tokenOf({ role, sub, ...(region && { region }) })
    const query = asOf === null ? '' : `?asOf=${asOf}`
    const { lines, end, text } = await askRows(world, codes, { ...(token && { token }), query })
    expect(end, text).to.include({ end: true, rows: codes.length })
    const expected = await Promise.all(codes.map((code) => told(`${role} ${sub}`, token, code, asOf)))
    expect(lines).to.deep.equal(expected.map((standing, n) => ({ row: n + 1, ...(standing as object) })))
  }

  for (const who of ROLES) {
    it(`are the same for ${who.role ?? 'the public'} ${who.sub ?? ''}`, async () => {
      for (const asOf of DAYS) await both(who, CODES, asOf)
    })
  }

  it('are the same in any order and with repeats', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROLES),
        fc.array(fc.constantFrom(...CODES), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...DAYS),
        both,
      ),
      { numRuns: 10 },
    )
  })

  it('show a person with a region its own operators as to the province, and others as to the public', async () => {
    const lines = async (token?: string, query = '') =>
      (await askRows(world, [plain, foreign], { ...(token && { token }), query })).lines
    for (const query of ['', '?asOf=2026-02-25']) {
      const open = await lines(undefined, query)
      expect(open.map(({ score, grade }) => score ?? grade)).to.deep.equal([null, null])
      for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor'] as const) {
        const of = (region: string | null) => lines(tokenOf({ role, sub: `${role} ${region}`, region }), query)
        const all = await of(null)
        expect(all.map(({ score }) => score)).to.deep.equal([720, 720])
        expect(await of(CHANGCHUN), `${role} ${query}`).to.deep.equal([all[0], open[1]])
        expect(await of(JILIN_CITY), `${role} ${query}`).to.deep.equal([open[0], all[1]])
      }
    }
  })

  it('are tested on visible and hidden grades, and on overridden, contested, removed, listed and merged operators', async () => {
    const lines = async (role: Role, sub: string = role, query = '') => {
      const { lines: all } = await askRows(world, CODES, { token: world.token(role, sub), query })
      return new Map(CODES.map((code, n) => [code, all[n]]))
    }
    const market = await lines('marketplace')
    const other = await lines('marketplace', 'another')
    const inside = await lines('officer')
    expect([market.get(plain).score, other.get(plain).score]).to.deep.equal([720, null])
    expect(market.get(overruled)).to.include({ grade: 'B', score: 500, overruled: true })
    expect(market.get(objected)).to.include({ objected: true })
    const past = '?asOf=2026-02-25'
    const [outside, within] = [await lines('marketplace', 'marketplace', past), await lines('officer', 'officer', past)]
    expect([outside.get(removed).score, within.get(removed).score]).to.deep.equal([null, 300])
    expect([outside.get(removed).listed, within.get(removed).listed]).to.deep.equal([false, true])
    expect(market.get(listed)).to.include({ listed: true })
    expect(market.get(merged).uscc).to.equal(into)
    expect(market.get(into).score).to.equal(720)
    expect(inside.get(foreign).listings).to.have.length(1)
  })
})
