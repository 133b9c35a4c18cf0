import { expect } from 'chai'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { keepOncePerFact } from '../../../src/domain/scoring/evidence.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as versions from '../../../src/store/records/versions.js'
import * as evidence from '../../../src/store/scoring/evidence.js'
import { readStandings } from '../../../src/store/standing/standings.js'
import { settleOpenConcern } from '../../../src/work/listing/concerns.js'
import { mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import { back, HOUR, row, tell } from '../../support/penalty-feed.js'
import {
  codeOf,
  database,
  feed,
  later,
  lead,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  pullFeed,
  pullItems,
  type Row,
  refusal,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const REVOKED: RecordBody = { status: 'REVOKED', revoked_on: '2026-11-20' }
const LIGHT: RecordBody = { types: ['罚款'], content: '罚款100元', fine_yuan: '100' }

/** A case on the penalty of feed `id`, after the first `moves` moves of its path. */
const caseOn = async (db: JobDb, id = 'penalties', moves = PATH(0).length): Promise<listings.Listing> => {
  const decision = await versions.findCurrentVersion(db, id, 'P1')
  let listing = await lead(db, await operatorOf(db, codeOf(1)))
  for (const one of PATH(decision?.id ?? 0).slice(0, moves)) listing = await step(db, listing.id, one)
  return listing
}
const stateOf = async (db: JobDb, id: string) => {
  const listing = await listings.byId(db, id)
  return [listing?.state, listing?.removalReason]
}
const FIRST = { first: 10, after: null, order: 'OLDEST' } as const
const causes = async (db: JobDb) => (await concerns.list(db, concerns.OPEN_CONCERNS, FIRST)).map(({ cause }) => cause)
const owed = async (db: JobDb, id: string) =>
  rowsOf(db, `select platform, action from deliveries where subject_id = ? and state = 'OWED' order by 1, 2`, [id])
const PLATFORMS = rules.platforms.map(({ id }) => id).sort()
/** Marks all deliveries as confirmed. */
const confirmed = (db: JobDb) =>
  db('deliveries').update({ state: 'CONFIRMED', attempts: 1, confirmed_at: NOW, receipt: '{}' })

describe('consequences for listings when their record changes', () => {
  const db = database()

  it('a published entry leaves the list at once when its penalty is withdrawn, and each platform is owed its removal', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await confirmed(db())
    await tell(db(), { body: REVOKED, now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'REVOKED'])
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(0)
    expect(await owed(db(), id)).to.deep.equal(PLATFORMS.map((platform) => ({ platform, action: 'REMOVE' })))
    const event = (await listings.eventsOf(db(), [id])).at(-1)
    expect([event?.move, event?.role, event?.on]).to.deep.equal(['removeListing', 'clock', TODAY])
    expect(await causes(db())).to.deep.equal([])
  })

  it('P-A4: an entry whose last step is dated in the future leaves the list as well, and the pull completes', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await db().raw(`update listings set facts = jsonb_set(facts, '{lastOn}', '"2036-01-01"') where id = ?`, [id])
    await tell(db(), { body: REVOKED, now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'REVOKED'])
    const event = (await listings.eventsOf(db(), [id])).at(-1)
    expect(event?.on).to.equal(TODAY)
  })

  it('P-A4: a listing that refuses its removal is hidden with a concern, and the run completes', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await confirmed(db())
    // The facts of this listing contradict its public row, so that its removal is refused.
    await db().raw(`update listings set facts = jsonb_set(facts, '{state}', '"REMOVED"') where id = ?`, [id])
    await tell(db(), { body: REVOKED, now: later(60) })
    expect(await causes(db())).to.deep.equal(['TAKEN_BACK'])
    expect(await rowsOf(db(), `select outcome from runs where job = 'pull' order by id desc limit 1`)).to.deep.equal([
      { outcome: 'DONE' },
    ])
  })

  for (const [moves, state] of [
    [1, 'LEAD'],
    [2, 'PROPOSED'],
    [4, 'REVIEWED'],
    [7, 'SERVED'],
  ] as const)
    it(`a case in state ${state} ends when its penalty is withdrawn`, async () => {
      await tell(db())
      const { id, state: before } = await caseOn(db(), 'penalties', moves)
      expect(before).to.equal(state)
      await tell(db(), { body: REVOKED, now: later(60) })
      expect(await stateOf(db(), id)).to.deep.equal(['NOT_LISTED', null])
      expect(await rowsOf(db(), 'select 1 from deliveries')).to.have.length(0)
    })

  it('a penalty withdrawn by one source counts nowhere, whatever another source says', async () => {
    await tell(db())
    await tell(db(), { id: 'elsewhere' })
    const { id } = await caseOn(db())
    await tell(db(), { id: 'elsewhere', body: REVOKED, now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'REVOKED'])
    const operator = await operatorOf(db(), codeOf(1))
    const [found] = keepOncePerFact(
      await evidence.readEvidence(db(), [operator], { asOf: TODAY, knownAt: later(HOUR) }),
    )
    expect(found?.body['status']).to.equal('REVOKED')
  })

  it('a withdrawn penalty cannot be linked', async () => {
    await tell(db(), { body: REVOKED })
    const decision = await versions.findCurrentVersion(db(), 'penalties', 'P1')
    const listing = await lead(db(), await operatorOf(db(), codeOf(1)))
    const link = step(db(), listing.id, [
      'linkDecision',
      { by: 'officer-1', role: 'officer' },
      { on: '2026-11-02', decision: decision?.id ?? 0 },
    ])
    expect((await refusal(link)).code).to.equal('INPUT_INVALID')
  })

  it('a published entry is removed as corrected when the run of its penalty is rolled back', async () => {
    const run = await tell(db())
    const { id } = await caseOn(db())
    await confirmed(db())
    await back(db(), run)
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'CORRECTED'])
    expect(await owed(db(), id)).to.deep.equal(PLATFORMS.map((platform) => ({ platform, action: 'REMOVE' })))
  })

  it('unsent additions are no longer owed when the run is rolled back', async () => {
    const run = await tell(db())
    const { id } = await caseOn(db())
    await back(db(), run)
    expect(await owed(db(), id)).to.deep.equal([])
  })

  it('an entry stays while another source of the same decision stands', async () => {
    const run = await tell(db())
    await tell(db(), { id: 'elsewhere', now: later(30) })
    const { id } = await caseOn(db())
    await back(db(), run)
    expect(await stateOf(db(), id)).to.deep.equal(['PUBLISHED', null])
    expect(await causes(db())).to.deep.equal([])
    const other = await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`)
    await back(db(), Number(other[0]?.['id']), later(2 * HOUR))
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'CORRECTED'])
  })

  it('an entry whose penalty is not heavy without the rolled-back run is removed as corrected', async () => {
    await tell(db(), { body: LIGHT })
    const run = await tell(db(), { now: later(1) })
    const { id } = await caseOn(db())
    await back(db(), run)
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'CORRECTED'])
  })

  it('rolling back a run that lightened a penalty shows the entry again', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const run = await tell(db(), { body: LIGHT, now: later(60) })
    expect(await causes(db())).to.deep.equal(['LIGHTER'])
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    await back(db(), run)
    expect(await stateOf(db(), id)).to.deep.equal(['PUBLISHED', null])
    expect(await causes(db())).to.deep.equal([])
  })

  it('an entry whose hiding was confirmed stays hidden when the run is rolled back', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const run = await tell(db(), { body: LIGHT, now: later(60) })
    await step(db(), id, ['confirmHiding', OFFICER, { on: TODAY }], later(90))
    await back(db(), run)
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
  })

  it('a penalty made lighter hides the entry at once with one concern', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await tell(db(), { body: LIGHT, now: later(60) })
    await tell(db(), { body: { ...LIGHT, fine_yuan: '200' }, now: later(120) })
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(0)
    const [asked] = await concerns.list(db(), concerns.OPEN_CONCERNS, FIRST)
    expect(asked).to.include({ listingId: id, cause: 'LIGHTER' })
    expect(await causes(db())).to.have.length(1)
  })

  it('a penalty moved to another operator hides the entry at once with a concern', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await tell(db(), { rows: [row({ code: codeOf(2) })], now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    expect(await causes(db())).to.deep.equal(['CHANGED_HANDS'])
  })

  it('a merger undone after its penalty came under the survivor’s code hides the entry, and neither is answered as listed', async () => {
    await tell(db())
    const parties = [1, 2].map((n) => ({ key: `R${n}`, code: codeOf(n), value: '某路', day: '2019-05-06' }))
    await pullItems(db(), parties, { id: 'registry', kind: 'registration', whole: false })
    await db().raw('insert into standing_rows (operator_id) select id from operators on conflict do nothing')
    const { id } = await caseOn(db())
    const who = { reason: '同一主体', by: 'officer-2' }
    const merger = { from: codeOf(1), into: codeOf(2), cause: 'MOVED' as const, ...who, now: later(60) }
    const { decision } = await mergeOperators(db(), rules, merger)
    await tell(db(), { rows: [row({ code: codeOf(2) })], now: later(120) })
    await undoDecision(db(), rules, { decision: decision.id, ...who, now: later(180) })
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    const codes = [1, 2].map((n) => ({ scheme: 'uscc', code: codeOf(n) }))
    const query = { days: { asOf: TODAY, today: TODAY }, grades: 'NONE' as const }
    expect((await readStandings(db(), codes, query)).map((one) => one?.entries)).to.deep.equal([[], []])
  })

  it('a correction that keeps the weight opens no concern', async () => {
    await tell(db())
    await caseOn(db())
    await tell(db(), { body: { note: '更正笔误' }, now: later(60) })
    expect(await causes(db())).to.deep.equal([])
  })

  it('a public entry follows the text of its penalty, and every platform is owed the change', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const shown = async () => (await rowsOf(db(), 'select body from public_entries'))[0]?.['body'] as { reason: string }
    await tell(db(), { body: { violation: '虚构的另一违法行为' }, now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['PUBLISHED', null])
    expect((await shown()).reason).to.equal('虚构的另一违法行为')
    const told = await rowsOf(
      db(),
      `select distinct action, notice->>'reason' as reason from deliveries where subject_id = ? and state = 'OWED'`,
      [id],
    )
    expect(told).to.deep.equal([{ action: 'ADD', reason: '虚构的另一违法行为' }])
    expect(await causes(db())).to.deep.equal([])
  })

  it('an entry whose party turns out to be a natural person is hidden at once with a concern', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await tell(db(), { body: { party_kind: 'NATURAL_PERSON' }, now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    expect(await causes(db())).to.deep.equal(['NOT_PUBLIC'])
  })

  it('an entry corrected while hidden is unhidden with the corrected text', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await step(db(), id, ['hideListing', OFFICER, { on: TODAY, hiding: 'ERROR', reason: '疑似有误' }], later(30))
    await tell(db(), { body: { violation: '更正后的违法行为' }, now: later(60) })
    await step(db(), id, ['unhideListing', OFFICER, { on: TODAY, reason: '核实无误' }], later(90))
    const [entry] = await rowsOf(db(), `select body->>'reason' as reason from public_entries`)
    expect(entry).to.deep.equal({ reason: '更正后的违法行为' })
  })

  it('a full delivery without the penalty opens one concern and makes no move, also when repeated', async () => {
    const other = row({ key: 'P2', code: codeOf(2) })
    await tell(db(), { whole: true, rows: [row(), other] })
    const { id } = await caseOn(db())
    for (const seconds of [60, 120]) await tell(db(), { whole: true, rows: [other], now: later(seconds) })
    expect(await stateOf(db(), id)).to.deep.equal(['PUBLISHED', null])
    expect(await causes(db())).to.deep.equal(['ABSENT'])
    const [asked] = await concerns.list(db(), concerns.OPEN_CONCERNS, FIRST)
    await settleOpenConcern(db(), rules, {
      id: asked?.id ?? 0,
      note: '信源单位确认仍有效',
      by: 'officer-1',
      now: later(180),
    })
    await tell(db(), { whole: true, rows: [other], now: later(240) })
    expect(await causes(db())).to.deep.equal([])
  })

  it('a concern is settled once, with a note', async () => {
    await tell(db())
    await caseOn(db())
    await tell(db(), { body: LIGHT, now: later(60) })
    const [asked] = await concerns.list(db(), concerns.OPEN_CONCERNS, FIRST)
    const settled = (note: string, id = asked?.id ?? 0) =>
      refusal(settleOpenConcern(db(), rules, { id, note, by: 'officer-1', now: later(120) }))
    expect((await settled(' ')).code).to.equal('INPUT_INVALID')
    expect((await settled('长'.repeat(1_001))).code).to.equal('INPUT_INVALID')
    expect((await settled('已核', 999_999)).code).to.equal('CONCERN_UNKNOWN')
    expect((await settled('已核')).code).to.equal('none')
    expect((await settled('已核')).code).to.equal('CONCERN_UNKNOWN')
  })

  it('a penalty that lost its party’s code hides the entry at once with a concern', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const { code: _, ...nameless } = row()
    await tell(db(), { rows: [nameless], now: later(60) })
    expect(await stateOf(db(), id)).to.deep.equal(['HIDDEN', null])
    expect(await causes(db())).to.deep.equal(['CHANGED_HANDS'])
  })

  it('an entry whose penalty was found by a code now rolled back is removed as corrected', async () => {
    const reg = '220102000000017'
    const register = (more: Partial<Row>) =>
      pullFeed(
        db(),
        feed({ id: 'registry', kind: 'registration', whole: false, sent: () => [row({ key: 'G1', ...more })] }),
        { rules },
      )
    await register({})
    await register({ reg })
    const [taught] = await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`)
    const { code: _, ...found } = row({ reg })
    await tell(db(), { rows: [found] })
    const { id } = await caseOn(db())
    await back(db(), Number(taught?.['id']))
    expect(await stateOf(db(), id)).to.deep.equal(['REMOVED', 'CORRECTED'])
  })

  for (const [moves, state] of [
    [8, 'REMOVED'],
    [2, 'NOT_LISTED'],
  ] as const)
    it(`rolling back a false withdrawal leaves the case ${state}, publishes nothing, and opens one concern`, async () => {
      await tell(db())
      const { id } = await caseOn(db(), 'penalties', moves)
      const run = await tell(db(), { body: REVOKED, now: later(60) })
      const [ended, owing] = [await stateOf(db(), id), await owed(db(), id)]
      expect(ended[0]).to.equal(state)
      expect(await causes(db())).to.deep.equal([])
      await back(db(), run)
      expect([await stateOf(db(), id), await owed(db(), id)]).to.deep.equal([ended, owing])
      expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(0)
      const [asked] = await concerns.list(db(), concerns.OPEN_CONCERNS, FIRST)
      expect(asked).to.include({
        listingId: id,
        cause: 'RESTORED',
        record: (await versions.findCurrentVersion(db(), 'penalties', 'P1'))?.id,
      })
      await settleOpenConcern(db(), rules, {
        id: asked?.id ?? 0,
        note: '另行立案',
        by: 'officer-1',
        now: later(2 * HOUR),
      })
      await tell(db(), { body: { note: '更正笔误' }, now: later(3 * HOUR) })
      expect(await causes(db())).to.deep.equal([])
    })

  it('a withdrawal revoked by the agency itself opens a concern as well; for a penalty made lighter it opens none', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await tell(db(), { body: REVOKED, now: later(60) })
    await tell(db(), { body: LIGHT, now: later(120) })
    expect(await causes(db())).to.deep.equal([])
    await tell(db(), { now: later(180) })
    expect([await causes(db()), await stateOf(db(), id)]).to.deep.equal([['RESTORED'], ['REMOVED', 'REVOKED']])
  })

  it('an entry that an officer removed opens no concern, whatever its penalty becomes', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const run = await tell(db(), { body: { note: '补正' }, now: later(60) })
    await step(db(), id, [
      'removeListing',
      { by: 'officer-1', role: 'officer' },
      { on: TODAY, removal: 'REVOKED', reason: '处罚决定被撤销' },
    ])
    await back(db(), run)
    expect(await causes(db())).to.deep.equal([])
  })

  it('a move by an officer does not delay a merge of the penalty’s feed', async () => {
    await tell(db())
    const { id } = await caseOn(db(), 'penalties', 2)
    const [moved, told] = await Promise.allSettled([
      step(db(), id, [
        'notifyListing',
        { by: 'officer-1', role: 'officer' },
        { on: '2026-11-04', documentNumber: '测市监告〔2026〕1号' },
      ]),
      tell(db(), { body: REVOKED, now: later(60) }),
    ])
    expect(told.status).to.equal('fulfilled')
    expect(moved.status === 'fulfilled' || moved.reason.code === 'MOVE_NOT_ALLOWED').to.equal(true)
    expect((await stateOf(db(), id))[0]).to.equal('NOT_LISTED')
  })
})
