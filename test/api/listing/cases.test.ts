import { expect } from 'chai'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Any = any

describe('board of cases', () => {
  let world: World
  const codes = [1, 2, 3, 4, 5].map((n) => uscc(n))
  const opened: string[] = []

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      codes.map((code, i) => registration(code, `虚构${'甲乙丙丁戊'[i]}有限公司`)),
    )
    await world.bring('penalties', [penalty(codes[0] ?? '', '虚市监处罚〔2026〕1号')])
    opened.push(await publishListing(world, codes[0] ?? '', '虚市监处罚〔2026〕1号'))
    for (const code of codes.slice(1)) {
      const { data, errors } = await world.ask(
        `mutation L($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }`,
        { variables: { input: { code, list: 'serious', reason: '虚构线索', on: '2026-03-01' } }, token: officer() },
      )
      expect(errors).to.equal(undefined)
      opened.push(data.openLead.listing.id)
    }
  })
  after(() => world.close())
  const officer = () => world.token('officer', '虚构经办')

  const ask = async (filter: object | null, first = 20, after: string | null = null, token = officer()) => {
    const { data, errors } = await world.ask(
      `query C($filter: CaseFilter, $first: Int, $after: String) {
        cases(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id state operator { uscc } } }
        caseBoard(filter: $filter) { state cases late } }`,
      { variables: { filter, first, after }, token },
    )
    return { ...data, code: errors?.[0]?.extensions['code'] }
  }
  const count = (answer: Awaited<ReturnType<typeof ask>>, state: string) =>
    answer.caseBoard.find((column: { state: string }) => column.state === state)

  it('lists every case once, newest first, page by page', async () => {
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const { cases } = await ask(null, 2, after)
      expect(cases.totalCount).to.equal(5)
      seen.push(...cases.nodes.map(({ id }: { id: string }) => id))
      if (!cases.pageInfo.hasNextPage) break
      after = cases.pageInfo.endCursor
    }
    expect(new Set(seen)).to.deep.equal(new Set(opened))
    expect(seen).to.have.length(5)
    // Leads that no penalty could carry come last.
    expect(seen[0]).to.equal(opened[0])
  })

  it('counts every column, empty ones included', async () => {
    const answer = await ask(null)
    expect(count(answer, 'LEAD')).to.deep.equal({ state: 'LEAD', cases: 4, late: 0 })
    expect(count(answer, 'PUBLISHED').cases).to.equal(1)
    expect(count(answer, 'NOTIFIED')).to.deep.equal({ state: 'NOTIFIED', cases: 0, late: 0 })
    expect(count(answer, 'REMOVED')).to.equal(undefined)
  })

  it('filters by state, name, code, region, list and lateness', async () => {
    const of = async (filter: object) => (await ask(filter)).cases.totalCount
    expect(await of({ states: ['LEAD'] })).to.equal(4)
    expect(await of({ name: '丙' })).to.equal(1)
    expect(await of({ name: codes[3] })).to.equal(1)
    expect(await of({ region: '2201' })).to.equal(5)
    expect(await of({ region: '2202' })).to.equal(0)
    expect(await of({ list: 'ecommerce-2018' })).to.equal(0)
    // Hidden for an error, and no second person confirms the hiding in time.
    const hidden = await world.ask(`mutation H($input: MoveInput!) { hideListing(input: $input) { listing { id } } }`, {
      variables: { input: { id: opened[0], on: '2026-03-02', hiding: 'ERROR', reason: '核实' } },
      token: officer(),
    })
    expect(hidden.errors).to.equal(undefined)
    world.setNow(new Date('2026-06-01T02:00:00Z'))
    const missed = await world.ask('{ deadlines(state: MISSED) { nodes { listing { id } } } }', { token: officer() })
    const late = new Set(missed.data.deadlines.nodes.map(({ listing }: { listing: { id: string } }) => listing.id))
    expect([...late]).to.deep.equal([opened[0]])
    expect((await ask({ late: true })).cases.nodes.map(({ id }: { id: string }) => id)).to.deep.equal([...late])
    world.setNow(NOW)
    expect(await of({ states: [] })).to.equal(0)
  })

  it('says what could carry a lead, and filters by the linked penalty and a place name', async () => {
    const { data, errors } = await world.ask(
      `{ cases { nodes { id leadGround penalty { documentNumber decidedOn fineYuan heavy linked } } }
         listed: cases(filter: { penalty: "〔2026〕1", heavy: true }) { nodes { id } }
         placed: cases(filter: { region: "长春市" }) { totalCount } elsewhere: cases(filter: { region: "吉林市" }) { totalCount }
         listKinds { id name { zh } } }`,
      { token: officer() },
    )
    expect(errors).to.equal(undefined)
    const [first, ...others] = data.cases.nodes
    expect(first).to.deep.equal({
      id: opened[0],
      leadGround: null,
      penalty: {
        documentNumber: '虚市监处罚〔2026〕1号',
        decidedOn: '2026-01-05',
        fineYuan: '50000',
        heavy: true,
        linked: true,
      },
    })
    expect(others.map(({ leadGround, penalty: linked }: Any) => [leadGround, linked])).to.deep.equal(
      codes.slice(1).map(() => ['NONE', null]),
    )
    expect(data.listed.nodes).to.deep.equal([{ id: opened[0] }])
    expect([data.placed.totalCount, data.elsewhere.totalCount]).to.deep.equal([5, 0])
    expect(data.listKinds.map(({ id }: { id: string }) => id)).to.deep.equal(['serious'])
  })

  it('sorts by name, deadline, day and fine of the penalty, page by page', async () => {
    const sorted = async (sort: string) => {
      const names: string[] = []
      for (let after: string | null = null; ; ) {
        const { data } = await world.ask(
          `query S($after: String) { cases(sort: ${sort}, first: 2, after: $after) { pageInfo { hasNextPage endCursor } nodes { operator { name } } } }`,
          { variables: { after }, token: officer() },
        )
        names.push(...data.cases.nodes.map(({ operator }: Any) => operator.name.slice(2, 3)))
        if (!data.cases.pageInfo.hasNextPage) return names.join('')
        after = data.cases.pageInfo.endCursor
      }
    }
    expect([...(await sorted('NAME'))].sort().join('')).to.equal([...'甲乙丙丁戊'].sort().join(''))
    expect(await sorted('NAME')).to.equal([...'甲乙丙丁戊'].sort().join(''))
    expect((await sorted('OLDEST'))[0]).to.equal('甲')
    for (const sort of ['PENALTY', 'FINE', 'DUE']) expect((await sorted(sort))[0], sort).to.equal('甲')
    const other = await world.ask(`{ cases(sort: NAME, first: 2) { pageInfo { endCursor } } }`, { token: officer() })
    const { errors } = await world.ask(`query S($after: String) { cases(after: $after) { totalCount } }`, {
      variables: { after: other.data.cases.pageInfo.endCursor },
      token: officer(),
    })
    expect(errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
  })

  it('finds cases, penalties and colleagues, and nothing of another region', async () => {
    const found = async (text: string, token = officer()) => {
      const { data, errors } = await world.ask(
        `query F($text: String!) { search(text: $text) { documents { number move listing { id } operator { uscc } } colleagues { name role } } }`,
        { variables: { text }, token },
      )
      return errors === undefined ? data.search : errors[0]?.extensions['code']
    }
    const numbers = async (text: string) =>
      (await found(text)).documents.map(({ number, move, listing }: Any) => [number, move, listing?.id ?? null])
    const further = { ...penalty(codes[1] ?? '', '虚市监处罚〔2026〕12号'), fact: '虚市监处罚〔2026〕12号/虚构市局' }
    await world.bring('penalties', [penalty(codes[0] ?? '', '虚市监处罚〔2026〕1号'), further])
    expect(await numbers('虚市监处罚〔2026〕1')).to.deep.equal([
      ['虚市监处罚〔2026〕1号', 'linkDecision', opened[0]],
      ['虚市监处罚〔2026〕12号', null, null],
    ])
    expect(await numbers('虚市监处罚[2026]12号')).to.deep.equal([['虚市监处罚〔2026〕12号', null, null]])
    expect(await numbers('虚市监处罚〔2025〕')).to.deep.equal([])
    // Every number begins with what punctuation is simplified to.
    expect(await numbers('。。')).to.deep.equal([])
    expect(await found('x')).to.equal('INPUT_INVALID')
    for (const role of ['marketplace', 'agency', 'party'] as const)
      expect(await found('虚市监', world.token(role, 'x')), role).to.equal('FORBIDDEN')
  })

  it('ended cases are counted only for viewers who may see removed entries', async () => {
    expect(count(await ask({ states: ['REMOVED'] }), 'REMOVED')).to.deep.equal({ state: 'REMOVED', cases: 0, late: 0 })
    expect(
      (await ask({ states: ['REMOVED'] }, 20, null, world.token('administrator', '虚构管理'))).caseBoard,
    ).to.deep.equal([])
  })

  it('is open to those who see moves, and refuses an invalid cursor', async () => {
    for (const role of ['marketplace', 'credit_service', 'agency', 'party'] as const)
      expect((await ask(null, 20, null, world.token(role, 'x'))).code, role).to.equal('FORBIDDEN')
    expect((await ask(null, 20, 'nonsense')).code).to.equal('INPUT_INVALID')
  })
})
