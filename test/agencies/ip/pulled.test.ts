import { expect } from 'chai'
import { startHub, type TestHub } from '../../support/hub.js'
import { sample } from '../samples.js'

describe('shops and sites in the database', () => {
  let test: TestHub
  before(async () => {
    test = await startHub()
  })
  after(() => test.stop())

  const pulled = async (feed: string, path: string) => {
    const told = await test.hub.pull(feed, { cause: 'command', file: { path } })
    return [told?.received, told?.new, told?.changed, told?.unchanged, told?.rejected, told?.unmatched]
  }

  it("shops of firms and of persons are stored, a natural person's filing is unmatched, and no ID number is stored", async () => {
    expect(await pulled('shops', sample('shops.jsonl'))).to.deep.equal([3, 3, 0, 0, 0, 0])
    expect(await pulled('icp', sample('icp.json'))).to.deep.equal([2, 1, 0, 0, 0, 1])
    expect(await pulled('trustmarks', sample('trustmarks.csv'))).to.deep.equal([2, 2, 0, 0, 0, 0])
    const { rows } = await test.hub.db.raw(`select kind, shop from operators where shop is not null order by shop`)
    expect(rows.map((row: { kind: string; shop: string }) => `${row.kind} ${row.shop}`)).to.include.members([
      'SHOP shop:yangli-mall:YL2',
      'SHOP shop:yangli-mall:YL3',
    ])
    const waiting = await test.hub.db.raw(`select to_jsonb(u)::text as row from unmatched u`)
    const written = await test.hub.db.raw(`select to_jsonb(v)::text as row from versions v`)
    const all = [...waiting.rows, ...written.rows].map(({ row }: { row: string }) => row).join('\n')
    expect(all).to.include('吉ICP备99000002号-2')
    expect(all).to.not.include('220102190001010016')
  })

  it('a grade given by an association is stored with its source and changes no score', async () => {
    const scores = async () => {
      await test.hub.score({ cause: 'command', all: true })
      const { rows } = await test.hub.db.raw(
        `select o.uscc, s.value, s.grade, s.facts_hash from current_scores s join operators o on o.id = s.operator_id order by o.uscc`,
      )
      return rows
    }
    const before = await scores()
    expect(before).to.not.deep.equal([])
    expect(await pulled('ratings', sample('ratings.csv'))).to.deep.equal([2, 2, 0, 0, 0, 0])
    expect(await scores()).to.deep.equal(before)
    const { rows } = await test.hub.db.raw(
      `select v.body->>'grade' as grade, v.feed from versions v where v.kind = 'association_grade' order by 1`,
    )
    expect(rows).to.deep.equal([
      { grade: 'A', feed: 'ratings' },
      { grade: 'AAA', feed: 'ratings' },
    ])
  })
})
