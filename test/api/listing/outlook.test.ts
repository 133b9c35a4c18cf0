import { expect } from 'chai'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, recordId, TODAY, type World } from '../world.js'

const ASKED = `query($id: ID!, $on: Date) { listing(id: $id) {
  outlooks(on: $on) { move removal roles yours denial { because why { zh en } from } stateAfter endsOn } } }`

const THIRD = '虚市监处罚〔2026〕3号'

describe('outlook of a case over HTTP', () => {
  let world: World
  let [shown, lead, second] = ['', '', '']
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const officer = () => world.token('officer', 'officer-1')
  const opened = async (code: string): Promise<string> => {
    const { data } = await world.ask('mutation($i: OpenLeadInput!) { openLead(input: $i) { listing { id } } }', {
      token: officer(),
      variables: { i: { code, list: 'serious', reason: '虚构线索', on: TODAY } },
    })
    return data.openLead.listing.id
  }
  const of = async (id: string, token: string | undefined, on: string | null = null) => {
    const { data } = await world.ask(ASKED, { variables: { id, on }, ...(token && { token }) })
    return { all: data?.listing?.outlooks }
  }
  const named = (all: { move: string }[], move: string) => all.find((outlook) => outlook.move === move)

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构甲有限公司'),
      registration(two, '虚构乙有限公司'),
      registration(three, '虚构丙有限公司'),
    ])
    await world.bring('penalties', [
      penalty(one, '虚市监处罚〔2026〕1号'),
      penalty(two, '虚市监处罚〔2026〕2号'),
      penalty(three, THIRD),
    ])
    shown = await publishListing(world, one, '虚市监处罚〔2026〕1号')
    ;[lead, second] = [await opened(two), await opened(three)]
  })
  after(() => world.close())

  it('shows a refusal in advance with the message that the move would give', async () => {
    const { all } = await of(lead, officer())
    const propose = named(all, 'proposeListing')
    expect(propose).to.deep.include({ yours: true, roles: ['officer'], stateAfter: null })
    const input = { id: lead, on: TODAY, reason: '情节严重' }
    const tried = await world.ask('mutation($i: MoveInput!) { proposeListing(input: $i) { listing { id } } }', {
      token: officer(),
      variables: { i: input },
    })
    const [refused] = tried.errors ?? []
    expect(refused?.extensions['details']).to.deep.include({ because: 'NO_DECISION' })
    expect(propose).to.have.nested.property('denial.because', 'NO_DECISION')
    const { zh, en } = (propose as unknown as { denial: { why: { zh: string; en: string } } }).denial.why
    expect(refused?.message).to.include(zh).and.to.include(en)
    expect(named(all, 'dropListing')).to.deep.include({ denial: null, stateAfter: 'NOT_LISTED' })
  })

  it('is given for any day, and names the first possible day', async () => {
    const { all } = await of(shown, officer())
    expect(named(all, 'hideListing')).to.deep.include({ denial: null, stateAfter: 'HIDDEN' })
    expect(named(all, 'applyRepair')).to.have.nested.property('denial.from', '2027-02-05')
    const before = await of(shown, officer(), '2026-02-01')
    expect(named(before.all, 'applyRepair')).to.have.nested.property('denial.because', 'BEFORE_LAST')
  })

  it('follows the records: once the penalty decision is revoked, moves that rest on it are refused', async () => {
    const record = globalOf('Record', await recordId(world, `${THIRD}/${three}`))
    const linked = await world.ask('mutation($i: MoveInput!) { linkDecision(input: $i) { listing { id } } }', {
      token: officer(),
      variables: { i: { id: second, on: TODAY, record } },
    })
    expect(linked.errors).to.equal(undefined)
    expect(named((await of(second, officer())).all, 'proposeListing')).to.deep.include({ denial: null })
    const [made] = [penalty(three, THIRD)]
    await world.bring('penalties', [{ ...made, body: { ...made.body, status: 'REVOKED', revoked_on: TODAY } }])
    const { all } = await of(second, officer())
    expect(named(all, 'proposeListing')).to.have.nested.property('denial.because', 'NO_DECISION')
  })

  it('is open only to those who move listings', async () => {
    for (const role of ['administrator', 'auditor'] as const)
      expect((await of(shown, world.token(role))).all).to.deep.equal([])
    expect((await of(shown, world.token('party', one))).all).to.deep.equal([])
    expect((await of(shown, world.token('marketplace'))).all).to.deep.equal([])
    expect((await of(shown, undefined)).all).to.deep.equal([])
  })
})
