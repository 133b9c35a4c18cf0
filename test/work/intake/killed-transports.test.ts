/** A pull over each transport is killed while reading, while merging and before settling with its sender. Run again, it ends as if never killed. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { exchangeTableDdl } from '../../../src/agencies/transports/table.js'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import { deleteExpired } from '../../../src/work/timetable/tidy.js'
import { pageOf, record, registryPage } from '../../agencies/answering.js'
import { begin, ended, hubHere } from '../../support/command.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { until } from '../../support/until.js'
import { codeOf, rowsOf } from '../../support/world.js'

const MANY = 6

const items = Array.from({ length: MANY }, (_, n) => ({
  ...record(n + 1),
  uniscid: codeOf(n + 1),
  entname: `虚构${n + 1}号有限公司`,
}))
const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址'
const FILE = [
  HEADER,
  ...items.map(
    ({ entname, uniscid }) => `${entname},${uniscid},2015-01-11,有限责任公司,虚某,50万人民币,零售,吉林,长春,某街`,
  ),
].join('\n')

/** True while a statement of the pull waits for a lock, by PostgreSQL's list of activities. */
const standsStill = (db: JobDb) => (): Promise<boolean> =>
  rowsOf(
    db,
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name <> 'holder'`,
  ).then(({ length }) => length > 0)

describe('a pull killed with SIGKILL, by transport', () => {
  let database: TestDatabase
  let folder = ''
  let archive = ''
  let server: Server
  /** Answers to page 2 that the test holds back; null: answers are sent at once. */
  let heldBack: ServerResponse[] | null = null

  before((done) => {
    server = createServer((request, response) => {
      const page = pageOf(request)
      if (page === 2 && heldBack !== null) return void heldBack.push(response)
      response.end(registryPage(MANY, page, items.slice((page - 1) * 3, page * 3)))
    })
    server.listen(0, '127.0.0.1', done)
  })
  after((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
  beforeEach(async () => {
    database = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-killed-'))
    archive = join(folder, 'archive')
    heldBack = null
  })
  afterEach(async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const envOf = (url: string) => ({
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    ARCHIVE_DIR: archive,
    AGENCY_MARKET_REGULATOR_URL: url,
  })
  const overHttp = () => envOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const archived = (): string[] => {
    try {
      return readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(gz|part)$/.test(name))
    } catch {
      return []
    }
  }
  const killedOnce = async (env: Record<string, string>, what: string, holds: () => Promise<boolean> | boolean) => {
    const child = begin(['pull', 'registry', '--json'], env)
    const died = ended(child).then((status) => {
      throw new Error(`ended with ${status} instead of standing: ${what}`)
    })
    await Promise.race([until(what, holds), died])
    died.catch(() => {})
    child.kill('SIGKILL')
    await ended(child)
  }
  const standing = async (): Promise<number> =>
    (await rowsOf(database.db, 'select 1 from versions where known_to is null and ended_on is null')).length
  const pulledAgain = async (env: Record<string, string>, counts: object): Promise<void> => {
    const { json, stderr } = await hubHere(['pull', 'registry', '--json'], env)
    expect(json, stderr).to.deep.include({ received: MANY, rejected: 0, unmatched: 0, ...counts })
    expect(await standing()).to.equal(MANY)
    expect(await rowsOf(database.db, `select 1 from runs where outcome = 'RUNNING'`)).to.deep.equal([])
    expect(await rowsOf(database.db, 'select 1 from operators')).to.have.length(MANY)
  }
  /** Holds a lock while `act` runs. */
  const holding = async (db: { url: string }, sql: string, act: () => Promise<void>): Promise<void> => {
    const holder = connect(db.url)
    const hold = await holder.transaction()
    await hold.raw(`set local application_name = 'holder'; ${sql}`)
    try {
      await act()
    } finally {
      await hold.rollback()
      await holder.destroy()
    }
  }
  const MERGING = 'lock table versions in exclusive mode'

  it('HTTP, while reading: nothing was stored, and the next pull stores everything', async () => {
    heldBack = []
    await killedOnce(overHttp(), 'the second page is asked for', () => heldBack?.length === 1)
    expect(await standing()).to.equal(0)
    heldBack = null
    await pulledAgain(overHttp(), { new: MANY, changed: 0, unchanged: 0 })
    expect(archived()).to.have.length(1)
  })

  it('HTTP, between archive and merge: tidying removes the orphaned archive file', async () => {
    await holding(database, MERGING, () => killedOnce(overHttp(), 'it merges', standsStill(database.db)))
    expect(await standing()).to.equal(0)
    expect(archived()).to.have.length(1)
    await pulledAgain(overHttp(), { new: MANY, changed: 0, unchanged: 0 })
    expect(archived()).to.have.length(2)
    const now = () => new Date()
    expect(await deleteExpired(database.db, { cause: 'command', now, archive })).to.include({ archives: 1 })
    const [run] = await rowsOf(database.db, `select archive from runs where outcome = 'DONE' and job = 'pull'`)
    expect(archived()).to.deep.equal([run?.['archive']])
  })

  it('a folder, while merging: the claimed file is processed again', async () => {
    const own = join(folder, 'in', 'registry')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'a.csv'), FILE)
    writeFileSync(join(own, 'a.csv.ok'), '')
    const env = envOf(pathToFileURL(join(folder, 'in')).href)
    await holding(database, MERGING, () => killedOnce(env, 'it merges', standsStill(database.db)))
    expect(await standing()).to.equal(0)
    expect(readdirSync(own).filter((name) => !name.startsWith('.'))).to.deep.equal([])
    await pulledAgain(env, { new: MANY, changed: 0, unchanged: 0 })
    expect(readdirSync(join(own, '.taken'))).to.deep.equal([])
  })

  it('a folder, after the commit with the file still there: the file is processed again as unchanged and removed', async () => {
    const own = join(folder, 'in', 'registry')
    mkdirSync(own, { recursive: true })
    const env = envOf(pathToFileURL(join(folder, 'in')).href)
    writeFileSync(join(folder, 'a.csv'), FILE)
    const { json } = await hubHere(['pull', 'registry', '--file', join(folder, 'a.csv'), '--json'], env)
    expect(json).to.include({ new: MANY })
    // The killed process leaves the file renamed as claimed, and not removed.
    const claim = join(own, '.taken', `${hostname().replace(/[^\w-]/g, '_')}.999999999.left`)
    mkdirSync(claim, { recursive: true })
    writeFileSync(join(claim, 'a.csv'), FILE)
    await pulledAgain(env, { new: 0, changed: 0, unchanged: MANY })
    expect(readdirSync(join(own, '.taken'))).to.deep.equal([])
  })

  describe('an exchange table', () => {
    let exchange: TestDatabase
    beforeEach(async () => {
      exchange = await freshDatabase({ empty: true })
      await exchange.db.raw(exchangeTableDdl('registry'))
      await exchange.db('exchange_registry').insert(items.map((item) => ({ payload: JSON.stringify(item) })))
    })
    afterEach(() => exchange.drop())
    const states = async (): Promise<number[]> =>
      (await exchange.db('exchange_registry').orderBy('id').select('state')).map(({ state }) => state)

    it('while merging: no row is answered before the next pull, which answers all', async () => {
      const env = envOf(exchange.url)
      await holding(database, MERGING, () => killedOnce(env, 'it merges', standsStill(database.db)))
      expect(new Set(await states())).to.deep.equal(new Set([0]))
      await pulledAgain(env, { new: MANY, changed: 0, unchanged: 0 })
      expect(await states()).to.not.include(0)
    })

    it('after the commit with rows unanswered: they are processed again as unchanged, and answered', async () => {
      const env = envOf(exchange.url)
      const rows = 'select 1 from exchange_registry for update'
      await holding(exchange, rows, () => killedOnce(env, 'it answers rows', standsStill(exchange.db)))
      expect(await standing()).to.equal(MANY)
      expect(await states()).to.include(0)
      await pulledAgain(env, { new: 0, changed: 0, unchanged: MANY })
      expect(await states()).to.not.include(0)
    })
  })
})
