import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { contentFromFile } from '../../src/agencies/readers/content.js'
import { readContent } from '../../src/agencies/readers/index.js'
import type { RecordDraft, SourceItem } from '../../src/domain/records/records.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { draftsOf, feedOf, fileOf, itemsOf, TODAY } from './samples.js'

const REGISTER = resolve('../shared/data/cn-company-register/dev/jilin.csv')
const LIST = resolve('../shared/data/creditchina-blacklists-2018/dev/ecommerce-blacklist-90.csv')
const SAMPLING = resolve('../shared/data/creditchina-blacklists-2018/dev/herbal-slices-failed-sampling')

const mapped = (id: string, items: SourceItem[], dated: string | null): RecordDraft[] =>
  items.flatMap((item) => draftsOf(id, item, { dated, today: TODAY }))

const faultsOf = (id: string, drafts: RecordDraft[]) =>
  drafts.flatMap(({ body }) => contractCheck(`records/${feedOf(id).kind}`)(body))

describe('real files (skipped where they are absent)', () => {
  before(function () {
    if (!existsSync(REGISTER) || !existsSync(LIST)) this.skip()
  })

  it('the register of Jilin: 9,471 items, each a valid draft, 9,469 keys', async () => {
    const items = await itemsOf('registry', REGISTER)
    const drafts = mapped('registry', items, null)
    expect([items.length, drafts.length]).to.deep.equal([9471, 9471])
    expect(new Set(drafts.map(({ key }) => key)).size).to.equal(9469)
    expect(items.map(({ row }) => row)).to.deep.equal(items.map((_, at) => at + 2))
    expect(faultsOf('registry', drafts)).to.deep.equal([])
    expect(drafts.flatMap(({ remarks }) => remarks)).to.deep.equal([])
    expect(new Set(drafts.map(({ body }) => body.status))).to.deep.equal(new Set(['UNKNOWN']))
    expect(drafts.filter(({ body }) => body.kind === 'individual')).to.have.length(168)
    expect(drafts.filter(({ body }) => body.type === null)).to.have.length(8603)
    expect(drafts.filter(({ body }) => body.capital_yuan === null)).to.have.length(2644)
    expect(
      drafts.every(({ body }) => String(body.region_code).startsWith('22') || body.region_code === '100000'),
    ).to.equal(true)
  })

  it('the list of 2018: 90 items, 99 drafts, six items without a USCC', async () => {
    const items = await itemsOf('dishonest', LIST)
    const drafts = mapped('dishonest', items, '2018-05-15')
    expect([items.length, drafts.length]).to.deep.equal([90, 99])
    expect(new Set(drafts.map(({ key }) => key)).size).to.equal(99)
    expect(faultsOf('dishonest', drafts)).to.deep.equal([])
    const without = items.filter((item) => draftsOf('dishonest', item)[0]?.subject.uscc === null)
    expect(without.map(({ row }) => row)).to.deep.equal([3, 4, 5, 6, 7, 8])
    expect(without.every((item) => draftsOf('dishonest', item)[0]?.subject.orgCode !== null)).to.equal(true)
    for (const { body, validFrom, validTo } of drafts) {
      expect(body).to.include({ list: 'ecommerce-2018', authority: null, document_number: null, ends_on: null })
      expect([body.listed_on, validFrom, validTo]).to.deep.equal(['2018-05-15', '2018-05-15', null])
    }
  })

  it('the list of 2018 has no dates if its delivery is given no day', async () => {
    const drafts = mapped('dishonest', await itemsOf('dishonest', LIST), null)
    expect(drafts.every(({ body, validFrom }) => body.listed_on === null && validFrom === null)).to.equal(true)
  })

  it('the list of 2018 names the same 15 operators if only the wrong column holds their code', async () => {
    const lines = readFileSync(LIST, 'utf8').split('\n')
    const both = lines.filter((line) => /^[^,]*,[^,]*,([0-9A-Z]{18}),\1,/.test(line))
    const blanked = lines.map((line) => line.replace(/^([^,]*,[^,]*,)([0-9A-Z]{18}),\2,/, '$1$2,,'))
    const subjects = (drafts: RecordDraft[]) => drafts.map(({ key, subject }) => [key, subject])
    const proper = mapped('dishonest', await itemsOf('dishonest', LIST), null)
    const moved = mapped('dishonest', await itemsOf('dishonest', fileOf(blanked.join('\n'))), null)
    expect(both).to.have.length(15)
    expect(subjects(moved)).to.deep.equal(subjects(proper))
  })

  it('the table of failed samples has 39 rows, none broken, as text and as a workbook', async function () {
    if (!existsSync(`${SAMPLING}.csv`)) this.skip()
    const shapes = [
      { names: ['标示生产企业或供货单位', '生产批号', '检品来源', '检验依据', '检验结果', '检验机构', '备注'] },
    ]
    const rows: SourceItem[][] = []
    for (const kind of ['csv', 'xlsx']) {
      const items: SourceItem[] = []
      for await (const item of readContent(await contentFromFile(`${SAMPLING}.${kind}`), shapes, 'quality'))
        items.push(item)
      rows.push(items)
    }
    const [table = [], workbook = []] = rows
    for (const items of [table, workbook]) {
      expect(items).to.have.length(39)
      expect(items.some(({ fields }) => Object.hasOwn(fields, '__row'))).to.equal(false)
    }
  })
})
