import { expect } from 'chai'
import { addDays } from '../../src/foundation/time/dates.js'
import { globalOf, keyIn } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { getRaw } from '../support/holder.js'

const FILES = ['csv', 'jsonl', 'json', 'atom'].map((ending) => `/data/blacklist.${ending}`)

describe('after its removal an entry is public nowhere', () => {
  let world: World
  let kept: string
  let removed: string
  const [one, two] = [uscc(1), uscc(2)]
  const [stays, gone] = ['虚构留名有限公司', '虚构已忘有限公司']
  const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`
  /** Days before, of, between and after the entry's publication and removal. */
  const days = [
    '2026-02-05',
    '2026-02-06',
    '2026-02-20',
    '2026-02-28',
    '2026-03-01',
    TODAY,
    addDays(TODAY, 1),
    '2029-03-01',
  ]

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, stays), registration(two, gone)])
    await world.bring('penalties', [penalty(one, numberOf(1)), penalty(two, numberOf(2))])
    kept = await publishListing(world, one, numberOf(1))
    await world.publish()
    removed = await publishListing(world, two, numberOf(2))
    await world.publish()
    for (const path of [...FILES, '/data/delta?since=1', '/blacklist'])
      expect((await getRaw(`${world.url}${path}`)).text, path).to.include(gone)
    const { errors } = await world.ask(
      `mutation { removeListing(input: {id: "${removed}", on: "2026-03-01", removal: REVOKED, reason: "撤销"}) { listing { id } } }`,
      { token: world.token('officer') },
    )
    expect(errors).to.equal(undefined)
  })
  after(() => world.close())

  const names = (text: string): boolean => [gone, two, numberOf(2)].some((name) => text.includes(name))

  it('not in any file, delta, feed or page, whichever sequence or name is requested', async () => {
    const searches = [gone, two, '已忘'].map((name) => `/blacklist?name=${encodeURIComponent(name)}`)
    const paths = [
      ...FILES,
      ...[0, 1, 2, 3].map((since) => `/data/delta?since=${since}`),
      '/data',
      '/data/manifest.jws',
      '/',
      '/blacklist',
      `/blacklist/${keyIn(removed)}`,
      ...days.flatMap((day) => FILES.map((path) => `${path}?asOf=${day}&sequence=2`)),
    ]
    for (const path of paths) {
      const { status, text } = await getRaw(`${world.url}${path}`)
      expect(status, path).to.be.oneOf([200, 410])
      expect(names(text), path).to.equal(false)
    }
    // A search may find similar names, but then says that no name matches exactly.
    for (const path of searches) {
      const { text } = await getRaw(`${world.url}${path}`)
      expect(text, path).to.match(/没有符合条件的记录|没有名称完全相符的记录/)
      expect(text, path).not.to.include(keyIn(removed))
    }
    const { text } = await getRaw(`${world.url}/data/delta?since=2`)
    expect(JSON.parse(text).removed).to.deep.equal([{ id: keyIn(removed), removedOn: '2026-03-01' }])
  })

  it('its page answers 410, and its identifier reveals nothing in GraphQL', async () => {
    const page = await getRaw(`${world.url}/blacklist/${keyIn(removed)}`)
    expect(page.status).to.equal(410)
    const { data } = await world.ask(
      `{ listing(id: "${removed}") { id reason operator { name } } node(id: "${removed}") { id } }`,
    )
    expect(data?.listing ?? null).to.equal(null)
    expect(data?.node ?? null).to.equal(null)
  })

  it('not in the list, standings or operators of a past day, which omit what was removed since', async () => {
    for (const asOf of days) {
      const { data, errors } = await world.ask(
        `{ blacklist(asOf: "${asOf}", first: 50) { totalCount edges { node { id operator { uscc name } } } }
           filtered: blacklist(filter: {name: "${gone}"}, asOf: "${asOf}", first: 50) { totalCount }
           standing(code: "${two}", asOf: "${asOf}") { listed listings { id } }
           other: standing(code: "${one}", asOf: "${asOf}") { listed listings { id } } }`,
      )
      expect(errors, asOf).to.equal(undefined)
      const inForce = asOf >= '2026-02-06' && asOf < '2029-02-04'
      expect(names(JSON.stringify(data.blacklist)), asOf).to.equal(false)
      expect(data.blacklist.totalCount, asOf).to.equal(inForce ? 1 : 0)
      expect(data.filtered.totalCount, asOf).to.equal(0)
      expect(data.standing, asOf).to.deep.equal({ listed: false, listings: [] })
      expect(data.other, asOf).to.deep.equal({ listed: inForce, listings: inForce ? [{ id: kept }] : [] })
    }
  })

  it('a marketplace, which may query an operator at any day, does not see it either', async () => {
    const token = world.token('marketplace')
    for (const asOf of days) {
      const { data } = await world.ask(
        `{ operator(code: "${two}", asOf: "${asOf}") { listings { id reason } standing { listed listings { id } } }
           standing(code: "${two}", asOf: "${asOf}") { listed listings { id } }
           blacklist(asOf: "${asOf}", first: 50) { edges { node { id } } } }`,
        { token },
      )
      expect(JSON.stringify(data), asOf)
        .not.to.include(removed)
        .and.not.include(globalOf('Listing', keyIn(removed)))
      expect(data?.standing?.listed ?? false, asOf).to.equal(false)
    }
  })
})
