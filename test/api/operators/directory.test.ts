import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, TODAY, type World } from '../world.js'

const GRADES = ['A', 'B', 'C', 'D'] as const

/** The filter by grade reads stored scores and recomputes only those that may differ. It must agree with `standing`. */
describe('directory by grade over HTTP', () => {
  let world: World
  const codes = Array.from({ length: 12 }, (_, i) => uscc(i + 1))
  const [, overridden, asked, hidden, ended, unscored] = codes as [string, string, string, string, string, string]
  const number = '虚市监处罚〔2026〕1号'

  before(async () => {
    world = await makeWorld()
    const { db } = world.database
    await world.bring(
      'registry',
      codes.map((code, i) => registration(code, `虚构第${i}号有限公司`)),
    )
    await world.bring('penalties', [penalty(hidden, number)])
    for (const [i, code] of codes.entries())
      if (code !== unscored)
        await scored(world, await operatorId(world, code), 500, GRADES[i % 4] ?? 'A', [], '2026-01-20')
    const decided = {
      asked_by: 'officer-1',
      asked_at: NOW,
      decided_by: 'reviewer-1',
      decided_at: NOW,
      reason: '已整改',
    }
    const override = { ...decided, state: 'IN_FORCE', grade: 'A', ends_on: '2026-09-01' }
    await db('overrules').insert({ ...override, operator_id: await operatorId(world, overridden) })
    await db('overrules').insert({ ...override, operator_id: await operatorId(world, ended), ends_on: TODAY })
    await scored(world, await operatorId(world, asked), 300, 'D', [], TODAY, { asked: true })
    const listing = await publishListing(world, hidden, number)
    const knownAt = (await db('knowledge').first('latest')).latest
    const record = await recordId(world, `${number}/${hidden}`)
    const weighed = { fact: 'serious_list', why: 'VETO', knownAt } as const
    await scored(world, await operatorId(world, hidden), 100, 'D', [record], '2026-02-10', weighed)
    // The state right after a hiding, before the operator is rescored.
    await db('public_entries').where({ listing_id: listing }).del()
  })
  after(() => world.close())

  const byGrade = async (role: Role, grade: string, first = 100): Promise<string[]> => {
    const found: string[] = []
    for (let after: string | null = null; ; ) {
      const { data, errors } = await world.ask(
        `query($a: String) { operators(filter: {grade: ${grade}}, first: ${first}, after: $a) { totalCount nodes { uscc } pageInfo { hasNextPage endCursor } } }`,
        { token: world.token(role), variables: { a: after } },
      )
      expect(errors).to.equal(undefined)
      const { nodes, pageInfo, totalCount } = data.operators
      found.push(...nodes.map((node: { uscc: string }) => node.uscc))
      if (!pageInfo.hasNextPage) {
        expect(totalCount).to.equal(found.length)
        return found
      }
      after = pageInfo.endCursor
    }
  }

  for (const role of ['officer', 'auditor', 'agency', 'administrator'] as const) {
    it(`lists for a ${role} exactly the operators whose standing has that grade`, async () => {
      const { data } = await world.ask('query($c: [String!]!) { standings(codes: $c) { code grade } }', {
        token: world.token(role),
        variables: { c: codes },
      })
      const standing = data.standings as { code: string; grade: string | null }[]
      for (const grade of GRADES) {
        const expected = standing.filter((one) => one.grade === grade).map(({ code }) => code)
        expect(await byGrade(role, grade), grade).to.deep.equal(expected)
        expect(await byGrade(role, grade, 1), `${grade}, one by one`).to.deep.equal(expected)
      }
    })
  }

  it('includes overridden, contested and hidden operators', async () => {
    expect(await byGrade('officer', 'A')).to.include(overridden)
    expect(await byGrade('officer', 'D'))
      .to.include(asked)
      .and.include(hidden)
    expect(await byGrade('agency', 'D'))
      .to.include(asked)
      .and.not.include(hidden)
    for (const grade of GRADES) expect(await byGrade('officer', grade)).to.not.include(unscored)
  })
})
