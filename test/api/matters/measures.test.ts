import { expect } from 'chai'
import { keyIn } from '../global-ids.js'
import { worldWithListing } from '../listed-world.js'
import { uscc } from '../record-drafts.js'
import type { Answer, World } from '../world.js'
import { makeTokens } from './tokens.js'

const MEASURES = 'measures { item ground seat organisation { zh en } state stateName { zh } dueOn late lifted matter }'
const SHOWN = `id state holder content { fields { name value } moves { move seat } } clocks { clock dueOn seat }`
const ITEM = '限制申请财政性资金项目'

describe('measures over GraphQL', () => {
  let world: World
  let [listing, former] = ['', '']
  before(async () => {
    ;[world, listing, former = ''] = await worldWithListing('长春虚构商贸有限公司', '吉林虚构电商有限公司')
  })
  after(() => world.close())

  const token = makeTokens(() => world)
  const finance = (sub = 'finance-1') => token(sub, 'agency', 'finance', '220000')
  const measures = async (by: string | undefined, id = listing) => {
    const asked = `query ($id: ID!) { listing(id: $id) { ${MEASURES} } }`
    const { data, errors } = await world.ask(asked, { variables: { id }, ...(by !== undefined && { token: by }) })
    expect(errors).to.equal(undefined)
    return data.listing.measures as Record<string, string>[]
  }
  const move = (input: object, by: string): Promise<Answer> =>
    world.ask(`mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { ${SHOWN} } }`, {
      variables: { input },
      token: by,
    })
  const report = (input: object, by: string): Promise<Answer> =>
    world.ask(`mutation ($input: AppliedMeasureInput!) { reportAppliedMeasure(input: $input) { ${SHOWN} } }`, {
      variables: { input },
      token: by,
    })
  const remove = async (id: string) => {
    const input = { id, on: '2026-03-01', removal: 'REVOKED', reason: '处罚被撤销' }
    const asked = 'mutation ($input: MoveInput!) { removeListing(input: $input) { listing { state } } }'
    const { errors } = await world.ask(asked, { variables: { input }, token: world.token('officer', 'officer-1') })
    expect(errors).to.equal(undefined)
  }
  const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions?.['code'])

  it('are shown to the staff of the hub and the party, to an organisation its own, and to nobody else', async () => {
    const all = await measures(token('officer-1', 'officer'))
    expect(all).to.have.length(6)
    expect(all.find(({ seat }) => seat === 'finance@220000')).to.deep.include({
      item: ITEM,
      organisation: { zh: '吉林省财政厅', en: 'Finance, 220000' },
      state: 'INSTRUCTED',
      dueOn: null,
      late: false,
      lifted: false,
    })
    for (const role of ['reviewer', 'administrator', 'auditor'] as const)
      expect(await measures(token(`${role}-1`, role))).to.have.length(6)
    expect(await measures(token('officer-1', 'officer', 'market-regulator', '220000'))).to.have.length(6)
    expect(await measures(token(uscc(1), 'party'))).to.have.length(6)
    expect((await measures(finance())).map(({ seat }) => seat)).to.deep.equal(['finance@220000'])
    expect(await measures(token('agency-1', 'agency', 'tax-bureau', '220000'))).to.deep.equal([])
    expect(await measures(token(uscc(2), 'party'))).to.deep.equal([])
    expect(await measures(token('marketplace-1', 'marketplace'))).to.deep.equal([])
    expect(await measures(undefined)).to.deep.equal([])
  })

  it('are read and readdressed by caseworkers of the region, also from an agency, and by nobody else', async () => {
    const [own] = await measures(finance())
    const id = own?.['matter'] ?? ''
    const region = await world.database
      .db('operators')
      .where({ uscc: uscc(1) })
      .first('region')
    expect(region.region).to.match(/^2201/)
    const offered = async (by: string) => {
      const asked = 'query ($id: ID!) { matter(id: $id) { content { code } allowedMoves { code } } }'
      const { data } = await world.ask(asked, { variables: { id }, token: by })
      const { content = null, allowedMoves = [] } = data.matter ?? {}
      return [content !== null, allowedMoves.some(({ code }: { code: string }) => code === 'readdress')]
    }
    const beside = token('officer-1', 'officer', 'market-regulator', '220000')
    for (const by of [
      token('officer-1', 'officer'),
      token('reviewer-1', 'reviewer'),
      beside,
      token('officer-1', 'officer', 'market-regulator', '220100'),
    ])
      expect(await offered(by)).to.deep.equal([true, true])
    for (const role of ['administrator', 'auditor'] as const)
      expect(await offered(token(`${role}-1`, role))).to.deep.equal([true, false])
    for (const by of [
      token('officer-1', 'officer', 'market-regulator', '220200'),
      token('officer-1', 'officer', null, '220200'),
    ])
      expect(await offered(by)).to.deep.equal([false, false])
    expect(await offered(token('agency-1', 'agency', 'market-regulator', '220000'))).to.deep.equal([false, false])
    const readdress = { id, move: 'readdress', reason: '虚构：职责已经划转', to: 'human-resources@220000' }
    for (const [by, code] of [
      [token('officer-1', 'officer', 'market-regulator', '220200'), 'MATTER_MOVE_REFUSED'],
      [token('officer-1', 'officer', null, '220200'), 'MATTER_MOVE_REFUSED'],
      [token('hub', 'marketplace'), 'MATTER_UNKNOWN'],
      [finance(), 'MATTER_MOVE_REFUSED'],
    ] as const)
      expect(codes(await move(readdress, by))).to.deep.equal([code])
    const made = await move({ ...readdress, to: 'finance@220100' }, beside)
    expect(codes(made)).to.equal(undefined)
    expect(made.data.moveMatter.content.moves.at(-1)).to.deep.equal({ move: 'readdress', seat: 'hub' })
    expect(codes(await move({ ...readdress, to: 'finance@220000' }, beside))).to.equal(undefined)
  })

  it('wait for the hub where they are misaddressed or to be closed, and the second person finds his confirmation', async () => {
    const [own] = await measures(finance())
    const id = own?.['matter'] ?? ''
    const [one, other] = ['officer-1', 'officer-2'].map((sub) => token(sub, 'officer')) as [string, string]
    const work = async (by: string) => {
      const { data } = await world.ask('{ worklist(scope: OFFICE) { nodes { kind subject } } }', { token: by })
      return data.worklist.nodes.filter(({ kind }: { kind: string }) => kind.endsWith('_MATTER'))
    }
    const inbox = async (by: string) => {
      const asked = '{ matters(queue: HUB) { nodes { id waitingForName { zh } } } }'
      return (await world.ask(asked, { token: by })).data.matters.nodes
    }
    const waits = [{ id, waitingForName: { zh: '本枢纽' } }]
    expect([await work(one), await inbox(one)]).to.deep.equal([[], []])
    await move({ id, move: 'misaddressed', reason: '虚构：不属本单位职责' }, finance())
    for (const by of [one, other]) expect(await work(by)).to.deep.equal([{ kind: 'MOVE_MATTER', subject: id }])
    for (const by of [one, token('officer-1', 'officer', 'market-regulator', '220000')])
      expect(await inbox(by)).to.deep.equal(waits)
    const elsewhere = token('officer-1', 'officer', 'market-regulator', '220200')
    expect(await work(elsewhere)).to.deep.equal([])
    for (const by of [finance(), token('police-1', 'agency', 'police', '210000')])
      expect(await inbox(by)).to.deep.equal([])
    await move({ id, move: 'readdress', reason: '虚构：职责属财政部门', to: 'finance@220000' }, one)
    expect([await work(one), await inbox(one)]).to.deep.equal([[], []])

    const { db } = world.database
    const set = (state: string, waiting: string) =>
      db.raw(
        `update matters set state = :state, waiting = :waiting, content = jsonb_set(content, '{state}', to_jsonb(:state::text)) where id = :id`,
        {
          ...{ state, waiting, id: keyIn(id) },
        },
      )
    await set('CLOSE_PROPOSED', 'hub')
    expect(await work(one), 'who moved it last').to.deep.equal([])
    expect(await work(other)).to.deep.equal([{ kind: 'CLOSE_MATTER', subject: id }])
    await move({ id, move: 'keep_open', reason: '虚构：仍可联系' }, other)
    expect(await work(other)).to.deep.equal([])
    await set('INSTRUCTED', 'finance@220000')
  })

  it('say by which day they would have to be lifted if their entry were removed today', async () => {
    const asked = `query ($id: ID!) { listing(id: $id) { measures { dueIfRemoved } } }`
    const { data } = await world.ask(asked, { variables: { id: listing }, token: token('officer-1', 'officer') })
    expect(data.listing.measures).to.deep.equal(Array(6).fill({ dueIfRemoved: '2026-03-05' }))
  })

  it('are applied and lifted by their organisation; the ledger is open until all are', async () => {
    const [own] = await measures(finance())
    const input = { id: own?.['matter'], documentNumber: '虚财采〔2026〕1号' }
    const limited = [{ name: 'limited', value: '政府采购评审时作为重要考量因素' }]
    const applied = await move({ ...input, move: 'apply', fields: limited }, finance())
    expect(applied.data.moveMatter.state).to.equal('APPLIED')
    const content = await world.ask(`query ($id: ID!) { matter(id: $id) { ${SHOWN} } }`, {
      variables: { id: own?.['matter'] },
      token: token('officer-1', 'officer'),
    })
    expect(JSON.stringify(content.data.matter.content)).to.include('重要考量因素')
    const { db } = world.database
    const confirm = () =>
      db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = now(), attempts = 1, check_due_at = null`)
    await confirm()
    await remove(listing)
    const staff = () => measures(token('officer-1', 'officer'))
    expect((await staff()).map(({ state, dueOn }) => [state, dueOn])).to.deep.equal(
      Array(6).fill(['LIFT_DUE', '2026-03-04']),
    )
    const ledger = async (open: boolean) => {
      const asked = `query ($open: Boolean) { retractions(filter: { open: $open }) { totalCount nodes { done listing { measures { lifted } } } } }`
      const { data } = await world.ask(asked, { variables: { open }, token: token('officer-1', 'officer') })
      return data.retractions
    }
    await confirm()
    expect(await ledger(true)).to.deep.equal({
      totalCount: 1,
      nodes: [{ done: false, listing: { measures: Array(6).fill({ lifted: false }) } }],
    })
    for (const { seat = '', matter } of await staff()) {
      const [agency = '', region = ''] = seat.split('@')
      const lift = { id: matter, move: 'lifted', documentNumber: '虚解〔2026〕1号' }
      expect(codes(await move(lift, token('agency-1', 'agency', agency, region)))).to.equal(undefined)
    }
    expect((await staff()).every(({ lifted }) => lifted)).to.equal(true)
    expect((await ledger(true)).totalCount).to.equal(0)
    expect((await ledger(false)).nodes.map(({ done }: { done: boolean }) => done)).to.deep.equal([true])
  })

  it('of an entry removed before they were followed are lifted where an organisation says that it applies one', async () => {
    const applied = { listing: former, item: ITEM, documentNumber: '虚财采〔2025〕9号', limited: '政府采购' }
    expect(codes(await report(applied, finance())), 'the entry stands').to.deep.equal(['LISTING_UNKNOWN'])
    await remove(former)
    await world.database.db.raw('delete from matters where listing_id = ?', [former])
    expect(codes(await report(applied, token('officer-1', 'officer')))).to.deep.equal(['MATTER_NOT_YOURS'])
    expect(codes(await report({ ...applied, item: '限制呼吸' }, finance()))).to.deep.equal(['MATTER_FIELD_INVALID'])
    expect(codes(await report({ ...applied, limited: ' ' }, finance()))).to.deep.equal(['MATTER_FIELD_INVALID'])
    const { data } = await report(applied, finance())
    const { id, state, content, clocks } = data.reportAppliedMeasure
    expect(state).to.equal('LIFT_DUE')
    expect(clocks).to.deep.equal([{ clock: 'LIFT', dueOn: clocks[0].dueOn, seat: 'finance@220000' }])
    expect(content.moves).to.deep.equal([
      { move: 'open', seat: 'listing' },
      { move: 'still_applied', seat: 'finance@220000' },
    ])
    expect((await report(applied, finance())).data.reportAppliedMeasure.id).to.equal(id)
    await move({ id, move: 'lifted', documentNumber: '虚解〔2026〕2号' }, finance())
    expect((await report(applied, finance())).data.reportAppliedMeasure.id).to.not.equal(id)
  })
})
