import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { globalOf, keyIn } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, seenOutside, type World } from '../world.js'

const SEE_REMOVED: Role[] = ['officer', 'reviewer', 'auditor', 'party']
const OTHERS: Role[] = ['marketplace', 'credit_service', 'agency', 'administrator']
const REASON = '销售假冒注册商标的商品'
const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`

describe('removed entries', () => {
  let world: World
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const officer = () => world.token('officer', 'officer-1')
  const as = (role: Role, code = one) => world.token(role, role === 'party' ? code : `${role}-9`)
  const move = async (name: string, id: string, input: object) => {
    const answer = await world.ask(`mutation($i: MoveInput!) { ${name}(input: $i) { listing { id } } }`, {
      token: officer(),
      variables: { i: { id, ...input } },
    })
    expect(answer.errors, name).to.equal(undefined)
  }
  let removed: string
  let lead: string

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [one, two, three].map((code, i) => registration(code, `虚构${'甲乙丙'[i]}有限公司`)),
    )
    await world.bring('penalties', [penalty(one, numberOf(1)), penalty(two, numberOf(2))])
    await world.bring('dishonest', [mirrored(three, 'old-3', '2024-05-15'), mirrored(three, 'over-3', '2019-05-15')])
    removed = await publishListing(world, one, numberOf(1))
    await move('removeListing', removed, { on: '2026-03-01', removal: 'REVOKED', reason: '错误' })
    const opened = await world.ask(
      `mutation { openLead(input: {code: "${two}", list: "serious", reason: "举报", on: "2026-02-01"}) { listing { id } } }`,
      { token: officer() },
    )
    lead = opened.data.openLead.listing.id
  })
  after(() => world.close())

  const PAST = '2026-02-10'

  it('authorised roles get the full list of a past day, others only the entries that still stand', async () => {
    const listOf = async (role: Role) => {
      const asked = `{ blacklist(asOf: "${PAST}", filter: {region: "22"}) { totalCount nodes { id state removedOn } } }`
      return (await world.ask(asked, { token: as(role) })).data.blacklist
    }
    for (const role of ['officer', 'reviewer', 'auditor'] as Role[])
      expect(await listOf(role), role).to.deep.equal({
        totalCount: 1,
        nodes: [{ id: removed, state: 'PUBLISHED', removedOn: null }],
      })
    for (const role of ['party', ...OTHERS] as Role[])
      expect(await listOf(role), role).to.deep.equal({ totalCount: 0, nodes: [] })
  })

  const question = () => `{ listing(id: "${removed}") { reason } node(id: "${removed}") { id }
    now: operator(code: "${one}") { listings { state reason } }
    past: operator(code: "${one}", asOf: "${PAST}") { listings { state reason } standing { listings { reason } } }
    standing(code: "${one}", asOf: "${PAST}") { listed listings { reason } } }`

  for (const role of OTHERS) {
    it(`are hidden from ${role}, whatever the day of the query`, async () => {
      const { data, errors } = await world.ask(question(), { token: as(role) })
      expect(errors).to.equal(undefined)
      expect(data).to.deep.equal({
        listing: null,
        node: null,
        now: { listings: [] },
        past: { listings: [], standing: { listings: [] } },
        standing: { listed: false, listings: [] },
      })
    })
  }

  for (const role of SEE_REMOVED) {
    it(`${role} sees the removed entry now and on the day it stood`, async () => {
      const { data } = await world.ask(question(), { token: as(role) })
      expect(data.listing).to.deep.equal({ reason: REASON })
      expect(data.now.listings).to.deep.equal([{ state: 'REMOVED', reason: REASON }])
      expect(data.past.listings).to.deep.equal([{ state: 'PUBLISHED', reason: REASON }])
      expect(data.standing.listed).to.equal(true)
    })
  }

  it('leads, cases, mirrored entries and deliveries are hidden from every agency', async () => {
    const mirror = globalOf('Listing', `m${await recordId(world, 'old-3')}`)
    const query = `{ lead: listing(id: "${lead}") { id } mirror: listing(id: "${mirror}") { id }
      two: operator(code: "${two}") { listings { id } } three: operator(code: "${three}") { listings { id } } }`
    for (const agency of [null, 'marketplaces', 'certifiers', 'market-regulator']) {
      const { data } = await world.ask(query, { token: world.token('agency', 'some-client', agency ?? undefined) })
      expect(data).to.deep.equal({ lead: null, mirror: null, two: { listings: [] }, three: { listings: [] } })
    }
  })

  it('an administrator sees open cases and standing mirrored entries, but no ended ones', async () => {
    const mirror = globalOf('Listing', `m${await recordId(world, 'over-3')}`)
    const { data } = await world.ask(
      `{ lead: listing(id: "${lead}") { state } over: listing(id: "${mirror}") { id }
        two: operator(code: "${two}") { listings { state } }
        three: operator(code: "${three}") { listings { state decidedOn } }
        past: operator(code: "${three}", asOf: "2025-01-01") { listings { decidedOn } }
        met: deadlines(state: MET) { nodes { listing { id } } } }`,
      { token: as('administrator') },
    )
    expect(data).to.deep.equal({
      lead: { state: 'LEAD' },
      over: null,
      two: { listings: [{ state: 'LEAD' }] },
      three: { listings: [{ state: 'PUBLISHED', decidedOn: '2024-05-15' }] },
      past: { listings: [{ decidedOn: '2024-05-15' }] },
      met: { nodes: [] },
    })
    const auditor = await world.ask(`{ deadlines(state: MET) { nodes { listing { id } } } }`, { token: as('auditor') })
    expect(auditor.data.deadlines.nodes).to.not.have.length(0)
  })

  it('an entry past its term is hidden on every past day, even before the clock ends it', async () => {
    await world.bring('registry', [registration(uscc(4), '虚构丁有限公司')])
    await world.bring('penalties', [penalty(uscc(4), numberOf(4))])
    const id = await publishListing(world, uscc(4), numberOf(4))
    const asked = async (asOf: string) => {
      const { data } = await world.ask(
        `{ listing(id: "${id}") { id } blacklist(asOf: "${asOf}") { totalCount nodes { id } }
          standing(code: "${uscc(4)}", asOf: "${asOf}") { listed listings { id } }
          operator(code: "${uscc(4)}", asOf: "${asOf}") { listings { id } standing { listed } } }`,
        { token: as('marketplace') },
      )
      return data
    }
    const there = {
      listing: { id },
      blacklist: { totalCount: 1, nodes: [{ id }] },
      standing: { listed: true, listings: [{ id }] },
      operator: { listings: [{ id }], standing: { listed: true } },
    }
    const nowhere = {
      listing: null,
      blacklist: { totalCount: 0, nodes: [] },
      standing: { listed: false, listings: [] },
      operator: { listings: [], standing: { listed: false } },
    }
    // Its last day is 2029-02-04, which ends in China at 16:00 UTC.
    world.setNow(new Date('2029-02-04T15:59:59Z'))
    for (const day of ['2029-02-04', '2028-01-01']) expect(await asked(day), day).to.deep.equal(there)
    world.setNow(new Date('2029-02-04T16:00:00Z'))
    for (const day of ['2029-02-04', '2028-01-01', '2029-02-05', '2029-03-01'])
      expect(await asked(day), day).to.deep.equal(nowhere)
    world.setNow(NOW)
  })

  it('outsiders do not see an entry on days before its unhiding, or before its restoration after a repair', async () => {
    const [hidden, restored] = [uscc(5), uscc(6)]
    await world.bring('registry', [registration(hidden, '虚构戊有限公司'), registration(restored, '虚构己有限公司')])
    await world.bring('penalties', [penalty(hidden, numberOf(5)), penalty(restored, numberOf(6))])
    const ids = [
      await publishListing(world, hidden, numberOf(5)),
      await publishListing(world, restored, numberOf(6)),
    ] as const
    const on = async (day: string, name: string, id: string, input: object) => {
      world.setNow(new Date(`${day}T02:00:00Z`))
      await move(name, id, { on: day, reason: '核实', documentNumber: '虚市监〔2026〕9号', ...input })
    }
    await on('2026-03-02', 'hideListing', ids[0], { hiding: 'ERROR' })
    await on('2026-03-20', 'unhideListing', ids[0], {})
    await on('2028-03-01', 'removeListing', ids[1], { removal: 'REPAIRED' })
    await on('2028-04-01', 'restoreListing', ids[1], {})
    const listed = async (code: string, asOf: string, token?: string) => {
      const { data } = await world.ask(
        `{ standing(code: "${code}", asOf: "${asOf}") { listed } blacklist(asOf: "${asOf}", filter: {name: "${code}"}) { totalCount nodes { id } } }`,
        token ? { token } : {},
      )
      expect(data.blacklist.nodes).to.have.length(data.blacklist.totalCount)
      return [data.standing.listed, data.blacklist.totalCount]
    }
    for (const [code, day, there] of [
      [hidden, '2026-02-10', false],
      [hidden, '2026-03-10', false],
      [hidden, '2026-03-19', false],
      [hidden, '2026-03-20', true],
      [restored, '2027-01-01', false],
      [restored, '2028-03-15', false],
      [restored, '2028-04-01', true],
    ] as const)
      expect(await listed(code, day), `${code} ${day}`).to.deep.equal([there, there ? 1 : 0])
    // An auditor gets each day as it was.
    for (const [code, day, there] of [
      [hidden, '2026-02-10', true],
      [hidden, '2026-03-10', false],
      [restored, '2027-01-01', true],
      [restored, '2028-03-15', false],
    ] as const)
      expect((await listed(code, day, as('auditor')))[0], `${code} ${day}`).to.equal(there)
    world.setNow(NOW)
  })

  describe('a score that counted a hidden entry', () => {
    const code = uscc(7)
    let scoreId: string
    let shownId: string
    before(async () => {
      await world.bring('registry', [registration(code, '虚构庚有限公司')])
      await world.bring('penalties', [penalty(code, numberOf(7))])
      shownId = await publishListing(world, code, numberOf(7))
      const operator = await operatorId(world, code)
      const record = await recordId(world, `${numberOf(7)}/${code}`)
      await scored(world, operator, 500, 'C', [record], '2026-02-01')
      const knownAt = (await world.database.db('knowledge').first('latest')).latest
      const fact = { fact: 'serious_list', why: 'VETO', knownAt } as const
      await scored(world, operator, 300, 'D', [record], '2026-02-10', fact)
      const row = await world.database.db('scores').where({ value: 300 }).first('id')
      scoreId = globalOf('Score', row.id)
      await seenOutside(world, [code], { marketplace: 'marketplace-9', service: 'credit_service-9' })
    })
    after(() => world.setNow(NOW))

    const told = async (role: Role, asOf = '2026-02-15') => {
      const token = world.token(role, role === 'party' ? code : `${role}-9`)
      const { data, errors } = await world.ask(
        `{ operator(code: "${code}", asOf: "${asOf}") { score { value } standing { grade score } }
          standing(code: "${code}", asOf: "${asOf}") { grade score objected overridden }
          node(id: "${scoreId}") { ... on Score { value } }
          operators(filter: {grade: D, name: "虚构庚"}) { totalCount nodes { uscc } } }`,
        { token },
      )
      expect(errors).to.equal(undefined)
      const json = await fetch(`${world.url}/v1/scores/${scoreId}`, { headers: { authorization: `Bearer ${token}` } })
      const { operator, standing, node, operators } = data
      expect([operator.standing.grade, operator.standing.score]).to.deep.equal([standing.grade, standing.score])
      return [operator.score?.value ?? null, standing.grade, node?.value ?? null, operators.totalCount, json.status]
    }
    const withReasons = (role: Role) => (['marketplace', 'credit_service'].includes(role) ? 403 : 200)

    it('is shown to all who see scores while the entry is public', async () => {
      for (const role of [...OTHERS, ...SEE_REMOVED])
        expect(await told(role), role).to.deep.equal([300, 'D', 300, 1, withReasons(role)])
    })

    it('is withheld from roles that see no removed entries, except for days before the publication', async () => {
      await move('hideListing', shownId, { on: '2026-03-02', hiding: 'ERROR', reason: '核实' })
      for (const role of OTHERS) {
        const missing = withReasons(role) === 200 ? 404 : 403
        expect(await told(role), role).to.deep.equal([null, null, null, 0, missing])
        expect((await told(role, '2026-02-05')).slice(0, 2), role).to.deep.equal([500, 'C'])
      }
      // The hiding counts in the score at once, so today's filter by grade D finds nobody.
      for (const role of SEE_REMOVED) expect(await told(role), role).to.deep.equal([300, 'D', 300, 0, 200])
    })

    it('stays withheld for the days before the unhiding, and after the removal', async () => {
      world.setNow(new Date('2026-03-20T02:00:00Z'))
      await move('unhideListing', shownId, { on: '2026-03-20', reason: '核实' })
      expect((await told('marketplace')).slice(0, 2)).to.deep.equal([null, null])
      await move('removeListing', shownId, { on: '2026-03-20', removal: 'REVOKED', reason: '错误' })
      expect((await told('marketplace')).slice(0, 2)).to.deep.equal([null, null])
      // A score computed after the removal no longer counts the entry.
      await scored(world, await operatorId(world, code), 700, 'B', [], '2026-03-20')
      expect((await told('marketplace', '2026-03-20')).slice(0, 2)).to.deep.equal([700, 'B'])
      // The score computed on the day of the hiding did not count the entry either.
      expect((await told('marketplace', '2026-03-10')).slice(0, 2)).to.deep.equal([460, 'C'])
    })
  })

  it('a party sees its own removed entries only', async () => {
    const { data } = await world.ask(question(), { token: as('party', two) })
    expect(data).to.deep.include({ listing: null, now: null, past: null })
    expect(data.standing).to.deep.equal({ listed: false, listings: [] })
    expect(keyIn(removed)).to.have.length(36)
  })
})
