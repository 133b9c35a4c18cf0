import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { agencies } from '../../../src/agencies/index.js'
import { isValidGtin } from '../../../src/domain/operators/codes.js'
import type { RecordDraft, SourceItem } from '../../../src/domain/records/records.js'
import { contractCheck } from '../../../src/foundation/contracts.js'
import { feedOf, itemsOf, refusalOf, TODAY } from '../samples.js'

const FOLDER = resolve('../shared/data')
const BLACKLISTS = 'creditchina-blacklists-2018/dev'
const FEEDS = agencies.find(({ id }) => id === 'market-regulator')?.feeds.map(({ id }) => id) ?? []

/** Feed, items and distinct keys of each accepted file. All other files must be refused. */
const ACCEPTED: Record<string, [feed: string, items: number, keys: number, slipped?: number]> = {
  'cn-company-register/dev/jilin.csv': ['registry', 9471, 9469],
  'cn-company-register/dev/national-sample.csv': ['registry', 28_056, 28_049, 4],
  'vendor-api-samples/qcc-fuzzy-search.json': ['registry', 10, 10],
  [`${BLACKLISTS}/ecommerce-blacklist-90.csv`]: ['dishonest', 90, 99],
  [`${BLACKLISTS}/herbal-slices-failed-sampling.csv`]: ['quality', 39, 39],
  [`${BLACKLISTS}/herbal-slices-failed-sampling.xlsx`]: ['quality', 39, 39],
  'cpsc-recalls/cpsc-recalls.jsonl': ['recalls', 3153, 3153],
  'eu-safety-gate/alerts.json': ['recalls', 478, 478],
  'fda-ires-recalls/recalls.json': ['recalls', 168, 168],
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })

interface Taken {
  items: SourceItem[]
  drafts: RecordDraft[]
  rejected: number
}

const readings = new Map<string, Promise<Taken>>()
const taken = (id: string, file: string): Promise<Taken> => {
  const reading = readings.get(`${id} ${file}`) ?? takenAfresh(id, file)
  readings.set(`${id} ${file}`, reading)
  return reading
}

const takenAfresh = async (id: string, file: string): Promise<Taken> => {
  const items = await itemsOf(id, join(FOLDER, file))
  const mapped = items.map((item) => feedOf(id).map(item, { dated: null, today: TODAY }))
  const drafts = mapped.flatMap((one) => ('drafts' in one ? one.drafts : []))
  return { items, drafts, rejected: mapped.filter((one) => 'problems' in one).length }
}

describe('real feeds and files of the regulator (skipped where they are absent)', () => {
  before(function () {
    if (!existsSync(FOLDER)) this.skip()
  })
  after(() => readings.clear())

  for (const [file, [id, count, keys, slipped = 0]] of Object.entries(ACCEPTED)) {
    it(`${id} accepts ${count} items of ${file} except ${slipped} with shifted columns, and no two drafts differ under one key`, async () => {
      const { items, drafts, rejected } = await taken(id, file)
      expect([items.length, rejected]).to.deep.equal([count, slipped])
      const seen = new Map<string, string>()
      for (const draft of drafts) {
        expect(contractCheck(`records/${draft.kind}`)(draft.body), draft.key).to.deep.equal([])
        const same = seen.get(draft.key) ?? JSON.stringify(draft)
        // A repeated row counts as unchanged. Only the register of Jilin has different rows under one key.
        if (file !== 'cn-company-register/dev/jilin.csv') expect(JSON.stringify(draft), draft.key).to.equal(same)
        seen.set(draft.key, same)
      }
      expect(seen.size).to.equal(keys)
    })
  }

  it("the vendor's search gives nine operators by code, and a firm of Hong Kong without one", async () => {
    const { drafts } = await taken('registry', 'vendor-api-samples/qcc-fuzzy-search.json')
    const without = drafts.filter(({ subject }) => subject.uscc === null)
    expect(drafts.filter(({ subject }) => subject.uscc !== null)).to.have.length(9)
    expect(without.map(({ subject }) => [subject.orgCode, subject.regNo])).to.deep.equal([[null, null]])
  })

  it('the herbal slices yield the same drafts from text and workbook, with makers without a code', async () => {
    const [text, workbook] = [
      await taken('quality', `${BLACKLISTS}/herbal-slices-failed-sampling.csv`),
      await taken('quality', `${BLACKLISTS}/herbal-slices-failed-sampling.xlsx`),
    ]
    expect(workbook.drafts).to.deep.equal(text.drafts)
    expect(text.drafts.every(({ subject, remarks }) => subject.uscc === null && remarks.length === 0)).to.equal(true)
  })

  it('recalls contain only valid GTINs', async () => {
    const all = await Promise.all(
      Object.entries(ACCEPTED)
        .filter(([, [id]]) => id === 'recalls')
        .map(([file]) => taken('recalls', file)),
    )
    const gtins = all.flatMap(({ drafts }) => drafts.flatMap(({ body }) => body.gtins as string[]))
    expect(gtins.length).to.be.greaterThan(250)
    expect(gtins.every((gtin) => gtin.length === 14 && isValidGtin(gtin))).to.equal(true)
  })

  for (const id of FEEDS) {
    it(`${id} refuses every other file with a content code`, async () => {
      for (const path of filesIn(FOLDER)) {
        const file = path.slice(FOLDER.length + 1)
        if (ACCEPTED[file]?.[0] === id) continue
        expect(await refusalOf(itemsOf(id, path)), file).to.be.oneOf(['CONTENT_UNKNOWN', 'CONTENT_UNREADABLE'])
      }
    })
  }
})
