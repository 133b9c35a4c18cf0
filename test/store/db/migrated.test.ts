import { expect } from 'chai'
import * as forgetting from '../../../migrations/20261125-09-forgetting.js'
import * as standingRows from '../../../migrations/20261129-99-standing-rows.js'
import {
  globalOf,
  keyIn,
  makeWorld,
  operatorId,
  penalty,
  publishListing,
  recordId,
  registration,
  scored,
  uscc,
  type World,
} from '../../api/world.js'
import { getRaw } from '../../support/holder.js'

describe('migration 20261125-09 on public entries', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  it('adds `shown_from` and `contested`, and publishes each entry again', async () => {
    const { db } = world.database
    const token = world.token('officer', 'officer-1')
    const ids: string[] = []
    for (const n of [1, 2]) {
      const number = `虚市监处罚〔2026〕${n}号`
      await world.bring('registry', [registration(uscc(n), `虚构迁移${n}号有限公司`)])
      await world.bring('penalties', [penalty(uscc(n), number)])
      ids.push(await publishListing(world, uscc(n), number))
    }
    for (const [name, more] of [
      ['hideListing', { hiding: 'ERROR' }],
      ['unhideListing', {}],
    ] as const)
      await world.ask(`mutation($i: MoveInput!) { ${name}(input: $i) { listing { id } } }`, {
        token,
        variables: { i: { id: ids[0], on: '2026-03-02', reason: '核实', ...more } },
      })
    const record = await recordId(world, `虚市监处罚〔2026〕2号/${uscc(2)}`)
    await scored(world, await operatorId(world, uscc(2)), 500, 'C', [record])
    const input = { operator: uscc(2), record: globalOf('Record', record), statement: '非我单位所为' }
    const opened = await world.ask('mutation($i: OpenObjectionInput!) { openObjection(input: $i) { id } }', {
      token,
      variables: { i: input },
    })
    expect(opened.errors).to.equal(undefined)
    // Its triggers read `shown_from`.
    await db.transaction(standingRows.down)
    await db.transaction(forgetting.down)
    await world.publish()
    await db.transaction(forgetting.up)
    await db.transaction(standingRows.up)

    const kept = async (id = '') =>
      (
        await db.raw(
          `select shown_from as "shownFrom", body->'contested' as contested from public_entries where listing_id = ?`,
          [keyIn(id)],
        )
      ).rows[0]
    expect(await kept(ids[0])).to.deep.equal({ shownFrom: '2026-03-02', contested: false })
    expect(await kept(ids[1])).to.deep.equal({ shownFrom: '2026-02-06', contested: true })
    await world.publish()
    const { changed } = JSON.parse((await getRaw(`${world.url}/data/delta?since=1`)).text)
    expect(changed.map((entry: Record<string, unknown>) => [entry['id'], entry['contested']])).to.have.deep.members([
      [keyIn(ids[0] ?? ''), false],
      [keyIn(ids[1] ?? ''), true],
    ])
  })
})
