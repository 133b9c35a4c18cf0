import { expect } from 'chai'
import { makeWorld, penalty, publishListing, registration, uscc, type World } from './world.js'

const ASK = '{ listingCounts { state count } }'

describe('the board of listings', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(uscc(1), '松云商贸有限公司'),
      registration(uscc(2), '岭北商贸有限公司'),
    ])
    await world.bring('penalties', [penalty(uscc(1), '虚市监处〔2026〕1号')])
    await publishListing(world, uscc(1), '虚市监处〔2026〕1号')
    const lead = { code: uscc(2), list: 'serious', reason: '群众举报', on: '2026-01-10' }
    await world.ask('mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }', {
      token: world.token('officer'),
      variables: { input: lead },
    })
  })
  after(() => world.close())

  it('counts how many stand in each state', async () => {
    const { data } = await world.ask(ASK, { token: world.token('officer') })
    expect(data.listingCounts).to.have.deep.members([
      { state: 'LEAD', count: 1 },
      { state: 'PUBLISHED', count: 1 },
    ])
  })

  it('counts what has left its list only for those who may know of it, and what was known wrong for nobody', async () => {
    const { db } = world.database
    await db('listings').where({ state: 'LEAD' }).update({ state: 'NOT_LISTED' })
    const countsFor = async (role: 'administrator' | 'auditor') =>
      (await world.ask(ASK, { token: world.token(role) })).data.listingCounts.map((one: { state: string }) => one.state)
    expect(await countsFor('administrator')).to.deep.equal(['PUBLISHED'])
    expect(await countsFor('auditor')).to.have.members(['PUBLISHED', 'NOT_LISTED'])
    await db('listings').where({ state: 'NOT_LISTED' }).update({ wrong_from: new Date() })
    expect(await countsFor('auditor')).to.deep.equal(['PUBLISHED'])
  })

  it('is not for agencies and marketplaces', async () => {
    for (const role of ['agency', 'marketplace', 'party'] as const) {
      const { errors } = await world.ask(ASK, { token: world.token(role) })
      expect(errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
    }
  })
})
