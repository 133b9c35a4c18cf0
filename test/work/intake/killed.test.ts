/** A pull killed at any step and run again leaves the same rows as one that was not killed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import { runPull } from '../../../src/work/intake/pull.js'
import { begin, ended } from '../../support/command.js'
import { freshDatabase } from '../../support/database.js'
import { until } from '../../support/until.js'
import { codeOf, NOW, pseudonymOf, rowsOf } from '../../support/world.js'

const DATED = '2026-01-05'

/** Steps of a pull, and the lock that makes it wait at each. */
const STEPS: [step: string, held: string, feed?: 'dishonest'][] = [
  ['before its run is written', 'lock table runs in access exclusive mode'],
  ['while it loads the current versions', 'lock table versions in access exclusive mode'],
  ['while it stores rejects', 'lock table rejects in exclusive mode'],
  ['as its merge begins', 'update knowledge set latest = latest'],
  ['when it creates operators', 'lock table operators in exclusive mode'],
  ['when it stores unmatched records', 'lock table unmatched in exclusive mode', 'dishonest'],
  ['when it closes and opens versions', 'lock table versions in exclusive mode'],
  ['when it stores names', 'lock table operator_names in exclusive mode'],
]

const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址'
const row = (n: number, name: string): string =>
  `${name},${codeOf(n)},2015-0${1 + (n % 9)}-11,有限责任公司,虚某,50万人民币,零售,吉林,长春,某街${n}号`
const FIRST = [HEADER, ...Array.from({ length: 40 }, (_, n) => row(n, `虚构一号${n}商行`))]
const SECOND = [
  HEADER,
  ...Array.from({ length: 20 }, (_, n) => row(n, `虚构一号${n}商行`)),
  ...Array.from({ length: 15 }, (_, n) => row(20 + n, `虚构改名${n}商行`)),
  ...Array.from({ length: 25 }, (_, n) => row(100 + n, `虚构新设${n}商行`)),
  `虚构坏行,${codeOf(900)},2015-02-30,有限责任公司,虚某,50万人民币,零售,吉林,长春,某街`,
]
/** Rows of the list: a known firm, a new firm, a firm with an unknown code, and a bad row. */
const LIST = [
  '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域',
  `虚构一号1商行,,,${codeOf(1)},售假`,
  `虚构名单商行,,,${codeOf(300)},炒信`,
  `虚构未知商行,,${extractOrgCode(codeOf(700))},,售假`,
  `,,,${codeOf(301)},`,
]

describe('a pull killed with SIGKILL', () => {
  let folder: string
  const expected = new Map<string, string>()
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-killed-'))
    for (const pulled of ['registry dishonest', 'dishonest']) {
      const twin = await prepared()
      if (pulled.startsWith('registry')) await take(twin.db, 'registry', fileOf('second.csv', SECOND))
      await take(twin.db, 'dishonest', fileOf('list.csv', LIST))
      expected.set(pulled, await believed(twin.db))
      await twin.drop()
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const fileOf = (name: string, lines: string[]): string => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }

  const take = async (db: JobDb, id: string, path: string): Promise<void> => {
    const feed = feeds.get(id)
    if (!feed) throw new Error(`no feed ${id}`)
    await runPull(db, { feed, url: null, file: { path, dated: DATED }, pseudonymOf, cause: 'command', now: () => NOW })
  }

  const believed = async (db: JobDb): Promise<string> =>
    JSON.stringify([
      await rowsOf(db, 'select uscc, name, name_key, kind, region, status from operators order by uscc'),
      await rowsOf(
        db,
        'select o.uscc, n.name from operator_names n join operators o on o.id = n.operator_id order by 1, 2',
      ),
      await rowsOf(
        db,
        `select v.feed, v.record_key, v.body, v.valid_from, v.closed_as, v.known_to is null as stands, v.row_number, o.uscc, v.partial
         from versions v left join operators o on o.id = v.operator_id order by v.feed, v.record_key, v.known_from, v.id`,
      ),
      await rowsOf(db, 'select feed, record_key, subject, state, reason, row_number from unmatched order by 1, 2'),
      await rowsOf(
        db,
        `select r.feed, r.row_number, r.rule, r.item from rejects r join runs u on u.id = r.run_id and u.outcome = 'DONE' order by 1, 2, 3`,
      ),
    ])

  const prepared = async () => {
    const made = await freshDatabase()
    await take(made.db, 'registry', fileOf('first.csv', FIRST))
    return made
  }

  for (const [step, held, feed = 'registry'] of STEPS) {
    it(`leaves no partial result ${step}`, async () => {
      const test = await prepared()
      const holder = connect(test.url)
      const before = await believed(test.db)
      const path = fileOf(`${feed}.csv`, feed === 'registry' ? SECOND : LIST)
      const hold = await holder.transaction()
      await hold.raw(held)
      const child = begin(['pull', feed, '--file', path, '--dated', DATED, '--json'], {
        DATABASE_URL: test.url,
        DATA_DIR: folder,
      })
      const died = ended(child).then((status) => {
        throw new Error(`ended with ${status} instead of standing ${step}`)
      })
      await Promise.race([waiting(test.db), died])
      died.catch(() => {})
      child.kill('SIGKILL')
      await ended(child)
      await hold.rollback()
      await gone(test.db)
      expect(await believed(test.db)).to.equal(before)
      await take(test.db, feed, path)
      if (feed === 'registry') await take(test.db, 'dishonest', fileOf('dishonest.csv', LIST))
      expect(await believed(test.db)).to.equal(expected.get(feed === 'registry' ? 'registry dishonest' : 'dishonest'))
      expect(await rowsOf(test.db, `select 1 from runs where outcome = 'RUNNING'`)).to.deep.equal([])
      await holder.destroy()
      await test.drop()
    })
  }
})

const waiting = (db: JobDb): Promise<void> =>
  until(
    'the pull waits for the lock',
    holds(db, `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
  )

/** Waits until PostgreSQL has closed the connections of the killed process and undone their work. */
const gone = (db: JobDb): Promise<void> => {
  const locks = `select 1 from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and l.locktype = 'advisory'`
  return until('the killed process holds no lock', async () => !(await holds(db, locks)()))
}

const holds = (db: JobDb, sql: string) => async (): Promise<boolean> => (await rowsOf(db, sql)).length > 0
