import { expect } from 'chai'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, recordId, type World } from '../world.js'

const CLOCK = '{ startsOn repairFrom endsOn lengthened basis confirmed }'
const CLOCKS = `clocks { severity { severity basis confirmed } gsxt ${CLOCK} creditchina ${CLOCK} }`

describe('publication clocks over HTTP', () => {
  let world: World
  const ids: string[] = []
  const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`
  const bans = [null, '2031-06-30', '2099-12-31', '2028-01-01']
  const clocksOf = async (id: string, token?: string) =>
    (await world.ask(`{ listing(id: "${id}") { endsOn ${CLOCKS} } }`, token ? { token } : {})).data.listing

  before(async () => {
    world = await makeWorld()
    const codes = bans.map((_, i) => uscc(i + 1))
    await world.bring(
      'registry',
      [...codes, uscc(9)].map((code, i) => registration(code, `虚构${i}有限公司`)),
    )
    const penalties = bans.map((effective_until, i) => {
      const made = penalty(codes[i] ?? '', numberOf(i + 1))
      return { ...made, body: { ...made.body, types: ['吊销许可证件', '限制从业'], effective_until } }
    })
    await world.bring('penalties', [...penalties, penalty(uscc(9), numberOf(9))])
    await world.bring('dishonest', [mirrored(uscc(1), 'old-1', '2024-05-15')])
    for (const [i, code] of codes.entries()) ids.push(await publishListing(world, code, numberOf(i + 1)))
  })
  after(() => world.close())

  it('are visible to all who may see the entry, each with its rule and whether that is confirmed', async () => {
    const { severities, clocks } = readClockRules()
    const severity = severities.find(({ to }) => to === '2026-03-31')
    const gsxt = clocks.find((row) => row.clock === 'GSXT' && row.to === null)
    for (const token of [
      undefined,
      world.token('marketplace'),
      world.token('officer'),
      world.token('party', uscc(1)),
    ]) {
      const { endsOn, clocks: shown } = await clocksOf(ids[0] ?? '', token)
      expect(endsOn).to.equal('2029-02-04')
      expect(shown.severity).to.deep.equal({ severity: 'SEVERE', basis: severity?.basis, confirmed: false })
      expect(shown.gsxt).to.deep.equal({
        startsOn: '2026-02-06',
        repairFrom: '2027-02-07',
        endsOn: '2029-02-06',
        lengthened: false,
        basis: gsxt?.basis,
        confirmed: false,
      })
      expect(shown.creditchina).to.include({ startsOn: '2026-02-04', endsOn: '2029-02-04', lengthened: false })
    }
  })

  it('are longer by a ban of the penalty on 公示系统 only, not on the hub’s own list', async () => {
    const { endsOn, clocks } = await clocksOf(ids[1] ?? '')
    expect(clocks.gsxt).to.include({ endsOn: '2031-06-30', lengthened: true })
    expect(clocks.creditchina).to.include({ endsOn: '2029-02-04', lengthened: false })
    expect(endsOn).to.equal('2029-02-04')
    expect((await clocksOf(ids[3] ?? '')).clocks.gsxt).to.include({ endsOn: '2029-02-06', lengthened: false })
  })

  it('have an unknown end on 公示系统 where the ban has no end', async () => {
    const { endsOn, clocks } = await clocksOf(ids[2] ?? '')
    expect(clocks.gsxt).to.include({ startsOn: '2026-02-06', endsOn: null, lengthened: true })
    expect(clocks.creditchina).to.include({ endsOn: '2029-02-04', lengthened: false })
    expect(endsOn).to.equal('2029-02-04')
  })

  it('are copied into the repair notice for the officer to confirm, an unknown end left open', async () => {
    const gsxt = async (id: string | undefined) => {
      const asked = `{ listing(id: "${id}") { documents { kind missing { name why unconfirmed } } } }`
      const { data } = await world.ask(asked, { token: world.token('officer') })
      const notice = data.listing.documents.find(({ kind }: { kind: string }) => kind === 'REPAIR_NOTICE')
      return notice.missing.find(({ name }: { name: string }) => name === 'gsxtEndsOn')
    }
    expect(await gsxt(ids[1])).to.deep.include({ why: 'UNCONFIRMED', unconfirmed: '2031年6月30日' })
    expect(await gsxt(ids[2])).to.deep.include({ why: 'UNKNOWN', unconfirmed: null })
  })

  it('are null for a mirrored entry and before a decision', async () => {
    const officer = world.token('officer', 'officer-1')
    const opened = await world.ask(
      `mutation { openLead(input: {code: "${uscc(9)}", list: "serious", reason: "举报", on: "2026-02-01"}) { listing { id } } }`,
      { token: officer },
    )
    const inside = [opened.data.openLead.listing.id, globalOf('Listing', `m${await recordId(world, 'old-1')}`)]
    for (const id of inside) expect((await clocksOf(id, officer)).clocks, id).to.equal(null)
  })

  it('clocks of a past day count only what had happened by then', async () => {
    const asked = (asOf: string) =>
      world.ask(`{ operator(code: "${uscc(2)}", asOf: "${asOf}") { listings { state ${CLOCKS} } } }`, {
        token: world.token('auditor'),
      })
    const on = async (asOf: string) => (await asked(asOf)).data.operator.listings[0]
    expect(await on('2026-02-03')).to.deep.equal({ state: 'REVIEWED', clocks: null })
    const decided = await on('2026-02-05')
    expect(decided.clocks.gsxt).to.equal(null)
    expect(decided.clocks.creditchina.endsOn).to.equal('2029-02-04')
    expect((await on('2026-02-06')).clocks.gsxt.endsOn).to.equal('2031-06-30')
  })
})
