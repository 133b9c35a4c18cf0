import { expect } from 'chai'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, recordId, type World } from '../world.js'

const ENTRY =
  'id kind state reason basis authority documentNumber decidedOn publishedOn endsOn removedOn removalReason mirrored list { id name { zh } legalBasis { title confirmed } } operator { uscc name } moves { move by role } deliveries { platform state action }'

describe('listings over HTTP', () => {
  let world: World
  let published: string
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [one, two, three].map((code, i) => registration(code, `虚构${'甲乙丙'[i]}有限公司`)),
    )
    await world.bring('penalties', [penalty(one, numberOf(1)), penalty(two, numberOf(2)), penalty(three, numberOf(3))])
    await world.bring('dishonest', [mirrored(one, 'old-1', '2024-05-15')])
    published = await publishListing(world, one, numberOf(1))
  })
  after(() => world.close())

  it('the public reads an entry without its proceedings', async () => {
    const { data, errors } = await world.ask(`{ listing(id: "${published}") { ${ENTRY} } }`)
    expect(errors).to.equal(undefined)
    expect(data.listing).to.deep.include({
      id: published,
      kind: 'serious',
      state: 'PUBLISHED',
      reason: '销售假冒注册商标的商品',
      authority: '虚构市市场监督管理局',
      documentNumber: '虚市监列〔2026〕1号',
      decidedOn: '2026-02-04',
      publishedOn: '2026-02-06',
      endsOn: '2029-02-04',
      removedOn: null,
      mirrored: false,
      operator: { uscc: one, name: '虚构甲有限公司' },
      moves: [],
      deliveries: [],
    })
    expect(data.listing.list.name.zh).to.equal('市场监督管理严重违法失信名单')
  })

  it('P-B9: the uuid is the only id of an entry in GraphQL, /v1, /data and the address of its page', async () => {
    const [{ listing_id: uuid }] = await world.database.db('public_entries').select('listing_id')
    expect(published).to.equal(uuid)
    const { data } = await world.ask(
      `{ node(id: "${uuid}") { __typename id } listing(id: "${uuid}") { id } blacklist { nodes { id } } }`,
      { token: world.token('officer') },
    )
    expect(data).to.deep.equal({
      node: { __typename: 'Listing', id: uuid },
      listing: { id: uuid },
      blacklist: { nodes: [{ id: uuid }] },
    })
    const standing = (await (await fetch(`${world.url}/v1/standing/${one}`)).json()) as { listings: { id: string }[] }
    expect(standing.listings.map(({ id }) => id)).to.deep.equal([uuid])
    await world.publish()
    const list = (await (await fetch(`${world.url}/data/blacklist.json`)).json()) as { entries: { id: string }[] }
    expect(list.entries.map(({ id }) => id)).to.deep.equal([uuid])
    expect((await fetch(`${world.url}/blacklist/${uuid}`)).status).to.equal(200)
  })

  it('P-B9: the former global id of an entry is accepted, and its page redirects to the uuid', async () => {
    const former = Buffer.from(`Listing:${published}`).toString('base64url')
    const query = `{ node(id: "${former}") { id } listing(id: "${former}") { id } }`
    const { data } = await world.ask(query, { token: world.token('officer') })
    expect(data).to.deep.equal({ node: { id: published }, listing: { id: published } })
    for (const lang of ['', '?lang=en']) {
      const answer = await fetch(`${world.url}/blacklist/${former}${lang}`, { redirect: 'manual' })
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([301, `/blacklist/${published}${lang}`])
    }
    const none = Buffer.from('Listing:m1').toString('base64url')
    expect((await fetch(`${world.url}/blacklist/${none}`, { redirect: 'manual' })).status).to.equal(404)
  })

  it('an entry shows the public only the identity of its operator', async () => {
    const { data, errors } = await world.ask(
      `{ listing(id: "${published}") { operator { kind region registrationStatus regNo formerNames codes { code } score { value } records { totalCount nodes { id } } listings { id } standing { listed score } } } }`,
    )
    expect(errors).to.equal(undefined)
    expect(data.listing.operator).to.deep.equal({
      kind: 'ENTERPRISE',
      region: '220102',
      registrationStatus: null,
      regNo: null,
      formerNames: [],
      codes: [],
      score: null,
      records: { totalCount: 0, nodes: [] },
      listings: [{ id: published }],
      standing: { listed: true, score: null },
    })
  })

  it('an officer sees the moves and deliveries of an entry; an agency sees neither', async () => {
    const officer = await world.ask(`{ listing(id: "${published}") { ${ENTRY} } }`, { token: world.token('officer') })
    expect(officer.data.listing.moves.map((each: { move: string }) => each.move)).to.deep.equal([
      'openLead',
      'linkDecision',
      'proposeListing',
      'notifyListing',
      'reviewListing',
      'consentListing',
      'decideListing',
      'serveListing',
      'publishListing',
    ])
    expect(officer.data.listing.moves[4]).to.deep.equal({ move: 'reviewListing', by: 'reviewer-1', role: 'reviewer' })
    expect(officer.data.listing.deliveries).to.have.deep.members(
      ['national', 'jilin', 'creditchina', 'creditjilin'].map((platform) => ({
        platform,
        state: 'OWED',
        action: 'ADD',
      })),
    )
    const agency = await world.ask(`{ listing(id: "${published}") { moves { move } deliveries { platform } } }`, {
      token: world.token('agency'),
    })
    expect(agency.data.listing.moves).to.deep.equal([])
    expect(agency.data.listing.deliveries).to.deep.equal([])
  })

  it('an unpublished case and a mirrored entry are null for outsiders and shown to an auditor', async () => {
    const officer = world.token('officer', 'officer-1')
    const opened = await world.ask(
      `mutation { openLead(input: {code: "${two}", list: "serious", reason: "举报", on: "2026-02-01"}) { listing { id state allowedMoves operator { uscc } } } }`,
      { token: officer },
    )
    expect(opened.data.openLead.listing).to.deep.include({
      state: 'LEAD',
      operator: { uscc: two },
      allowedMoves: ['linkDecision', 'proposeListing', 'dropListing'],
    })
    const hidden = [opened.data.openLead.listing.id, globalOf('Listing', `m${await recordId(world, 'old-1')}`)]
    const absent = [
      globalOf('Listing', '00000000-0000-4000-8000-000000000000'),
      globalOf('Listing', 'm99999'),
      'nonsense',
      '',
    ]
    for (const id of [...hidden, ...absent]) {
      for (const token of [undefined, world.token('marketplace'), world.token('party', three)]) {
        const { status, data, errors } = await world.ask(`{ listing(id: "${id}") { id } }`, token ? { token } : {})
        expect({ status, data, errors }).to.deep.equal({ status: 200, data: { listing: null }, errors: undefined })
      }
    }
    const inside = await world.ask(
      `{ a: listing(id: "${hidden[0]}") { state mirrored } b: listing(id: "${hidden[1]}") { state mirrored kind authority documentNumber endsOn } }`,
      { token: world.token('auditor') },
    )
    expect(inside.data.a).to.deep.equal({ state: 'LEAD', mirrored: false })
    expect(inside.data.b).to.deep.equal({
      state: 'PUBLISHED',
      mirrored: true,
      kind: 'ecommerce-2018',
      authority: null,
      documentNumber: null,
      endsOn: '2027-05-15',
    })
  })

  it('the blacklist filters by name, code, list, region and day', async () => {
    const count = async (args: string) => {
      const { data } = await world.ask(`{ blacklist(${args}) { totalCount nodes { id } edges { node { id } } } }`)
      expect(data.blacklist.nodes).to.have.length(data.blacklist.totalCount)
      return data.blacklist.totalCount
    }
    expect(await count('first: 5')).to.equal(1)
    expect(await count('filter: {name: "虚构甲"}')).to.equal(1)
    expect(await count(`filter: {name: "${one}"}`)).to.equal(1)
    expect(await count('filter: {name: "不存在"}')).to.equal(0)
    expect(await count('filter: {list: "serious", region: "2201"}')).to.equal(1)
    expect(await count('filter: {list: "ecommerce-2018"}')).to.equal(0)
    expect(await count('asOf: "2026-02-05"')).to.equal(0)
    expect(await count('asOf: "2029-02-04"')).to.equal(1)
    expect(await count('asOf: "2029-02-05"')).to.equal(0)
  })

  it('pages through the blacklist by cursor with a fixed number of statements', async () => {
    await publishListing(world, three, numberOf(3))
    const ids: string[] = []
    for (let after: string | null = null; ; ) {
      const { data } = await world.ask(
        'query($a: String) { blacklist(first: 1, after: $a) { edges { node { id } cursor } pageInfo { hasNextPage endCursor } } }',
        { variables: { a: after } },
      )
      ids.push(...data.blacklist.edges.map((edge: { node: { id: string } }) => edge.node.id))
      if (!data.blacklist.pageInfo.hasNextPage) break
      after = data.blacklist.pageInfo.endCursor
    }
    expect(new Set(ids).size).to.equal(2)
    const cost = async (first: number) =>
      (await world.statements(() => world.ask(`{ blacklist(first: ${first}) { totalCount nodes { ${ENTRY} } } }`)))
        .length
    expect(await cost(1)).to.equal(await cost(100))
  })

  it('a move needs a token and a role that may make it', async () => {
    const mutation = `mutation { openLead(input: {code: "${one}", list: "serious", reason: "x", on: "2026-02-01"}) { listing { id } } }`
    const nobody = await world.ask(mutation)
    expect(nobody.errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
    for (const role of ['marketplace', 'credit_service', 'agency', 'administrator', 'auditor', 'party'] as const) {
      const { errors } = await world.ask(mutation, { token: world.token(role, one) })
      expect(errors?.[0]?.extensions['code'], role).to.equal('FORBIDDEN')
    }
  })

  it('a forbidden move is refused with its reason and changes nothing', async () => {
    const officer = world.token('officer', 'officer-1')
    const again = await world.ask(
      `mutation { publishListing(input: {id: "${published}", on: "2026-03-01"}) { listing { id } } }`,
      { token: officer },
    )
    expect(again.errors?.[0]?.extensions).to.deep.include({ code: 'MOVE_NOT_ALLOWED' })
    expect(again.errors?.[0]?.message).to.contain('当前状态不允许此步骤')
    const unknown = await world.ask(
      `mutation { publishListing(input: {id: "${globalOf('Listing', 'm1')}", on: "2026-03-01"}) { listing { id } } }`,
      { token: officer },
    )
    expect(unknown.errors?.[0]?.extensions['code']).to.equal('LISTING_UNKNOWN')
    const noOperator = await world.ask(
      `mutation { openLead(input: {code: "${uscc(99)}", list: "serious", reason: "x", on: "2026-02-01"}) { listing { id } } }`,
      { token: officer },
    )
    expect(noOperator.errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    const noPenalty = await world.ask(
      `mutation { linkDecision(input: {id: "${published}", on: "2026-02-01", record: "${published}"}) { listing { id } } }`,
      { token: officer },
    )
    expect(noPenalty.errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
  })

  it('a removed entry leaves the public list and no longer sets `listed`; officers see it with its reason', async () => {
    const token = world.token('officer', 'officer-1')
    const removed = await world.ask(
      `mutation { removeListing(input: {id: "${published}", on: "2026-03-01", removal: REVOKED, reason: "处罚被撤销", documentNumber: "虚市监撤〔2026〕1号"}) { listing { state removedOn removalReason operator { standing { listed } } deliveries { action } } } }`,
      { token },
    )
    expect(removed.errors).to.equal(undefined)
    expect(removed.data.removeListing.listing).to.deep.include({
      state: 'REMOVED',
      removedOn: '2026-03-01',
      removalReason: 'REVOKED',
      operator: { standing: { listed: false } },
    })
    const outside = await world.ask(
      `{ listing(id: "${published}") { id } standing(code: "${one}", asOf: "2026-02-20") { listed } blacklist(filter: {name: "虚构甲"}) { totalCount } }`,
    )
    expect(outside.data).to.deep.equal({ listing: null, standing: { listed: false }, blacklist: { totalCount: 0 } })
  })

  it('a query about a past day shows an officer the case as it stood, and a marketplace no entry removed since', async () => {
    const then = async (args: string, token?: string) => {
      const { data } = await world.ask(
        `{ standing(code: "${one}", asOf: "2026-02-20") { listed } operator(code: "${one}", ${args}) { listings { kind state publishedOn removedOn mirrored } } }`,
        token ? { token } : {},
      )
      const own = data.operator?.listings.find((each: { mirrored: boolean }) => !each.mirrored) ?? null
      return [data.standing.listed, own?.state ?? null, own?.publishedOn ?? null, own?.removedOn ?? null]
    }
    const officer = world.token('officer')
    expect(await then('asOf: "2026-02-20"', officer)).to.deep.equal([true, 'PUBLISHED', '2026-02-06', null])
    expect(await then('asOf: "2026-01-13"', officer)).to.deep.equal([true, 'NOTIFIED', null, null])
    expect(await then('asOf: "2026-01-01"', officer)).to.deep.equal([true, null, null, null])
    expect(await then('knownAt: "2020-01-01T00:00:00Z"', officer)).to.deep.equal([true, null, null, null])
    expect(await then('asOf: "2026-03-02"', officer)).to.deep.equal([true, 'REMOVED', '2026-02-06', '2026-03-01'])
    expect(await then('asOf: "2026-02-20"', world.token('marketplace'))).to.deep.equal([false, null, null, null])
  })
})
