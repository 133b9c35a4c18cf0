/** Real files from outside. Without them these tests are skipped with a message. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { countOpenRows } from '../../src/store/intake/rejects.js'
import { startHub, type TestHub } from '../support/hub.js'

const REGISTER = resolve('../shared/data/cn-company-register/dev/jilin.csv')
const LIST = resolve('../shared/data/creditchina-blacklists-2018/dev/ecommerce-blacklist-90.csv')
/** Rows of the register. The tests of given files pull all of it, which takes five times as long. */
const ROWS = 2_000
const DATED = '2018-05-15'
const here = existsSync(REGISTER) && existsSync(LIST)
const said = here ? '' : ' (skipped: the shared files are not here)'

describe(`real input${said}`, () => {
  let test: TestHub
  let officer: string
  let folder: string
  const counts: Record<'register' | 'list', object[]> = { register: [], list: [] }
  before(async function () {
    if (!here) this.skip()
    test = await startHub()
    officer = await test.token('officer')
    folder = mkdtempSync(join(tmpdir(), 'hub-real-'))
    const part = join(folder, basename(REGISTER))
    writeFileSync(
      part,
      readFileSync(REGISTER, 'utf8')
        .split('\n')
        .slice(0, ROWS + 1)
        .join('\n'),
    )
    for (let time = 0; time < 2; time += 1) {
      counts.register.push(await pulled('registry', part))
      counts.list.push(await pulled('dishonest', LIST, DATED))
    }
  })
  after(async () => {
    if (!here) return
    await test.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const pulled = async (feed: string, path: string, dated?: string) => {
    const answer = await test.hub.pull(feed, { cause: 'command', file: { path, ...(dated ? { dated } : {}) } })
    const { ms: _, run: __, ended: ___, ...told } = answer ?? { ms: 0, run: 0, ended: 0 }
    return told
  }
  const NONE = { new: 0, changed: 0, unchanged: 0, rejected: 0, unmatched: 0, full: false }

  it(`pulls 2,000 rows of the register of Jilin, and a second pull changes nothing${said}`, () => {
    const expected = { ...NONE, feed: 'registry', received: ROWS }
    expect(counts.register).to.deep.equal([
      { ...expected, new: ROWS - 2, unchanged: 2 },
      { ...expected, unchanged: ROWS },
    ])
  })

  it(`pulls the list of 2018 as mirrored history and keeps rows without a code as unmatched${said}`, async () => {
    const expected = { ...NONE, feed: 'dishonest', received: 90, unmatched: 6 }
    expect(counts.list).to.deep.equal([
      { ...expected, new: 84 },
      { ...expected, unchanged: 84 },
    ])
    const waiting = await test.hub.db('unmatched').distinct('row_number').where({ state: 'OPEN' }).orderBy('row_number')
    expect(waiting.map((row) => row.row_number)).to.deep.equal([3, 4, 5, 6, 7, 8])
    // Counts items as the pull does: the six items hold twelve unmatched records.
    expect((await countOpenRows(test.hub.db)).unmatched).to.equal(6)
  })

  it(`a code in another column leads to the same operators${said}`, async () => {
    const rows: string[][] = parse(readFileSync(LIST), { bom: true })
    const [header = []] = rows
    const [proper, other] = [header.indexOf('统一信用代码'), header.indexOf('组织机构代码')]
    const twice = rows.slice(1).filter((row) => row[proper] !== '' && row[proper] === row[other])
    expect(twice).to.have.lengthOf(15)
    const blanked = [header, ...twice.map((row) => row.map((cell, i) => (i === proper ? '' : cell)))]
    const path = join(folder, 'blanked.csv')
    writeFileSync(path, blanked.map((row) => row.join(',')).join('\n'))
    const before = await test.hub.db('operators').count('* as n').first()
    const blank = await pulled('dishonest', path, DATED)
    expect(blank).to.deep.include({ received: 15, new: 0, rejected: 0, unmatched: 0 })
    expect(await test.hub.db('operators').count('* as n').first()).to.deep.equal(before)
  })

  it(`standing and operator accept a code of either file and name the file and row as source${said}`, async () => {
    const register: string[][] = parse(readFileSync(REGISTER), { bom: true })
    const list: string[][] = parse(readFileSync(LIST), { bom: true })
    const asked = [
      { code: register[1_000]?.[1] ?? '', name: register[1_000]?.[0], file: 'jilin.csv', row: 1_001 },
      { code: list[9]?.[3] ?? '', name: list[9]?.[0], file: 'ecommerce-blacklist-90.csv', row: 10 },
    ]
    for (const { code, name, file, row } of asked) {
      const { data } = await test.ask(
        `query ($code: String!) { standing(code: $code) { status name listed }
           operator(code: $code) { name records { nodes { kind source { file row } } } listings { kind state mirrored authority documentNumber } } }`,
        { code },
        officer,
      )
      expect(data.standing).to.deep.equal({ status: 'KNOWN', name, listed: false })
      expect(data.operator.records.nodes[0].source).to.deep.equal({ file, row })
    }
  })

  it(`nothing of the 2018 list is public, pushed or listed, and a record without a day has no term${said}`, async () => {
    const list: string[][] = parse(readFileSync(LIST), { bom: true })
    const codes = list.slice(1).flatMap((row) => (row[3] ? [row[3]] : []))
    const { data } = await test.ask(
      'query ($codes: [String!]!) { standings(codes: $codes) { listed listings { id } } blacklist { totalCount } }',
      { codes },
    )
    expect(
      data.standings.filter((one: { listed: boolean; listings: [] }) => one.listed || one.listings.length > 0),
    ).to.deep.equal([])
    expect(data.blacklist.totalCount).to.equal(0)
    expect(await test.hub.db('deliveries').count('* as n').first()).to.deep.equal({ n: 0 })

    const listings = async () => {
      const answer = await test.ask(
        'query ($code: String!) { operator(code: $code) { listings { kind authority documentNumber decidedOn endsOn mirrored } } }',
        { code: codes[0] },
        officer,
      )
      return answer.data.operator.listings[0]
    }
    const entry = { kind: 'ecommerce-2018', authority: null, documentNumber: null, mirrored: true }
    await pulled('dishonest', LIST, DATED)
    expect(await listings()).to.deep.equal({ ...entry, decidedOn: DATED, endsOn: '2021-05-15' })
    await pulled('dishonest', LIST)
    expect(await listings()).to.deep.equal({ ...entry, decidedOn: null, endsOn: null })
  })
})
