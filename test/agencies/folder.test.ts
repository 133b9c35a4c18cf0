import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import iconv from 'iconv-lite'
import type { DeliveryOutcome, FeedDelivery, OpenOptions } from '../../src/agencies/delivery.js'
import { isNamedWhole, openFolder } from '../../src/agencies/transports/folder.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { feedOf } from './samples.js'

const NAMES = ['编号', '名称', '日期']
const TABLE = `${NAMES.join()}\n1,甲,2025-01-01\n2,乙,2025-01-02\n`
const NOW = { settleMs: 0, abandonedMs: 60_000 }
const LATER = { settleMs: 60_000, abandonedMs: 60_000 }

describe('a watched folder', () => {
  let base = ''
  const own = (...parts: string[]): string => join(base, 'test', ...parts)
  const put = (name: string, text = TABLE, second = 0): void => {
    writeFileSync(own(name), text)
    utimesSync(own(name), 1_700_000_000 + second, 1_700_000_000 + second)
  }
  const opened = (waits = NOW, more: Partial<OpenOptions> = {}): Promise<FeedDelivery> =>
    openFolder({ url: pathToFileURL(base).href, state: null, feed: 'test', shapes: [{ names: NAMES }], ...more }, waits)
  const rows = async ({ items }: FeedDelivery): Promise<number[]> => {
    const found: number[] = []
    for await (const { row } of items) found.push(row)
    return found
  }
  const end = (
    delivery: FeedDelivery,
    outcome: DeliveryOutcome['outcome'],
    more: Partial<DeliveryOutcome> = {},
  ): Promise<void> | undefined => delivery.settle?.({ outcome, run: 7, error: null, rejects: rejectsOf([]), ...more })
  const lying = (): string[] => readdirSync(own()).filter((name) => !name.startsWith('.'))
  const claimed = (): string[] => readdirSync(own('.taken'))

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'hub-folder-'))
    mkdirSync(own())
  })
  afterEach(() => rmSync(base, { recursive: true, force: true }))

  it('stays unchanged and gives nothing while empty', async () => {
    const delivery = await opened()
    expect(delivery).to.include({ unmodified: true, file: null })
    expect(await rows(delivery)).to.deep.equal([])
    expect(readdirSync(own())).to.deep.equal([])
  })

  it('delivers one file at a time, the oldest first, and says whether more wait', async () => {
    put('b.csv', TABLE, 1)
    put('c.csv', TABLE, 3)
    put('a.csv', TABLE, 2)
    const brought: [string | null, boolean | undefined][] = []
    for (let n = 0; n < 3; n += 1) {
      const delivery = await opened()
      expect(await rows(delivery)).to.deep.equal([2, 3])
      brought.push([delivery.file, delivery.more])
      await end(delivery, 'DONE')
    }
    expect(brought).to.deep.equal([
      ['b.csv', true],
      ['a.csv', true],
      ['c.csv', false],
    ])
    expect(lying()).to.deep.equal([])
    expect(claimed()).to.deep.equal([])
  })

  it('ignores a file that may still be being written', async () => {
    for (const name of ['.a.csv', 'a.csv.part', 'a.csv.tmp', 'a.csv.filepart', 'a.csv.PART']) put(name)
    expect((await opened()).unmodified).to.equal(true)
    put('young.csv')
    expect((await opened(LATER)).unmodified).to.equal(true)
  })

  it('takes a recent file at once if its .ok mark exists, and removes the mark', async () => {
    put('young.csv')
    put('young.csv.ok', '')
    const delivery = await opened(LATER)
    expect(delivery.file).to.equal('young.csv')
    expect(lying()).to.deep.equal([])
    await end(delivery, 'DONE')
  })

  it('gives a file to only one of two concurrent hubs', async () => {
    put('a.csv')
    const both = await Promise.all([opened(), opened(), opened()])
    expect(both.filter(({ unmodified }) => !unmodified)).to.have.length(1)
  })

  it('takes a file again that a process claimed before it died', async () => {
    put('a.csv')
    const first = await opened()
    const [id = ''] = claimed()
    // Renames the claim to a process id that no process has.
    renameSync(own('.taken', id), own('.taken', id.replace(/\.\d+\./, '.99999999.')))
    const second = await opened()
    expect(second.file).to.equal('a.csv')
    expect(await rows(second)).to.deep.equal([2, 3])
    await end(second, 'DONE')
    expect(first.file).to.equal('a.csv')
    expect(claimed()).to.deep.equal([])
  })

  it('leaves a claim of another machine alone until it is old', async () => {
    mkdirSync(own('.taken', 'elsewhere.1.x'), { recursive: true })
    writeFileSync(own('.taken', 'elsewhere.1.x', 'a.csv'), TABLE)
    expect((await opened()).unmodified).to.equal(true)
    expect((await opened({ settleMs: 0, abandonedMs: 0 })).file).to.equal('a.csv')
  })

  it('hands an accepted file to the archive before it is removed', async () => {
    put('a.csv')
    const kept: [string, string][] = []
    const archive = async (path: string, name: string): Promise<void> => {
      kept.push([name, readFileSync(path, 'utf8')])
    }
    await end(await opened(NOW, { archive }), 'DONE')
    expect(kept).to.deep.equal([['a.csv', TABLE]])
  })

  it('keeps a file that could not be archived, and takes it again', async () => {
    put('a.csv')
    const delivery = await opened(NOW, { archive: () => Promise.reject(new Error('full')) })
    await end(delivery, 'DONE')?.then(
      () => expect.fail('archived'),
      () => {},
    )
    expect((await opened()).file).to.equal('a.csv')
  })

  it('I-A12: takes the files behind one that cannot be removed before it takes that one again', async () => {
    put('a.csv')
    put('b.csv', TABLE, 10)
    const archive = (): Promise<void> => Promise.reject(new Error('full'))
    const failing = async (delivery: FeedDelivery): Promise<void> => {
      const fault = await end(delivery, 'DONE')?.then(
        () => null,
        (error: Error) => error.message,
      )
      expect(fault).to.equal('full')
    }
    const first = await opened(NOW, { archive })
    await failing(first)
    const second = await opened(NOW, { archive })
    await end(second, 'REFUSED')
    const third = await opened()
    await end(third, 'DONE')
    expect([first.file, second.file, third.file]).to.deep.equal(['a.csv', 'b.csv', 'a.csv'])
    expect((await opened()).file).to.equal(null)
  })

  it('moves a refused file aside with the reason and every rejected row', async () => {
    put('a.csv')
    const error = { code: 'FEED_OUT_OF_BOUNDS', message: '超出约定范围。' }
    const rejects = rejectsOf([
      { page: null, row: 3, field: '日期', heading: '立案时间', rule: 'date', message: '不是日期。' },
    ])
    await end(await opened(), 'REFUSED', { error, rejects })
    expect(lying()).to.deep.equal(['refused'])
    expect(readFileSync(own('refused', 'a.csv'), 'utf8')).to.equal(TABLE)
    const reason = readFileSync(own('refused', 'a.csv.reason.txt'), 'utf8')
    expect(reason)
      .to.include('超出约定范围')
      .and.include('FEED_OUT_OF_BOUNDS')
      .and.include('第 3 行')
      .and.include('立案时间（日期）')
  })

  it('never overwrites an earlier refused file', async () => {
    for (const text of [TABLE, `${TABLE}3,丙,2025-01-03\n`]) {
      put('a.csv', text)
      await end(await opened(), 'REFUSED')
    }
    expect(readdirSync(own('refused')).sort()).to.deep.equal([
      'a.2.csv',
      'a.2.csv.reason.txt',
      'a.csv',
      'a.csv.reason.txt',
    ])
    expect(readFileSync(own('refused', 'a.csv'), 'utf8')).to.equal(TABLE)
  })

  it('puts a file back after a failure, under a new name beside a newer file of the same name', async () => {
    put('a.csv')
    const delivery = await opened()
    put('a.csv', `${TABLE}3,丙,2025-01-03\n`, 5)
    await end(delivery, 'FAILED')
    expect(lying().sort()).to.deep.equal(['a.2.csv', 'a.csv'])
    expect(readFileSync(own('a.2.csv'), 'utf8')).to.equal(TABLE)
    expect((await opened()).file).to.equal('a.2.csv')
  })

  it('refuses links and pipes without opening them, and ignores subfolders', async () => {
    writeFileSync(join(base, 'secret.csv'), TABLE)
    symlinkSync(join(base, 'secret.csv'), own('link.csv'))
    mkdirSync(own('sub'))
    writeFileSync(own('sub', 'inner.csv'), TABLE)
    expect((await opened()).unmodified).to.equal(true)
    expect(lying().sort()).to.deep.equal(['refused', 'sub'])
    expect(readFileSync(own('refused', 'link.csv.reason.txt'), 'utf8')).to.include('不是普通文件')
    expect(readdirSync(own('sub'))).to.deep.equal(['inner.csv'])
  })

  it('takes files with names of any length and in GB18030', async () => {
    const long = `${'长'.repeat(83)}.csv`
    put(long)
    const first = await opened()
    expect(first.file).to.equal(long)
    await end(first, 'REFUSED')
    expect(readdirSync(own('refused'))).to.have.length(2)
    writeFileSync(Buffer.concat([Buffer.from(own('/')), iconv.encode('抽查结果.csv', 'gb18030')]), TABLE)
    const second = await opened()
    expect(second.file).to.equal('抽查结果.csv')
    expect(await rows(second)).to.deep.equal([2, 3])
    await end(second, 'FAILED')
    expect(lying()).to.include('抽查结果.csv')
  })

  it("refuses a file with a message that hides the hub's path", async () => {
    put('a.csv', '')
    const delivery = await opened()
    rmSync(own('.taken'), { recursive: true })
    const error = await rows(delivery).catch((thrown: unknown) => thrown)
    expect(isRefusal(error) && error.message)
      .to.include('test/a.csv')
      .and.not.include(base)
  })

  it('is FEED_UNREACHABLE where the folder is missing, without revealing its path', async () => {
    for (const url of [pathToFileURL(join(base, 'gone')).href, 'file://elsewhere/share']) {
      const request = { url, state: null, feed: 'test', shapes: [] }
      const error = await openFolder(request, NOW).catch((thrown: unknown) => thrown)
      expect(isRefusal(error) && error.code).to.equal('FEED_UNREACHABLE')
      expect(isRefusal(error) && error.message).to.not.include(base)
    }
  })

  it('treats two links to a file as two files', async () => {
    put('a.csv')
    linkSync(own('a.csv'), own('b.csv'))
    for (let n = 0; n < 2; n += 1) await end(await opened(), 'DONE')
    expect((await opened()).unmodified).to.equal(true)
  })

  it('opens the folder at the address that the agency is configured with', async () => {
    mkdirSync(join(base, 'quality'))
    const delivery = await feedOf('quality').open({ url: pathToFileURL(base).href }, { state: null })
    expect(delivery.unmodified).to.equal(true)
  })

  for (const [name, whole] of [
    ['quality-full-20261125.xlsx', true],
    ['抽查全量.xlsx', true],
    ['FULL.csv', true],
    ['fullerton.csv', false],
    ['quality-20261125.xlsx', false],
    ['careful.csv', false],
    ['不合格食品全量.csv', true],
    ['ＦＵＬＬ.csv', true],
    ['非全量.csv', false],
    ['非_全量.csv', false],
    ['不是全量.csv', false],
    ['不全.csv', false],
    ['不全量.csv', false],
    ['未全量.csv', false],
    ['准全量.csv', false],
    ['全量-增量.csv', false],
    ['增量.csv', false],
    ['全量（部分）.csv', false],
    ['全量第1批.csv', false],
    ['全量变更.csv', false],
    ['not-full.csv', false],
    ['not_full.csv', false],
    ['NotFull.csv', false],
    ['non-full.csv', false],
    ['no full.csv', false],
    ['half-full.csv', false],
    ['partial.csv', false],
    ['full-partial.csv', false],
    ['full-part2.csv', false],
    ['full 1 of 3.csv', false],
    ['delta-since-full.csv', false],
    ['incremental-full.csv', false],
    ['full_names.csv', false],
    ['fulltext.csv', false],
  ] as const) {
    it(`is ${whole ? 'whole' : 'partial'} by the name ${name}`, () => expect(isNamedWhole(name)).to.equal(whole))
  }
})

async function* rejectsOf<T>(list: readonly T[]): AsyncIterable<T> {
  yield* list
}
