/** A mirror of another system is a feed like others, but its rejected items are corrected where they were registered. */
import { expect } from 'chai'
import { petitionsMirror } from '../../../src/agencies/market-regulator/petitions.js'
import { mirrorPetitions } from '../../../src/work/matters/petitions.js'
import { globalOf } from '../global-ids.js'
import { makeWorld, NOW, type World } from '../world.js'

const letter = (number: string, more: object = {}) => ({
  ...{ 登记编号: number, 类型: '举报', 登记日期: '2026-02-02', 主体类型: '平台内经营者', 实际经营地区划: '220104' },
  ...{ 主体名称: '虚构服装店', 问题类别: '假冒商品', 问题概述: '虚构的问题', ...more },
})

describe('the mirror of 12315 among the feeds', () => {
  let world: World
  let officer: string
  let reject: string
  before(async () => {
    world = await makeWorld()
    officer = world.token('officer', 'officer-1')
    const { rules, keys, log } = world.parts
    const bytes = Buffer.from(JSON.stringify([letter('甲'), letter('乙', { 类型: '表扬' })]))
    const open = () => ({ items: petitionsMirror.read(bytes, {}), file: null })
    const given = { feed: petitionsMirror, open, rules, keys, pseudonymOf: keys.pseudonymOf, log, now: () => NOW }
    await mirrorPetitions(world.database.db, { ...given, cause: 'command' })
    const { id } = await world.database.db('rejects').where({ feed: 'petitions' }).first('id')
    reject = globalOf('Reject', id)
  })
  after(() => world.close())

  const ask = async (query: string, variables: object = {}, token = officer) => {
    const { data, errors } = await world.ask(query, { variables, token })
    return { data, error: errors?.[0] }
  }

  it('has its state and its rejects, and the agency sees them', async () => {
    const { data } = await ask(
      '{ agencies { id feeds { id kind whole every items rejects openRejects stale forms { fields } } } }',
    )
    const { feeds } = data.agencies.find(({ id }: { id: string }) => id === 'market-regulator')
    const { forms, ...found } = feeds.find(({ id }: { id: string }) => id === 'petitions')
    expect(found).to.deep.equal({
      ...{ id: 'petitions', kind: 'MIRROR', whole: true, every: '15 * * * *' },
      ...{ items: 2, rejects: 1, openRejects: 1, stale: false },
    })
    expect(forms[0].fields).to.include('登记编号')
    const list = '{ rejects(feed: "petitions") { nodes { item } } }'
    for (const token of [officer, world.token('agency', 'regulator-1', 'market-regulator')]) {
      const { nodes } = (await ask(list, {}, token)).data.rejects
      expect(nodes).to.have.length(1)
      expect(nodes[0].item).to.include({ 登记编号: '乙' }).and.not.have.property('问题概述')
    }
    const others = await ask(list, {}, world.token('agency', 'credit-1', 'credit-office'))
    expect(others.data.rejects.nodes).to.deep.equal([])
    expect((await ask('{ feedSamples(feed: "petitions") { columns { name } } }')).data.feedSamples).to.deep.equal([])
  })

  it('refuses a correction by name, saying where it is made, and drops an item with a reason', async () => {
    const correct = `mutation($id: ID!, $fields: JSON!) { correctReject(id: $id, fields: $fields, note: "虚构") { effect } }`
    const { error } = await ask(correct, { id: reject, fields: letter('乙') })
    expect(error?.extensions['code']).to.equal('REJECT_MIRRORED')
    expect(error?.message).to.include('请在原系统更正')
    const drop = `mutation($id: ID!) { dropReject(id: $id, note: "虚构：不属办理范围") { reject { state } } }`
    expect((await ask(drop, { id: reject })).data.dropReject.reject).to.deep.equal({ state: 'DROPPED' })
    expect((await ask(drop, { id: reject })).error?.extensions['code']).to.equal('REJECT_SETTLED')
  })
})
