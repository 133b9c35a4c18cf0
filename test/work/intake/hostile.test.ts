/** Attacks that once made the hub show a falsehood as a fact. None may succeed again. */
import { expect } from 'chai'
import * as versions from '../../../src/store/records/versions.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import { deliver } from '../../support/absence.js'
import { row, rows, standing } from '../../support/rows.js'
import {
  at,
  codeOf,
  database,
  dumpOf,
  later,
  lead,
  listingAt,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  penalised,
  pullItems,
  refusal,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const EVER = new Date('2100-01-01')
const ID = '11010519491231002X'

describe('a formerly successful attack', () => {
  const db = database()

  it('a record that moved to another operator no longer belongs to the first, whether one or several operators are asked about', async () => {
    await pullItems(db(), [row(1), row(2)], { id: 'registry', kind: 'registration' })
    await pullItems(db(), [row(7, { code: codeOf(1) })], { kind: 'trademark' })
    await pullItems(db(), [row(7, { code: codeOf(2) })], { kind: 'trademark' })
    const [one, two] = [await operatorOf(db(), codeOf(1)), await operatorOf(db(), codeOf(2))]
    const marks = async (ids: number[]) => {
      const seen = { kinds: ['trademark'] as const, removed: true, first: 10, after: null }
      return (await versions.ofOperators(db(), ids, { asOf: TODAY, knownAt: EVER }, seen)).map(
        (found) => found.operatorId,
      )
    }
    expect([await marks([one]), await marks([two]), await marks([one, two])]).to.deep.equal([[], [two], [two]])
    const options = { rules, now: at(NOW) }
    await scoreOperators(db(), { ...options, cause: 'command', families: ['registration', 'trademarks'], all: true })
    expect(await verifyScores(db(), options)).to.include({ verified: 2, differences: 0 })
  })

  it('a few keys sent repeatedly do not count as a full feed', async () => {
    await pullItems(db(), rows(20))
    const repeated = Array.from({ length: 20 }, () => row(1))
    expect((await refusal(pullItems(db(), repeated))).code).to.equal('FEED_OUT_OF_BOUNDS')
    expect(await standing(db())).to.have.length(20)
  })

  it('an entirely bad delivery is aborted early, and the rejects read so far are stored', async () => {
    const enough = 10_001
    const bad = Array.from({ length: enough + 5_000 }, (_, n) => row(n, { key: '', code: '' }))
    expect((await refusal(pullItems(db(), bad))).code).to.equal('FEED_OUT_OF_BOUNDS')
    expect(await rowsOf(db(), 'select count(*)::int as n from rejects')).to.deep.equal([{ n: enough }])
  })

  it('a record with a key of two parts does not end while its item is unreadable', async () => {
    const mark = (regNo: string, intCls: string | null) =>
      ({ regNo, intCls, tmName: '虚构牌', applicant: '虚构商行', status: '注册', regDate: '2020-01-05' }) as const
    const two = mark('99000011', '30')
    await deliver(db(), 'trademarks', [mark('99000010', '30'), two])
    // The class is missing. Only the number, the first part of the key, identifies the trademark.
    const again = await deliver(db(), 'trademarks', [two, mark('99000010', null)])
    expect([again.rejected, again.ended]).to.deep.equal([1, 0])
    expect(await standing(db())).to.have.members(['99000010/30', '99000011/30'])
  })

  it('a decision made lighter by its agency no longer supports a listing', async () => {
    const listing = await listingAt(db(), 1, 'reviewListing')
    const warned = {
      ...(await versions.byId(db(), listing.decisionVersion ?? 0))?.body,
      types: ['警告'],
      content: '警告',
      fine_yuan: null,
    }
    await db()('versions')
      .where({ id: listing.decisionVersion })
      .update({ body: JSON.stringify(warned) })
    const decide = PATH(listing.decisionVersion ?? 0).find(([name]) => name === 'decideListing')
    if (decide === undefined) throw new Error('no such step')
    expect(await refusal(step(db(), listing.id, decide))).to.include({
      code: 'MOVE_NOT_ALLOWED',
      because: 'DECISION_NOT_HEAVY',
    })
  })

  it('a file dated long ago does not make an answer current', async () => {
    const now = later(0)
    const run = await runs.startRun(db(), {
      job: 'pull',
      subject: 'dishonest',
      cause: 'command',
      whole: true,
      dated: '2018-05-15',
      now,
    })
    await runs.finishRun(db(), run ?? 0, { outcome: 'DONE', now })
    const good = (await runs.lastGoodPulls(db())).get('dishonest')
    expect(good?.at.toISOString()).to.equal('2018-05-14T16:00:00.000Z')
  })

  it('an ID number written by an officer, or sent in parts as a document number, is stored nowhere', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    const listing = await lead(db(), operatorId)
    const [link] = PATH(decision)
    if (link) await step(db(), listing.id, link)
    await step(db(), listing.id, ['proposeListing', OFFICER, { on: '2026-11-03', reason: `当事人 ${ID} 情节严重` }])
    await step(db(), listing.id, ['notifyListing', OFFICER, { on: '2026-11-04', documentNumber: `告〔2026〕${ID}号` }])
    expect(await dumpOf(db())).to.not.include(ID)
  })

  it('texts entered by people have a maximum length', async () => {
    const listing = await listingAt(db(), 1, 'notifyListing')
    const long = 'x'.repeat(20_000)
    for (const input of [{ text: long }, { text: 'x', documentNumber: long }, { text: 'x', reason: long }]) {
      const said = step(db(), listing.id, ['recordDefence', OFFICER, { on: '2026-11-05', ...input }])
      expect((await refusal(said)).code).to.equal('INPUT_INVALID')
    }
    expect((await rowsOf(db(), 'select * from listing_events')).length).to.equal(4)
  })
})
