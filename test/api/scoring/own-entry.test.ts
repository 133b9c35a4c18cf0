import { expect } from 'chai'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

describe('the hub’s own entry in its agency’s list, over HTTP', () => {
  let world: World
  const one = uscc(1)
  const number = '虚市监处罚〔2026〕1号'

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构甲有限公司')])
    await world.bring('penalties', [penalty(one, number)])
    await publishListing(world, one, number)
  })
  after(() => world.close())

  const asked = async () => {
    const query = `{ operator(code: "${one}") { listings { mirrored documentNumber authority } } }`
    const { data } = await world.ask(query, { token: world.token('officer') })
    return data.operator.listings as { mirrored: boolean; documentNumber: string | null; authority: string | null }[]
  }

  it('I-A9: is shown once, although the list repeats it', async () => {
    const [own, ...others] = await asked()
    expect(others).to.deep.equal([])
    const { documentNumber = null, authority = null } = own ?? {}
    expect(documentNumber).to.be.a('string')
    const back = mirrored(one, 'back-1', '2026-02-06')
    const said = { ...back.body, document_number: documentNumber, authority }
    const other = { ...said, document_number: '虚市监列〔2026〕99号' }
    await world.bring('dishonest', [
      { ...back, body: said },
      { ...back, key: 'other-1', body: other },
    ])
    expect((await asked()).map((each) => [each.mirrored, each.documentNumber])).to.deep.equal([
      [false, documentNumber],
      [true, '虚市监列〔2026〕99号'],
    ])
  })
})
