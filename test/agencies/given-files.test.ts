/** Pulls every real file that a feed accepts, twice, like `hub pull FEED --file`. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { feeds } from '../../src/agencies/index.js'
import { runPull } from '../../src/work/intake/pull.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { NOW, pseudonymOf } from '../support/world.js'

const FOLDER = resolve('../shared/data')
const here = existsSync(FOLDER)
const said = here ? '' : ' (skipped: the shared files are not here)'

interface Counts {
  received: number
  new: number
  unmatched?: number
  /** Rows with shifted columns. */
  rejected?: number
  /** Rows that repeat another row of the same file. */
  unchanged?: number
}

const TAKEN: [feed: string, file: string, counts: Counts][] = [
  ['registry', 'cn-company-register/dev/jilin.csv', { received: 9471, new: 9469, unchanged: 2 }],
  // Three rows repeat the file before, and four have shifted columns (F-12).
  [
    'registry',
    'cn-company-register/dev/national-sample.csv',
    { received: 28056, new: 28049, unchanged: 3, rejected: 4 },
  ],
  // A firm of Hong Kong has no unified code and stays unmatched.
  ['registry', 'vendor-api-samples/qcc-fuzzy-search.json', { received: 10, new: 9, unmatched: 1 }],
  ['dishonest', 'creditchina-blacklists-2018/dev/ecommerce-blacklist-90.csv', { received: 90, new: 84, unmatched: 6 }],
  // This file gives producers by name only.
  [
    'quality',
    'creditchina-blacklists-2018/dev/herbal-slices-failed-sampling.csv',
    { received: 39, new: 0, unmatched: 39 },
  ],
  [
    'quality',
    'creditchina-blacklists-2018/dev/herbal-slices-failed-sampling.xlsx',
    { received: 39, new: 0, unmatched: 39 },
  ],
  ['penalties', 'vendor-api-samples/tianyancha-penalties.json', { received: 20, new: 0, unmatched: 20 }],
  ['penalties', 'vendor-api-samples/city-platform-cf-row.json', { received: 1, new: 1 }],
  ['recalls', 'cpsc-recalls/cpsc-recalls.jsonl', { received: 3153, new: 3153 }],
  ['recalls', 'eu-safety-gate/alerts.json', { received: 478, new: 478 }],
  ['recalls', 'fda-ires-recalls/recalls.json', { received: 168, new: 168 }],
]

describe(`real files${said}`, () => {
  let test: TestDatabase
  before(async function () {
    if (!here) this.skip()
    test = await freshDatabase()
  })
  after(async () => {
    if (here) await test.drop()
  })

  const pulled = async (id: string, file: string) => {
    const feed = feeds.get(id)
    if (!feed) throw new Error(`no feed ${id}`)
    const path = join(FOLDER, file)
    const answer = await runPull(test.db, {
      feed,
      url: null,
      file: { path },
      pseudonymOf,
      cause: 'command',
      now: () => NOW,
    })
    const { ms: _, run: __, ended: ___, ...told } = answer ?? { ms: 0, run: 0, ended: 0 }
    return told
  }

  for (const [feed, file, counts] of TAKEN) {
    it(`${feed} accepts ${file}: ${JSON.stringify(counts)}, and a second pull changes nothing${said}`, async () => {
      const { unmatched = 0, unchanged = 0, rejected = 0 } = counts
      const told = { feed, received: counts.received, changed: 0, rejected, unmatched, full: false }
      expect(await pulled(feed, file)).to.deep.equal({ ...told, new: counts.new, unchanged })
      expect(await pulled(feed, file)).to.deep.equal({
        ...told,
        new: 0,
        unchanged: counts.received - unmatched - rejected,
      })
    })
  }

  it(`unmatched records state the reason, and none is lost${said}`, async () => {
    const { rows } = await test.db.raw(
      `select feed, reason, count(*)::int as n from unmatched where state = 'OPEN' group by 1, 2 order by 1, 2`,
    )
    expect(rows).to.deep.equal([
      { feed: 'dishonest', reason: 'code.unknown', n: 12 },
      { feed: 'penalties', reason: 'subject.none', n: 20 },
      { feed: 'quality', reason: 'name.only', n: 39 },
      { feed: 'registry', reason: 'name.only', n: 1 },
    ])
  })
})
