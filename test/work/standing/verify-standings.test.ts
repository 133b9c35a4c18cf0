import { expect } from 'chai'
import { verifyStandings, verifyStandingsNightly } from '../../../src/work/standing/verify-standings.js'
import { database, log, NOW, published, refusal, rowsOf } from '../../support/world.js'

const ENTRIES = `select value, grade, contested, entries::text from standing_rows where entries is not null`

describe('verification of standings', () => {
  const db = database()
  const verify = () => verifyStandings(db(), { now: () => NOW, log })

  it('finds no difference after a publication', async () => {
    await published(db(), 1)
    expect(await rowsOf(db(), ENTRIES)).to.have.length(1)
    const { verified, differences } = await verify()
    expect(verified).to.be.above(0)
    expect(differences).to.equal(0)
  })

  for (const [what, tamper] of [
    ['an altered score', "update standing_rows set value = 1, grade = coalesce(grade, 'A')"],
    ['a missing entry', 'update standing_rows set entries = null'],
    ['a missing row', 'delete from standing_rows'],
    ['a lost mark of an objection', 'update standing_rows set contested = not contested'],
    [
      'a row of no operator',
      "insert into standing_rows (operator_id, uscc, status, entries) values (1000000, 'X', 'ACTIVE', '[]')",
    ],
  ] as const)
    it(`finds and corrects ${what}`, async () => {
      await published(db(), 1)
      const before = await rowsOf(db(), ENTRIES)
      await db().raw(tamper)
      expect((await verify()).differences).to.be.above(0)
      expect(await rowsOf(db(), ENTRIES)).to.deep.equal(before)
      expect((await verify()).differences).to.equal(0)
    })

  it('fails the nightly run after a correction', async () => {
    await published(db(), 1)
    await db().raw('update standing_rows set entries = null')
    const nightly = () => verifyStandingsNightly(db(), { now: () => NOW, log, cause: 'command' })
    expect((await refusal(nightly())).code).to.equal('STANDINGS_DIFFERED')
    expect(
      await rowsOf(db(), `select outcome, counts->>'differences' as n from runs where job = 'standings'`),
    ).to.deep.equal([{ outcome: 'FAILED', n: '1' }])
    expect((await nightly())?.differences).to.equal(0)
  })
})
