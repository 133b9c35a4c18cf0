import { expect } from 'chai'
import { readSheets } from '../../src/foundation/text/xlsx.js'
import { EXPORT_ROWS_MOST } from '../../src/server/exports.js'
import { EXPORT_TABLES } from '../../src/web/exports/tables.js'
import { numberOf, publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedPerson } from '../support/accounts.js'
import { rowsOf } from '../support/world.js'

const OWN = 'fjord kelp umbra lantern'
const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json' }
const FORMULA = '=HYPERLINK("http://x.test","点我")'

describe('exported lists', () => {
  let world: World
  let session: Record<string, string>
  let bound: Record<string, string>
  let silent = ''

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) })
  const signedIn = async (name: string, region: string) => {
    const { db } = world.database
    const account = { name, role: 'officer' as const, agency: 'market-regulator', region }
    const { one_time_password: password } = await confirmedPerson(db, account, ['market-regulator'], NOW)
    const answer = await post('/desk/login', { name, password, newPassword: OWN })
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '', 'x-csrf-token': csrfToken }
  }
  const taken = (body: object, headers = session) => post('/desk/export', body, headers)
  const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]
  const textsOf = async (answer: Response): Promise<string[][]> => {
    const [sheet] = readSheets(Buffer.from(await answer.arrayBuffer()), 'xlsx')
    return [...(sheet?.() ?? [])].map(({ cells }) => {
      const row: string[] = []
      for (const [column, { v }] of cells) row[column] = String(v)
      return row
    })
  }

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(uscc(1), '虚构甲有限公司'),
      registration(uscc(2), FORMULA),
      registration(uscc(3), '虚构丙有限公司'),
    ])
    await world.bring('penalties', [
      penalty(uscc(1), numberOf(1)),
      penalty(uscc(2), numberOf(2)),
      penalty(uscc(3), numberOf(3)),
    ])
    for (const n of [1, 2]) await publishListing(world, uscc(n), numberOf(n))
    silent = await publishListing(world, uscc(3), numberOf(3))
    session = await signedIn('exporter', '220000')
    bound = await signedIn('elsewhere', '220200')
  })
  after(() => world.close())

  it('hold the rows of the filter in the words of the desk, as a workbook and as CSV', async () => {
    const answer = await taken({ list: 'cases', format: 'xlsx', variables: { filter: { name: '甲' }, sort: 'NAME' } })
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('export-rows')).to.equal('1')
    expect(answer.headers.get('content-disposition')).to.include(encodeURIComponent('名单案件-2026-03-02.xlsx'))
    const [titles = [], row = [], ...more] = await textsOf(answer)
    expect(more).to.deep.equal([])
    const cell = (title: string) => row[titles.indexOf(title)]
    expect(cell('主体')).to.equal('虚构甲有限公司')
    expect(cell('登记地区')).to.equal('长春市南关区')
    expect(cell('状态')).to.equal('公示中')
    expect(cell('处罚决定文号')).to.equal(numberOf(1))
    expect(cell('较重行政处罚')).to.equal('是')
    const csv = await (await taken({ list: 'cases', format: 'csv', variables: { filter: { name: '甲' } } })).text()
    expect(csv.split('\n').filter(Boolean)).to.have.length(2)
  })

  it('run no formula: a cell that begins like one is text', async () => {
    const csv = await (await taken({ list: 'operators', format: 'csv' })).text()
    expect(csv).to.include(`"'=HYPERLINK(`)
    const [titles = [], ...rows] = await textsOf(await taken({ list: 'operators', format: 'xlsx' }))
    expect(rows.map((row) => row[titles.indexOf('名称')])).to.include(FORMULA)
  })

  it('of removals name every measure that is not confirmed lifted, also of an entry that no platform got', async () => {
    const input = { id: silent, on: '2026-03-02', removal: 'REVOKED', reason: '处罚被撤销' }
    const asked = 'mutation ($input: MoveInput!) { removeListing(input: $input) { listing { state } } }'
    await world.ask(asked, { variables: { input }, token: world.token('officer', 'officer-1') })
    await world.database.db.raw(
      `update matters set state = 'LIFTED' , content = jsonb_set(content, '{state}', '"LIFTED"') where content->'seats'->>'holder' like 'market%'`,
    )
    const [titles = [], row = [], ...more] = await textsOf(await taken({ list: 'retractions', format: 'xlsx' }))
    expect(more).to.deep.equal([])
    const cell = (title: string) => row[titles.indexOf(title)]
    expect([cell('主体'), cell('全部确认'), cell('曾收到的平台')]).to.deep.equal(['虚构丙有限公司', '否', ''])
    expect(cell('尚未确认解除的惩戒措施')?.split('；').sort()).to.deep.equal([
      '吉林省发展和改革委员会：限制申请财政性资金项目（应予解除，至迟 2026-03-05）',
      '吉林省财政厅：限制申请财政性资金项目（应予解除，至迟 2026-03-05）',
    ])
  })

  it('a list without pages is exported whole', async () => {
    await world.database.db.raw(
      `insert into seller_lists (client, dated, sellers, malformed, uploaded_at) values ('demo-marketplace', '2026-03-01', 1, 0, :now)`,
      { now: NOW },
    )
    const csv = await (await taken({ list: 'sellerLists', format: 'csv' })).text()
    const [titles = '', row = ''] = csv.split('\n')
    expect(titles).to.include('平台,名单日期')
    expect(row).to.include('demo-marketplace,2026-03-01')
  })

  it('every list can be exported, and holds only what the person may see', async () => {
    for (const list of Object.keys(EXPORT_TABLES)) {
      const answer = await taken({ list, format: 'csv' })
      expect(answer.status, `${list}: ${answer.status === 200 ? '' : await answer.clone().text()}`).to.equal(200)
    }
    const elsewhere = await (await taken({ list: 'cases', format: 'csv' }, bound)).text()
    expect(elsewhere.split('\n').filter(Boolean)).to.have.length(1)
  })

  it('are refused without the token of the session, for unknown lists and wrong filters', async () => {
    const { cookie = '' } = session
    expect(await codeOf(await taken({ list: 'cases', format: 'csv' }, {}))).to.deep.equal([401, 'UNAUTHENTICATED'])
    expect(await codeOf(await taken({ list: 'cases', format: 'csv' }, { cookie }))).to.deep.equal([403, 'CSRF_REFUSED'])
    for (const body of [
      { list: 'people', format: 'csv' },
      { list: 'cases', format: 'pdf' },
      { list: '__proto__', format: 'csv' },
      { list: 'cases', format: 'csv', variables: { filter: { states: ['NOTHING'] } } },
    ])
      expect(await codeOf(await taken(body)), JSON.stringify(body)).to.deep.equal([400, 'INPUT_INVALID'])
  })

  it('are bounded, and told how many rows there are', async () => {
    const { db } = world.database
    await db.raw(
      `insert into concerns (listing_id, cause, opened_at, settled_at, settled_by, note)
       select l.id, 'ABSENT', now(), now(), 'x', 'x' from (select id from listings limit 1) l, generate_series(1, ?)`,
      [EXPORT_ROWS_MOST + 1],
    )
    const answer = await taken({ list: 'concerns', format: 'csv', variables: { filter: { settled: true } } })
    expect(answer.status).to.equal(409)
    const { code, detail } = (await answer.json()) as { code: string; detail: string }
    expect([code, detail.includes(String(EXPORT_ROWS_MOST + 1))]).to.deep.equal(['EXPORT_TOO_LARGE', true])
  })

  it('leave a row in the audit log with the list, the filter and the number of rows', async () => {
    await taken({ list: 'cases', format: 'csv', variables: { filter: { name: '甲' } } })
    const rows = await rowsOf(
      world.database.db,
      `select concat(asked, body, client) as content from trail where concat(asked, body) like '%/desk/export%' order by number desc limit 1`,
    )
    const content = JSON.stringify(rows[0])
    expect(content).to.include('cases.csv 1')
    expect(content).to.include('甲')
    expect(content).to.include('exporter')
  })
})
