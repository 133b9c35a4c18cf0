import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { parseContent } from '../../src/domain/audit/audit-log.js'
import { hub, hubHere } from '../support/command.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { rowsOf } from '../support/world.js'

const CODE = '91220102MA0Y3X1HXM'
const REGISTER = [
  '企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址',
  `长春市溯光测试商贸有限公司,${CODE},201806081956,有限责任公司,N/A,50(万元人民币),日用百货销售,吉林,长春,N/A`,
  '',
].join('\n')
/** Tables that a repair writes. */
const MENDED = ['versions', 'unmatched', 'dirty_operators', 'scores', 'listing_events', 'deliveries']

describe('hub repair', () => {
  let test: TestDatabase
  let folder: string
  let env: Record<string, string>
  before(async () => {
    test = await freshDatabase({ empty: true })
    folder = mkdtempSync(join(tmpdir(), 'hub-repairing-'))
    // Repairs read archived files, and a file pulled by its path is not archived. So the register lies in a drop folder.
    const door = join(folder, 'door')
    env = { DATABASE_URL: test.url, DATA_DIR: folder, AGENCY_MARKET_REGULATOR_URL: pathToFileURL(door).href }
    mkdirSync(join(door, 'registry'), { recursive: true })
    writeFileSync(join(door, 'registry', 'register.csv'), REGISTER)
    writeFileSync(join(door, 'registry', 'register.csv.ok'), '')
  })
  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await test.drop()
  })
  const written = () =>
    Promise.all(MENDED.map((table) => rowsOf(test.db, `select t::text as row from "${table}" t order by 1`)))
  const noted = async () => {
    const rows = await test.db('trail').orderBy('number').select('body')
    return rows.map(({ body }) => JSON.stringify(parseContent(body)))
  }

  it('lists the faults, repairs each once with an audit row, and finds none afterwards', async () => {
    const pulled = await hubHere(['pull', 'registry', '--json'], env)
    expect(pulled.json).to.include({ new: 1, rejected: 0 })
    await hubHere(['score', '--json'], env)
    await test.db.raw(
      `update versions set valid_from = '1976-05-25', body = jsonb_set(body, '{established_on}', '"1976-05-25"')`,
    )

    const before = await written()
    const tried = await hubHere(['repair', '--dry-run', '--json'], env)
    expect(tried.status).to.equal(0)
    expect(tried.json).to.have.all.keys('dryRun', 'checks', 'found', 'scored', 'untold', 'unproven', 'ms')
    expect(tried.json).to.deep.include({ dryRun: true, found: 1, scored: 0, untold: [], unproven: [] })
    expect(await written()).to.deep.equal(before)
    expect((await noted()).filter((row) => row.includes('WRONG_DATE'))).to.be.empty

    const mended = await hub(['repair', '--json'], env)
    expect(mended.status).to.equal(0)
    expect(mended.json).to.deep.include({ dryRun: false, found: 1, scored: 1 })
    const [check] = mended.json.checks.filter(({ found }: { found: number }) => found > 0)
    expect([check.check, check.records.map(({ key }: { key: string }) => key)]).to.deep.equal(['WRONG_DATE', [CODE]])
    const [stands] = await test.db('versions').whereNull('known_to').select('body')
    expect(stands.body.established_on).to.equal('2018-06-08')
    const rows = (await noted()).filter((row) => row.includes(`WRONG_DATE registry ${CODE}`))
    expect(rows).to.have.length(1)

    const again = await hubHere(['repair'], env)
    expect([again.status, again.stdout.trim()]).to.deep.equal([0, '没有发现错误 nothing is wrong'])
    expect((await noted()).filter((row) => row.includes('WRONG_DATE'))).to.have.length(1)
    expect((await hubHere(['verify', 'audit', '--json'], env)).json.ok).to.equal(true)
    expect((await hubHere(['repair', '--everything', '--json'], env)).status).to.equal(2)
  })
})
