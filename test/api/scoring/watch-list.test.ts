import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import * as watchEntries from '../../../src/store/scoring/watch-entries.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, TODAY, type World } from '../world.js'

const LIST = `query($first: Int, $after: String) { watchList(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { value openedOn closedOn operator { uscc } } } }`
const FILE = `query($code: String!) { operator(code: $code) { watch { value openedOn closedOn } } }`

describe('internal watch list over HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [1, 2, 3].map((n) => registration(uscc(n), `虚构青禾${n}有限公司`)),
    )
    for (const n of [1, 2]) {
      const fallen = [{ operatorId: await operatorId(world, uscc(n)), value: 500 + n }]
      await world.database.db.transaction((tx) => watchEntries.open(tx, fallen, { on: TODAY, at: NOW }))
    }
  })
  after(() => world.close())

  it('is read page by page, newest first', async () => {
    const token = world.token('officer')
    const page = async (after: string | null) =>
      (await world.ask(LIST, { token, variables: { first: 1, after } })).data.watchList
    const first = await page(null)
    expect([first.totalCount, first.nodes, first.pageInfo.hasNextPage]).to.deep.equal([
      2,
      [{ value: 502, openedOn: TODAY, closedOn: null, operator: { uscc: uscc(2) } }],
      true,
    ])
    const second = await page(first.pageInfo.endCursor)
    expect([second.nodes[0].operator.uscc, second.pageInfo.hasNextPage]).to.deep.equal([uscc(1), false])
  })

  const sees: [role: Role, may: boolean][] = [
    ['officer', true],
    ['reviewer', true],
    ['administrator', true],
    ['auditor', true],
    ['agency', false],
    ['credit_service', false],
    ['marketplace', false],
  ]
  for (const [role, may] of sees) {
    it(`${role} ${may ? 'sees the watch list' : 'is refused the watch list, also through an operator'}`, async () => {
      const token = world.token(role)
      const { data, errors } = await world.ask(LIST, { token, variables: {} })
      if (may) expect(data.watchList.totalCount).to.equal(2)
      else expect(errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
      const file = (code: string) => world.ask(FILE, { token, variables: { code } })
      const watch = may ? { value: 501, openedOn: TODAY, closedOn: null } : null
      expect((await file(uscc(1))).data.operator).to.deep.equal({ watch })
      expect((await file(uscc(3))).data.operator).to.deep.equal({ watch: null })
    })
  }
})
