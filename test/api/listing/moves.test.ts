import { expect } from 'chai'
import { publishListing, worldWithListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { NOW, TODAY, type World } from '../world.js'

const INPUT = '$input: MoveInput!'
const at = (day: string) => new Date(`${day}T02:00:00Z`)

describe('moves over HTTP: hiding, repair, deadlines', () => {
  let world: World
  let [first, second] = ['', '']
  const [one, two] = [uscc(1), uscc(2)]
  const officer = () => world.token('officer', 'officer-1')
  const reviewer = () => world.token('reviewer', 'reviewer-1')
  const move = async (name: string, token: string, input: Record<string, unknown>) => {
    const fields =
      'id state allowedMoves hiding { kind on by confirmed confirmUntil late } repair { appliedOn acceptedOn }'
    const query = `mutation(${INPUT}) { ${name}(input: $input) { listing { ${fields} } } }`
    const { data, errors } = await world.ask(query, { token, variables: { input: { on: TODAY, ...input } } })
    return { listing: data?.[name]?.listing, because: errors?.[0]?.extensions['details'] as { because?: string } }
  }

  before(async () => {
    ;[world, first, second = ''] = await worldWithListing('虚构甲有限公司', '虚构乙有限公司')
    await world.bring('dishonest', [mirrored(one, 'old-1', '2024-05-15')])
  })
  after(() => world.close())

  it('a hidden entry is invisible to the public, and shown to a reviewer as late when nobody confirms the hiding', async () => {
    const { listing } = await move('hideListing', officer(), { id: first, hiding: 'OBJECTION', reason: '异议核实' })
    expect(listing).to.deep.include({ state: 'HIDDEN' })
    expect(listing.hiding).to.deep.include({
      kind: 'OBJECTION',
      on: TODAY,
      by: 'officer-1',
      confirmed: false,
      late: false,
    })
    expect(listing.allowedMoves).to.deep.equal(['confirmHiding', 'unhideListing', 'applyRepair', 'removeListing'])
    const outside = await world.ask(
      `{ listing(id: "${first}") { id } blacklist { nodes { id } } standing(code: "${one}") { listed listings { id } } }`,
    )
    expect(outside.data).to.deep.equal({
      listing: null,
      blacklist: { nodes: [{ id: second }] },
      standing: { listed: false, listings: [] },
    })
    world.setNow(at('2026-05-20'))
    const late = await world.ask(
      `{ listing(id: "${first}") { contested hiding { late } } deadlines(state: MISSED) { totalCount nodes { name dueOn state provisional rule { value basis confirmed version } listing { id } } } }`,
      { token: reviewer() },
    )
    expect(late.errors).to.equal(undefined)
    expect(late.data.listing).to.deep.equal({ contested: true, hiding: { late: true } })
    expect(late.data.deadlines.totalCount).to.equal(1)
    expect(late.data.deadlines.nodes[0]).to.deep.include({
      name: 'HIDING_CONFIRMATION',
      state: 'MISSED',
      listing: { id: first },
    })
    expect(late.data.deadlines.nodes[0].rule.confirmed).to.equal(false)
    world.setNow(NOW)
  })

  it('the officer who hid an entry cannot confirm it, another person can, and the party sees no names', async () => {
    const own = await move('confirmHiding', world.token('reviewer', 'officer-1'), { id: first })
    expect(own.because.because).to.equal('SAME_PERSON')
    expect((await move('confirmHiding', reviewer(), { id: first })).listing.hiding.confirmed).to.equal(true)
    const party = await world.ask(`{ listing(id: "${first}") { hiding { kind by confirmed } } }`, {
      token: world.token('party', one),
    })
    expect(party.data.listing).to.deep.equal({
      hiding: { kind: 'OBJECTION', by: null, confirmed: true },
    })
    const other = await world.ask(`{ listing(id: "${first}") { id } }`, { token: world.token('party', two) })
    expect(other.data.listing).to.equal(null)
  })

  it('an unhidden entry is public as before', async () => {
    expect((await move('unhideListing', officer(), { id: first, reason: '核实无误' })).listing.state).to.equal(
      'PUBLISHED',
    )
    const { data } = await world.ask(`{ listing(id: "${first}") { state contested hiding { kind } } }`)
    expect(data.listing).to.deep.equal({ state: 'PUBLISHED', contested: false, hiding: null })
  })

  it('an entry under repair is publicly marked so, and its deadlines are listed page by page', async () => {
    const day = '2027-03-02'
    world.setNow(at(day))
    for (const id of [first, second])
      expect((await move('applyRepair', officer(), { id, on: day, text: '已履行' })).listing.state).to.equal(
        'REPAIR_APPLIED',
      )
    const accepted = await move('acceptRepair', reviewer(), {
      id: first,
      on: day,
      documentNumber: '虚市监受〔2027〕1号',
    })
    expect(accepted.listing.repair).to.deep.equal({ appliedOn: day, acceptedOn: day })
    const page = async (after: string | null) => {
      const { data } = await world.ask(
        `query($after: String) { deadlines(first: 1, after: $after) { totalCount pageInfo { endCursor hasNextPage } nodes { name } } }`,
        { token: officer(), variables: { after } },
      )
      return data.deadlines
    }
    const start = await page(null)
    const rest = await page(start.pageInfo.endCursor)
    expect([start, rest].map(({ totalCount, nodes }) => [totalCount, nodes[0].name])).to.deep.equal([
      [2, 'REPAIR_ACCEPTANCE'],
      [2, 'REPAIR_DECISION'],
    ])
    expect([start.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).to.deep.equal([true, false])
    const { data } = await world.ask(
      `{ standing(code: "${one}") { listed } listing(id: "${first}") { state repair { appliedOn } } }`,
    )
    expect(data).to.deep.equal({ standing: { listed: true }, listing: { state: 'REPAIR_APPLIED', repair: null } })
    const refused = await move('refuseRepair', reviewer(), {
      id: first,
      on: day,
      documentNumber: 'x',
      reason: '未履行',
    })
    expect(refused.listing).to.deep.include({ state: 'PUBLISHED', repair: null })
    world.setNow(NOW)
  })

  it('an invalid file hash is refused, and a valid one is kept in the move', async () => {
    world.setNow(at('2027-03-03'))
    const accept = (fileHash: string) =>
      world.ask(`mutation(${INPUT}) { acceptRepair(input: $input) { listing { moves { act } } } }`, {
        token: officer(),
        variables: { input: { id: second, on: '2027-03-03', documentNumber: '虚市监受〔2027〕2号', fileHash } },
      })
    expect((await accept('abc')).errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    const { data } = await accept('a'.repeat(64))
    expect(data.acceptRepair.listing.moves.at(-1).act).to.deep.include({ fileHash: 'a'.repeat(64) })
    world.setNow(NOW)
  })

  it('a hidden entry does not count in the grade of the next answer, and an unhidden one counts again', async () => {
    const grade = async () =>
      (await world.ask(`{ standing(code: "${two}") { grade } }`, { token: officer() })).data.standing.grade
    const kept = await world.ask(`{ listing(id: "${second}") { state } }`, { token: officer() })
    expect(kept.data.listing.state).to.equal('REPAIR_APPLIED')
    const on = '2027-03-04'
    world.setNow(at(on))
    await move('hideListing', officer(), { id: second, on, hiding: 'ERROR', reason: '疑似列错' })
    const hidden = await grade()
    await move('unhideListing', officer(), { id: second, on, reason: '核实无误' })
    expect([hidden, await grade()]).to.deep.equal(['C', 'D'])
    world.setNow(NOW)
  })

  it('section 7: an amendment proposed by one person moves deadlines when another puts it in force', async () => {
    const code = (answer: Awaited<ReturnType<World['ask']>>) => answer.errors?.[0]?.extensions['code']
    const PAYLOAD = '{ knownUntil moved proposal { id state holidays knownUntil proposedBy decidedBy note } }'
    const amend = (token: string) =>
      world.ask(
        `mutation { amendCalendar(input: {holidays: ["2027-03-08"], reason: "国办发明电", knownUntil: "2027-12-31"}) ${PAYLOAD} }`,
        { token },
      )
    const decide = (token: string, input: Record<string, unknown>) =>
      world.ask(`mutation($input: DecideCalendarInput!) { decideCalendar(input: $input) ${PAYLOAD} }`, {
        token,
        variables: { input },
      })
    for (const role of ['reviewer', 'agency', 'party', 'marketplace'] as const)
      expect(code(await amend(world.token(role))), role).to.equal('FORBIDDEN')
    const foreseen = (token: string) =>
      world.ask(
        `{ calendarForeseen(holidays: ["2027-03-08"], knownUntil: "2027-12-31") {
          knownUntil moves days { on before after } moved { dueOn provisional deadline { dueOn provisional listing { id } } } } }`,
        { token },
      )
    for (const role of ['reviewer', 'agency', 'auditor'] as const)
      expect(code(await foreseen(world.token(role))), role).to.equal('FORBIDDEN')
    const { calendarForeseen: before } = (await foreseen(officer())).data
    expect([before.knownUntil, before.days]).to.deep.equal([
      '2027-12-31',
      [{ on: '2027-03-08', before: true, after: false }],
    ])
    for (const { dueOn, provisional, deadline } of before.moved)
      expect([dueOn, provisional]).to.not.deep.equal([deadline.dueOn, deadline.provisional])
    expect(before.moves).to.be.at.least(1)

    const proposed = (await amend(officer())).data.amendCalendar
    const { id } = proposed.proposal
    expect(proposed).to.deep.include({ moved: 0 })
    expect(proposed.knownUntil).to.not.equal('2027-12-31')
    expect(proposed.proposal).to.deep.include({ state: 'PROPOSED', holidays: ['2027-03-08'], decidedBy: null })
    expect((await foreseen(officer())).data.calendarForeseen, 'nothing has moved yet').to.deep.equal(before)
    expect(code(await amend(world.token('officer', 'officer-2')))).to.equal('CALENDAR_WAITS')
    for (const alike of ['officer-1', 'Officer-1'])
      expect(code(await decide(world.token('officer', alike), { id, verdict: 'CONFIRM' }))).to.equal('SECOND_PERSON')
    expect(code(await decide(reviewer(), { id, verdict: 'CONFIRM' }))).to.equal('FORBIDDEN')

    const { data } = await decide(world.token('officer', 'officer-2'), { id, verdict: 'CONFIRM' })
    expect(data.decideCalendar).to.deep.include({ moved: before.moves, knownUntil: '2027-12-31' })
    expect(data.decideCalendar.proposal).to.include({
      state: 'IN_FORCE',
      proposedBy: 'officer-1',
      decidedBy: 'officer-2',
    })
    expect((await foreseen(officer())).data.calendarForeseen).to.deep.include({ moves: 0, moved: [] })
    expect(code(await decide(world.token('officer', 'officer-2'), { id, verdict: 'CONFIRM' }))).to.equal(
      'CALENDAR_SETTLED',
    )
    const back = await world.ask(
      `mutation { amendCalendar(input: {reason: "误", knownUntil: "2025-12-31"}) { moved } }`,
      {
        token: officer(),
      },
    )
    expect(code(back)).to.equal('INPUT_INVALID')
    for (const role of ['agency', 'party', 'credit_service'] as const) {
      const asked = await world.ask('{ deadlines { totalCount } }', { token: world.token(role) })
      expect(asked.errors?.[0]?.extensions['code'], role).to.equal('FORBIDDEN')
    }
  })

  it('the rules of a list name where repair is applied for, and its measures', async () => {
    const { data } = await world.ask(
      `{ listing(id: "${first}") { list { repair { entrance } measures { item zh confirmed } } } }`,
    )
    expect(data.listing.list.repair).to.deep.equal({ entrance: 'GSXT' })
    expect(data.listing.list.measures.length).to.be.greaterThan(0)
  })

  it('the publication of a minor is refused, and the confirmed age is shown to the officer only, not to public or party', async () => {
    const [three, four] = [uscc(3), uscc(4)]
    await world.bring('registry', [registration(three, '虚构丙有限公司'), registration(four, '虚构丁有限公司')])
    await world.bring('penalties', [penalty(three, '虚市监处罚〔2026〕3号'), penalty(four, '虚市监处罚〔2026〕4号')])
    const minor = publishListing(world, three, '虚市监处罚〔2026〕3号', { ofAge: false })
    expect(await minor.then(() => 'published', String)).to.include('"because":"MINOR"')
    world.setNow(NOW)
    const shown = await publishListing(world, four, '虚市监处罚〔2026〕4号', { ofAge: true })
    const acts = async (token?: string) => {
      const asked = `{ listing(id: "${shown}") { moves { act } } }`
      const { data } = await world.ask(asked, token === undefined ? {} : { token })
      return data.listing.moves.at(-1)?.act?.ofAge ?? null
    }
    expect(await acts(officer())).to.equal(true)
    expect([await acts(), await acts(world.token('party', four))]).to.deep.equal([null, null])
    const other = await move('hideListing', officer(), { id: shown, hiding: 'ERROR', reason: '核实', ofAge: true })
    expect(other.listing).to.equal(undefined)
  })
})
