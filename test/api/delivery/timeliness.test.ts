import { expect } from 'chai'
import { ROLES, type Role } from '../../../src/domain/access/viewer.js'
import { makeWorld, type World } from '../world.js'

const FIGURES = `query($month: String!, $first: Int, $after: String) { timeliness(month: $month, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { authority platform platformName { zh } duty total onTime late open overdue closed share
    median worst } } }`
const DUE = `query($lateOnly: Boolean, $platform: String, $first: Int, $after: String) {
  dueDeliveries(lateOnly: $lateOnly, platform: $platform, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { platform platformName { zh } kind key listing authority duty countedFrom dueOn provisional late state attempts lastError delivery
      limit { workdays basis confirmed } } } }`
const AUTHORITY = '=虚构市,市场监督管理局'
const MAY: readonly Role[] = ['agency', 'officer', 'reviewer', 'administrator', 'auditor']
const keyOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

// Today is Monday 2 March 2026 here; the holidays of the Spring Festival ended on 23 February.
describe('timeliness over HTTP', () => {
  let world: World
  let officer: string
  before(async () => {
    world = await makeWorld()
    officer = world.token('officer')
    await owed(1, 'national', '2026-02-24', 'CONFIRMED', '2026-02-26')
    await owed(2, 'national', '2026-02-10', 'OWED')
    await owed(2, 'jilin', '2026-02-10', 'REFUSED')
    await owed(3, 'national', '2026-02-25', 'OWED')
    await owed(4, 'national', '2026-02-13', 'OWED')
  })
  after(() => world.close())

  const owed = (n: number, platform: string, decidedOn: string, state: string, confirmedOn: string | null = null) =>
    world.database.db.raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, state, attempts, due_at, created_at, confirmed_at)
       values (:platform, 'listing', :id, 1, 'ADD', :notice::jsonb, :state, 1, :at, :at, :confirmed::timestamptz)`,
      {
        platform,
        id: keyOf(n),
        notice: JSON.stringify({ authority: AUTHORITY, decidedOn }),
        state,
        at: `${decidedOn}T03:00:00Z`,
        confirmed: confirmedOn && `${confirmedOn}T03:00:00Z`,
      } as never,
    )
  const ask = async (query: string, variables: object, token = officer) => {
    const { data, errors } = await world.ask(query, { token, variables })
    return { data, code: errors?.[0]?.extensions['code'] }
  }
  const csv = (query: string, token: string | null = officer, method = 'GET') =>
    fetch(`${world.url}/v1/timeliness.csv${query}`, {
      method,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    })

  it('returns the figures of a month, page by page', async () => {
    const first = (await ask(FIGURES, { month: '2026-03', first: 1 })).data.timeliness
    expect(first).to.deep.include({ totalCount: 1 })
    expect(first.nodes[0]).to.deep.include({
      authority: AUTHORITY,
      platform: 'national',
      platformName: { zh: '全国信用信息共享平台' },
      duty: 'LISTING',
      total: 3,
      onTime: 1,
      late: 0,
      open: 2,
    })
    expect(first.pageInfo.hasNextPage).to.equal(false)
    const february = (await ask(FIGURES, { month: '2026-02', first: 1 })).data.timeliness
    expect(february).to.deep.include({ totalCount: 2 })
    const next = (await ask(FIGURES, { month: '2026-02', after: february.pageInfo.endCursor })).data.timeliness
    expect([...february.nodes, ...next.nodes].map((one) => [one.platform, one.late, one.share])).to.deep.equal([
      ['jilin', 1, 0],
      ['national', 1, 0],
    ])
  })

  it('returns late and nearly late deliveries, the longest waiting first', async () => {
    const all = (await ask(DUE, {})).data.dueDeliveries
    expect(all.nodes.map((one: { countedFrom: string; late: boolean }) => [one.countedFrom, one.late])).to.deep.equal([
      ['2026-02-10', true],
      ['2026-02-10', true],
      ['2026-02-13', false],
    ])
    expect(all.totalCount).to.equal(3)
    const first = (await ask(DUE, { first: 1 })).data.dueDeliveries
    const next = (await ask(DUE, { after: first.pageInfo.endCursor })).data.dueDeliveries
    expect([...first.nodes, ...next.nodes]).to.deep.equal(all.nodes)
    const jilin = (await ask(DUE, { lateOnly: true, platform: 'jilin' })).data.dueDeliveries.nodes
    expect(jilin).to.have.lengthOf(1)
    expect(jilin[0]).to.deep.include({ kind: 'LISTING', key: keyOf(2), state: 'REFUSED', duty: 'LISTING', late: true })
    expect(jilin[0].limit).to.include({ workdays: 7, confirmed: false })
    const { node } = (
      await ask('query($id: ID!) { node(id: $id) { ... on Delivery { key platform state } } }', {
        id: jilin[0].delivery,
      })
    ).data
    expect(node).to.deep.equal({ key: keyOf(2), platform: 'jilin', state: 'REFUSED' })
  })

  it('returns the figures as a spreadsheet file without formulas', async () => {
    const answer = await csv('?month=2026-02')
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-disposition')).to.equal('attachment; filename="timeliness-2026-02.csv"')
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect([...bytes.subarray(0, 3)]).to.deep.equal([0xef, 0xbb, 0xbf])
    const [header, first, ...more] = bytes.subarray(3).toString().split('\r\n')
    expect(header).to.match(/^月份 month,作出机关 authority,平台 platform,/)
    expect(first).to.match(/^2026-02,"'=虚构市,市场监督管理局",吉林省/)
    expect(first).to.match(/,1,0,1,1,1,0,0\.0000,,\d+$/)
    expect(more).to.have.lengthOf(2)
  })

  it('defaults to the present month', async () => {
    expect((await csv('')).headers.get('content-disposition')).to.include('timeliness-2026-03.csv')
  })

  it('refuses an invalid month and any other method', async () => {
    expect((await csv('?month=2026-13')).status).to.equal(400)
    expect((await csv('?month=2026-01&month=2026-02')).status).to.equal(400)
    expect((await csv('', officer, 'POST')).status).to.equal(405)
    expect((await ask(FIGURES, { month: 'last' })).code).to.equal('INPUT_INVALID')
  })

  for (const role of ROLES.filter((each) => each !== 'public'))
    it(`${MAY.includes(role) ? 'is open to' : 'is refused to'} ${role}`, async () => {
      const token = world.token(role)
      const [graph, due, file] = [
        await ask(FIGURES, { month: '2026-02' }, token),
        await ask(DUE, {}, token),
        await csv('', token),
      ]
      expect([graph.code, due.code, file.status]).to.deep.equal(
        MAY.includes(role) ? [undefined, undefined, 200] : ['FORBIDDEN', 'FORBIDDEN', 403],
      )
    })

  it('shows a receiver’s error text to an officer and not to an agency', async () => {
    await world.database.db.raw(`update deliveries set last_error = '未查询到主体 某某'`)
    const errorsOf = async (role: Role) => {
      const { data } = await ask(DUE, {}, world.token(role))
      return new Set(data.dueDeliveries.nodes.map(({ lastError }: { lastError: string | null }) => lastError))
    }
    expect([...(await errorsOf('agency'))]).to.deep.equal([null])
    expect([...(await errorsOf('officer'))]).to.deep.equal(['未查询到主体 某某'])
    expect((await ask(DUE, { platform: 'a\u0000' })).code).to.equal('INPUT_INVALID')
  })

  it('refuses requests without a token', async () => {
    expect((await csv('', null)).status).to.equal(401)
    expect((await world.ask(DUE)).errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
  })
})
