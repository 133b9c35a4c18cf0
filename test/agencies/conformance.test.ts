import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { agencies, feeds } from '../../src/agencies/index.js'
import { itemsOfWorkbook } from '../../src/agencies/readers/workbook.js'
import { FACT_FAMILIES } from '../../src/domain/records/facts.js'
import { RECORD_KINDS, type SourceItem } from '../../src/domain/records/records.js'
import { findFamiliesOfFeeds } from '../../src/domain/scoring/evidence.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { cronOfFeed } from '../../src/work/timetable/timetable.js'
import { draftsOf, feedOf, itemsOf, itemsOfSample, refusalOf, SAMPLES, sample } from './samples.js'

/** Returns the code with which a feed refuses a sample. Workbooks open in this thread, because a worker takes 0.1 s to start. */
const refusalOfSample = async (id: string, name: string): Promise<string> => {
  const opened = async (): Promise<SourceItem[]> => [
    ...itemsOfWorkbook(readFileSync(sample(name)), 'xlsx', { feed: id, shapes: feedOf(id).forms }),
  ]
  const refused = name.endsWith('.xlsx') ? await refusalOf(opened()) : 'none'
  // Two feeds may share a form. Then the reading feed's own check must refuse the sample.
  return refused === 'none' ? refusalOf(itemsOf(id, sample(name))) : refused
}

describe('agencies', () => {
  it('have unique ids, and so have their feeds', () => {
    const ids = agencies.map(({ id }) => id)
    const feedIds = agencies.flatMap((agency) => agency.feeds.map(({ id }) => id))
    expect(new Set(ids).size).to.equal(ids.length)
    expect(new Set(feedIds).size).to.equal(feedIds.length)
    expect([...feeds.keys()]).to.have.members(feedIds)
    expect(feedIds).to.have.members(Object.keys(SAMPLES))
  })

  it('are named in both languages and own the feeds that they list', () => {
    for (const agency of agencies) {
      expect(agency.name.zh).to.match(/\p{Script=Han}/u)
      expect(agency.name.en).to.match(/^[ -~]+$/)
      expect(agency.region).to.match(/^22\d{4}$/)
      for (const feed of agency.feeds) expect(feed.agency).to.equal(agency.id)
    }
  })

  it('prove the absence of facts in every family, and lists with feeds of their own in separate ones', () => {
    const proved = (id: string) => feeds.get(id)?.provesAbsenceOf
    expect(findFamiliesOfFeeds(feeds.values())).to.have.members(Object.keys(FACT_FAMILIES))
    expect(['dishonest', 'abnormal', 'defaulters', 'permits'].map(proved)).to.deep.equal([
      ['lists'],
      ['abnormal'],
      ['courts'],
      [],
    ])
  })

  const asDescribed = [...feeds.values()].map(({ id, agency, kind, whole, duty }) => {
    const [minute, hour] = cronOfFeed(id).split(' ')
    return [agency, id, kind, whole, `${hour?.padStart(2, '0')}:${minute?.padStart(2, '0')}`, duty?.workdays ?? 0]
  })
  for (const page of ['README.md', 'README.zh-CN.md'])
    it(`have a row for each feed in src/agencies/${page}, with its kind, extent, hour and working days`, () => {
      let agency = ''
      const rows = readFileSync(`src/agencies/${page}`, 'utf8').matchAll(
        /^\| (?:`([\w-]+)` )?· `(\w+)`[^|]*\| (\w+) \|[^|]*\| (\S+) \| (\S+) \|[^|]*\| (\d*)/gm,
      )
      const told = [...rows].map(([, named, id, kind, sent = '', hour, workdays]) => {
        agency = named ?? agency
        return [agency, id, kind, ['whole', '全量'].includes(sent), hour, Number(workdays)]
      })
      expect(told).to.have.deep.members(asDescribed)
    })

  const NUMBERED = [
    ['food', 'food.xlsx', '抽样编号'],
    ['food', 'food.xlsx', '序号'],
    ['quality', 'quality.xlsx', '序号'],
    ['commitments', 'commitments.json', '承诺编号'],
    ['dishonest', 'dishonest.json', 'ILLID'],
    ['trustmarks', 'trustmarks.csv', '证书编号'],
    ['ratings', 'ratings.csv', '评价编号'],
    ['permits', 'permits.csv', 'XK_WSH'],
    ['penalties', 'penalties.csv', 'CF_WSH'],
  ] as const
  for (const [id, file, field] of NUMBERED)
    it(`form one key of a number with wide and with narrow letters and digits: ${id} ${field}`, async () => {
      const numbered = (await itemsOfSample(id, file)).filter(({ fields }) => fields[field])
      expect(numbered).to.not.be.empty
      for (const item of numbered) {
        const wide = String(item.fields[field]).replace(/[\dA-Z-]/gi, (sign) =>
          String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
        )
        const keys = (fields: SourceItem['fields']) => draftsOf(id, { ...item, fields }).map(({ key }) => key)
        expect(keys({ ...item.fields, [field]: wide })).to.deep.equal(keys(item.fields))
      }
    })

  for (const [id, feed] of feeds) {
    describe(`feed ${id}`, () => {
      it(`${id} has plausible bounds and a known kind`, () => {
        // The id is part of the name of an exchange table.
        expect(id).to.match(/^[a-z][a-z0-9_]*$/)
        expect(RECORD_KINDS).to.include(feed.kind)
        expect(feed.bounds.fewest).to.be.greaterThan(0)
        expect(feed.bounds.most).to.be.greaterThan(feed.bounds.fewest)
        for (const share of [feed.bounds.rejectShare, feed.bounds.shrinkShare]) expect(share).to.be.within(0.01, 0.99)
        expect(feed.bounds.staleAfterHours).to.be.greaterThan(24)
        expect(cronOfFeed(id)).to.match(/^\d{1,2} \d{1,2} \* \* \*$/)
        expect(feed.title.zh).to.match(/\p{Script=Han}/u)
      })

      for (const name of SAMPLES[id] ?? []) {
        it(`${id} makes drafts of ${name} that satisfy their contract`, async () => {
          const items = await itemsOfSample(id, name)
          const drafts = items.flatMap((item) => draftsOf(id, item))
          expect(items).to.not.be.empty
          for (const draft of drafts) {
            expect(draft.kind).to.equal(feed.kind)
            expect(contractCheck(`records/${feed.kind}`)(draft.body)).to.deep.equal([])
            expect(draft.key).to.not.match(/undefined|null|NaN/)
          }
          expect(new Set(drafts.map(({ key }) => key)).size).to.equal(drafts.length)
          expect(items.every(({ row }) => row >= 1)).to.equal(true)
        })

        it(`${id} maps each item of ${name} twice to the same drafts and leaves the item unchanged`, async () => {
          for (const item of await itemsOfSample(id, name)) {
            const before = JSON.stringify(item)
            expect(draftsOf(id, item)).to.deep.equal(draftsOf(id, item))
            expect(JSON.stringify(item)).to.equal(before)
          }
        })

        it(`${id} knows every field of ${name}`, async () => {
          const drafts = (await itemsOfSample(id, name)).flatMap((item) => draftsOf(id, item))
          expect(drafts.flatMap(({ remarks }) => remarks).filter(({ rule }) => rule === 'field.unknown')).to.deep.equal(
            [],
          )
        })
      }

      it(`${id} refuses the samples of the other feeds`, async () => {
        for (const name of Object.entries(SAMPLES).flatMap(([other, names]) => (other === id ? [] : names))) {
          expect(await refusalOfSample(id, name), name).to.equal('CONTENT_UNKNOWN')
        }
      })
    })
  }
})
