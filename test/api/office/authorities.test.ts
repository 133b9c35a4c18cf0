import { expect } from 'chai'
import { endAccount } from '../../../src/store/access/confirmations.js'
import { confirmedClient } from '../../support/accounts.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

const NAME = '虚构市市场监督管理局'
const DATA = {
  name: NAME,
  address: '虚构市测试路 1 号',
  telephone: '0431-0000000',
  contact: '信用监督管理科',
  reconsiderationBody: '虚构市人民政府',
  court: '虚构铁路运输法院',
  fineBank: '虚构银行测试支行 0000',
}
const STATE = 'mutation($input: AuthorityInput!) { stateAuthority(input: $input) { id state } }'
const DECIDE = 'mutation($input: DecideAuthorityInput!) { decideAuthority(input: $input) { id state decidedBy } }'
const LIST = '{ authorities { name hasCases held { address proposedBy } waiting { id address } } }'

describe('the standing data of an authority', () => {
  let world: World
  let id: string
  const one = uscc(1)
  const administrator = (name = 'admin-1') => world.token('administrator', name)
  const state = (more: object = {}, token = administrator()) =>
    world.ask(STATE, { token, variables: { input: { ...DATA, ...more } } })
  const decide = (input: object, token = administrator('admin-2')) => world.ask(DECIDE, { token, variables: { input } })
  const list = async () => (await world.ask(LIST, { token: administrator() })).data.authorities
  const code = ({ errors }: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    errors?.[0]?.extensions['code']
  const decision = async () => {
    const asked = `{ listing(id: "${id}") { documents { kind html missing { name } } } }`
    const { data } = await world.ask(asked, { token: world.token('officer', 'officer-1') })
    return data.listing.documents.find(({ kind }: { kind: string }) => kind === 'DECISION')
  }

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构商贸有限公司')])
    await world.bring('penalties', [penalty(one, '虚市监处罚〔2026〕1号')])
    id = await publishListing(world, one, '虚市监处罚〔2026〕1号')
  })
  after(() => world.close())

  it('is asked for where a case names an authority that has stated nothing', async () => {
    expect(await list()).to.deep.equal([{ name: NAME, hasCases: true, held: null, waiting: null }])
    const { missing } = await decision()
    expect(missing.map(({ name }: { name: string }) => name)).to.include.members([
      'contact',
      'court',
      'reconsiderationBody',
    ])
  })

  it('fills the documents once another administrator has confirmed it, not before', async () => {
    const { data } = await state()
    expect(data.stateAuthority.state).to.equal('PROPOSED')
    expect(code(await state())).to.equal('AUTHORITY_WAITS')
    expect((await decision()).html).to.not.include(DATA.court)
    const input = { id: data.stateAuthority.id, verdict: 'CONFIRM' }
    expect(code(await decide(input, administrator()))).to.equal('SECOND_PERSON')
    expect((await decide(input)).data.decideAuthority).to.deep.include({ state: 'IN_FORCE', decidedBy: 'admin-2' })
    expect(code(await decide(input))).to.equal('AUTHORITY_SETTLED')
    const { html, missing } = await decision()
    for (const text of [DATA.court, DATA.reconsiderationBody, DATA.telephone, DATA.address])
      expect(html).to.include(text)
    expect(missing.map(({ name }: { name: string }) => name)).to.not.include('court')
  })

  it('stays as it was when a change is refused or withdrawn', async () => {
    const change = async () => (await state({ address: '虚构市新路 2 号' })).data.stateAuthority.id
    const refused = await change()
    expect(code(await decide({ id: refused, verdict: 'REFUSE' }))).to.equal('INPUT_INVALID')
    expect(code(await decide({ id: refused, verdict: 'WITHDRAW' }))).to.equal('AUTHORITY_ANOTHERS')
    expect((await decide({ id: refused, verdict: 'REFUSE', note: '地址有误' })).data.decideAuthority.state).to.equal(
      'REFUSED',
    )
    const withdrawn = await change()
    await decide({ id: withdrawn, verdict: 'WITHDRAW' }, administrator())
    const [held] = await list()
    expect(held).to.deep.include({ held: { address: DATA.address, proposedBy: 'admin-1' }, waiting: null })
  })

  it('is stated by administrators alone, complete, and without numbers of persons', async () => {
    for (const role of ['officer', 'reviewer', 'auditor', 'agency'] as const)
      expect(code(await state({}, world.token(role))), role).to.equal('FORBIDDEN')
    expect(code(await state({ court: ' ' }))).to.equal('INPUT_INVALID')
    expect(code(await state({ contact: '联系人 11010119900307123X' }))).to.equal('INPUT_INVALID')
  })

  it('is not confirmed once the account of whoever stated it has ended', async () => {
    const { db } = world.database
    const { client_id } = await confirmedClient(db, { name: 'leaver', role: 'administrator' }, [], NOW)
    const stated = await state({ name: '虚构县市场监督管理局' }, administrator(client_id))
    await endAccount(db, 'clients', client_id, NOW)
    expect(code(await decide({ id: stated.data.stateAuthority.id, verdict: 'CONFIRM' }))).to.equal('PROPOSER_ENDED')
    const refused = await decide({ id: stated.data.stateAuthority.id, verdict: 'REFUSE', note: '已离岗' })
    expect(refused.data.decideAuthority.state).to.equal('REFUSED')
  })
})
