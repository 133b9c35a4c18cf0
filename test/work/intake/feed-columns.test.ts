import { expect } from 'chai'
import FEED_COLUMNS from '../../../schema/words/feed-columns.json' with { type: 'json' }
import ENGLISH_NAMES from '../../../schema/words/feed-columns-english.json' with { type: 'json' }
import { agencies } from '../../../src/agencies/index.js'
import { columnTitles } from '../../../src/web/words/column-words.js'
import { samplesOfFeed } from '../../../src/work/intake/feed-columns.js'
import { draftsOfItem } from '../../../src/work/intake/read.js'

const HAN = /\p{Script=Han}/u
const feeds = agencies.flatMap(({ feeds }) => feeds)
const TODAY = '2026-11-25'

describe('the sample of a feed', () => {
  for (const feed of feeds)
    it(`${feed.id}: its file is read by the feed, is taken whole, and says which columns are needed`, async () => {
      const samples = samplesOfFeed(feed)
      expect(samples).to.have.length.above(0)
      for (const columns of samples) {
        const text = [columns.map(({ name }) => name), columns.map(({ example }) => example)]
          .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
          .join('\n')
        const items = []
        for await (const item of feed.read(Buffer.from(text), {})) items.push(item)
        expect(items).to.have.length(1)
        for (const item of items) {
          const drafts = draftsOfItem(feed, item, { dated: null, today: TODAY }, () => '')
          expect(drafts, text).to.have.property('drafts')
        }
        expect(
          columns.some(({ isRequired }) => isRequired),
          text,
        ).to.equal(true)
      }
    })

  it('gives every column of a domestic form a Chinese title', () => {
    const bare = feeds.flatMap((feed) =>
      samplesOfFeed(feed)
        .flat()
        .filter(({ title }) => !HAN.test(title))
        .map(({ name }) => `${feed.id} ${name}`),
    )
    // The recalls of other countries keep the names of their sources.
    expect(bare.filter((name) => !name.startsWith('recalls '))).to.deep.equal([])
  })

  it('names every column that a domestic form knows, also those that the hub ignores', () => {
    const bare = feeds.flatMap(({ id, forms }) => {
      const titleOf = columnTitles(id)
      return forms.flatMap(({ names }) =>
        names.filter((name) => !HAN.test(titleOf(name))).map((name) => `${id} ${name}`),
      )
    })
    expect(bare.filter((name) => !name.startsWith('recalls '))).to.deep.equal([])
  })

  it('gives every name in Chinese an English one, and no other', () => {
    const titles = feeds.flatMap(({ id, forms }) => forms.flatMap(({ names }) => names.map(columnTitles(id))))
    const named = new Set([...titles, ...Object.values(FEED_COLUMNS.titles).flatMap((own) => Object.values(own))])
    const english: Record<string, string> = ENGLISH_NAMES
    expect([...named].filter((name) => HAN.test(name) && !Object.hasOwn(english, name))).to.deep.equal([])
    expect(Object.keys(english).filter((name) => !named.has(name))).to.deep.equal(['万元', '元', '其他'])
    expect(Object.values(english).filter((name) => HAN.test(name))).to.deep.equal([])
  })

  it('tells days and words of a list from plain text', () => {
    const penalties = samplesOfFeed(feeds.find(({ id }) => id === 'penalties') as (typeof feeds)[number])
    const coded = penalties.flat().filter(({ name }) => name.startsWith('CF_'))
    const of = (name: string) => coded.find((column) => column.name === name)
    expect(of('CF_JDRQ')).to.include({ title: '处罚决定日期', kind: 'DATE', isRequired: true })
    expect(of('CF_XDR_LB')?.choices).to.include('自然人')
    expect(of('CF_XDR_SHXYM')).to.include({ kind: 'CODE', isRequired: false })
  })
})
