import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { SourceItem } from '../../../src/domain/records/records.js'
import { makeDeliveryArchive } from '../../../src/work/intake/archive.js'
import { row } from '../../support/rows.js'
import { csvOf, database, feed, NOW, pullFeed, pullItems, refusal, rowsOf } from '../../support/world.js'

describe('the archive', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-archive-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (name: string | null, run = 7) => makeDeliveryArchive(folder).open(run, 'penalties', name, NOW)
  const item = (row: number, fields: Record<string, unknown> = { 名称: '虚构商行' }): SourceItem => ({
    page: null,
    row,
    fields,
  })
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
  const linesOf = (path: string) =>
    gunzipSync(readFileSync(join(folder, path)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('keeps each item as one line of JSON with its place, under feed, year and month', async () => {
    const kept = await open('一月.csv')
    await kept.add(item(2))
    await kept.add({ page: 3, row: 1, fields: { a: '多行\n"引号"', b: null, c: [1, { d: true }] } })
    const path = await kept.close()
    expect(path).to.equal('penalties/2026/11/7-一月.csv.jsonl.gz')
    expect(linesOf(path ?? '')).to.deep.equal([
      { page: null, row: 2, fields: { 名称: '虚构商行' } },
      { page: 3, row: 1, fields: { a: '多行\n"引号"', b: null, c: [1, { d: true }] } },
    ])
  })

  it('is readable by the hub’s user only', async () => {
    const kept = await open('x.csv')
    await kept.add(item(1))
    const path = join(folder, (await kept.close()) ?? '')
    expect(statSync(path).mode & 0o077).to.equal(0)
    expect(statSync(join(folder, 'penalties')).mode & 0o077).to.equal(0)
  })

  it('gets its final name only when complete', async () => {
    const kept = await open('x.csv')
    for (let n = 0; n < 5_000; n += 1) await kept.add(item(n))
    expect(files()).to.deep.equal(['7-x.csv.jsonl.gz.part'])
    const path = await kept.close()
    expect(files()).to.deep.equal(['7-x.csv.jsonl.gz'])
    expect(linesOf(path ?? '')).to.have.length(5_000)
  })

  it('keeps the order of many items, however fast they come', async () => {
    const kept = await open(null)
    const long = '虚'.repeat(500)
    for (let n = 0; n < 20_000; n += 1) await kept.add(item(n, { n, long }))
    const lines = linesOf((await kept.close()) ?? '')
    expect(lines.map(({ row }) => row)).to.deep.equal(Array.from({ length: 20_000 }, (_, n) => n))
  })

  it('makes no file for a delivery without items', async () => {
    const kept = await open('x.csv')
    expect(await kept.close()).to.equal(null)
    expect(files()).to.deep.equal([])
  })

  it('leaves nothing of an abandoned delivery, before or after closing', async () => {
    const before = await open('before.csv')
    for (let n = 0; n < 5_000; n += 1) await before.add(item(n))
    await before.abandon()
    const after = await open('after.csv')
    await after.add(item(1))
    await after.close()
    await after.abandon()
    await (await open('never.csv')).abandon()
    expect(files()).to.deep.equal([])
  })

  it('removes partial files left by a killed pull, and no others', async () => {
    const kept = await open('x.csv')
    await kept.add(item(1))
    await kept.close()
    writeFileSync(join(folder, 'penalties/2026/11/3-y.csv.jsonl.gz.part'), 'half')
    await open('z.csv', 8)
    expect(files()).to.deep.equal(['7-x.csv.jsonl.gz'])
  })

  const names: [name: string | null, kept: string][] = [
    ['../../etc/passwd', '7-~..~etc~passwd.jsonl.gz'],
    ['C:\\报表\\a b.csv', '7-C~~报表~a~b.csv.jsonl.gz'],
    ['a\u0000\n\u202eb', '7-a~~~b.jsonl.gz'],
    ['', '7-unnamed.jsonl.gz'],
    [null, '7-penalties.jsonl.gz'],
    ['名'.repeat(300), `7-${'名'.repeat(40)}.jsonl.gz`],
  ]
  for (const [name, kept] of names) {
    it(`names the file of ${JSON.stringify(name?.slice(0, 20) ?? null)} ${kept.slice(0, 30)}`, async () => {
      const archive = await open(name)
      await archive.add(item(1))
      expect(await archive.close()).to.equal(`penalties/2026/11/${kept}`)
      expect(files()).to.deep.equal([kept])
    })
  }

  it('reports a disk fault when items are added or the file is closed', async () => {
    writeFileSync(join(folder, 'penalties'), 'a file where a folder should be')
    const kept = await open('x.csv')
    kept.add(item(1))
    const fault = await kept.close().then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    )
    expect(fault).to.be.oneOf(['EEXIST', 'ENOTDIR'])
    await kept.abandon()
  })

  it('reports a fault that occurs during writing', async () => {
    const kept = await open('x.csv')
    const place = join(folder, 'penalties')
    for (let n = 0; n < 2_000; n += 1) await kept.add(item(n))
    // Without its folder the partial file cannot be renamed.
    rmSync(place, { recursive: true, force: true })
    const fault = await kept.close().then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    )
    expect(fault).to.equal('ENOENT')
  })
})

describe('archive of a pull', () => {
  const db = database()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-archive-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const archive = () => makeDeliveryArchive(folder)
  const files = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const runOf = async () => (await rowsOf(db(), 'select id, archive, content_hash from runs'))[0]

  it('contains every item of a transport, also rejected ones, and the run names the file', async () => {
    await pullItems(db(), [row(1), row(2, { day: '2026-02-31' })], { archive: archive() })
    const run = await runOf()
    expect(run).to.deep.include({ archive: `test/2026/11/${run?.['id']}-test.jsonl.gz`, content_hash: null })
    const text = gunzipSync(readFileSync(join(folder, String(run?.['archive'])))).toString('utf8')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).row),
    ).to.deep.equal([1, 2])
  })

  it('contains an upload under its name, with the hash of its bytes', async () => {
    const bytes = readFileSync(csvOf([row(1)]))
    await pullFeed(db(), feed(), { archive: archive(), file: { bytes, name: '二月.csv' } })
    const run = await runOf()
    expect(run?.['archive']).to.equal(`test/2026/11/${run?.['id']}-二月.csv.jsonl.gz`)
    expect(run?.['content_hash']).to.match(/^[0-9a-f]{64}$/)
  })

  it('contains no copy of a file given on the command line', async () => {
    await pullFeed(db(), feed(), { archive: archive(), file: { path: csvOf([row(1)]) } })
    expect(await runOf()).to.deep.include({ archive: null })
    expect(files()).to.deep.equal([])
  })

  it('is refused with its file where that changes while it is read: the hash would be of other bytes', async () => {
    const path = csvOf([row(1), row(2)])
    const appended = () => appendFileSync(path, '\n')
    const pulled = pullFeed(db(), feed(), { file: { path }, progress: appended })
    expect((await refusal(pulled)).code).to.equal('FILE_UNREADABLE')
    expect(await rowsOf(db(), 'select 1 from versions')).to.deep.equal([])
  })

  it('contains nothing of a delivery refused as a whole', async () => {
    const bad = Array.from({ length: 20 }, (_, n) => row(n, { day: '2026-02-31' }))
    expect((await refusal(pullItems(db(), bad, { archive: archive() }))).code).to.equal('FEED_OUT_OF_BOUNDS')
    expect(files()).to.deep.equal([])
  })
})
