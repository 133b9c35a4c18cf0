import { expect } from 'chai'
import { describeConsequence, findContestedReason, OBJECTION_STATES } from '../../../src/domain/scoring/objection.js'
import type { Reason } from '../../../src/domain/scoring/score.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as objections from '../../../src/store/scoring/objections.js'
import * as standings from '../../../src/store/standing/standings.js'
import { mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import { decideObjection, openObjection, withdrawObjection } from '../../../src/work/scoring/objection.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { verifyStandings } from '../../../src/work/standing/verify-standings.js'
import {
  at,
  codeOf,
  database,
  later,
  log,
  NOW,
  operatorOf,
  published,
  pullItems,
  refusal,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const senderOf = (feed: string) => (feed === 'penalties' ? 'credit-office' : null)

/** Creates and scores operator 1 with its registration and one penalty for each value. */
const world = async (db: JobDb, values: readonly string[], now = NOW) => {
  await pullItems(db, [{ key: 'R1', code: codeOf(1), value: '某路1号', day: '2019-05-06' }], {
    id: 'registry',
    kind: 'registration',
    now: at(now),
  })
  await pullItems(
    db,
    values.map((value, i) => ({ key: `P${i}`, code: codeOf(1), value, day: '2026-10-10' })),
    { id: 'penalties', kind: 'penalty', now: at(now) },
  )
  await scored(db, now)
}
const scored = (db: JobDb, now: Date) =>
  scoreOperators(db, { cause: 'command', rules, families: ['registration', 'penalties'], now: at(now) })

const versionOf = async (db: JobDb, key: string): Promise<number> => {
  const [row] = await rowsOf(db, 'select id from versions where record_key = ? and known_to is null', [key])
  return Number(row?.['id'] ?? 0)
}
const open = async (db: JobDb, key = 'P0', given: Partial<Parameters<typeof openObjection>[2]> = {}) =>
  openObjection(db, rules, {
    operator: codeOf(1),
    record: await versionOf(db, key),
    statement: '该处罚不是我单位的',
    mayFor: () => true,
    by: 'officer-1',
    now: NOW,
    ...given,
  })
const decide = (db: JobDb, id: number, given: Partial<Parameters<typeof decideObjection>[2]> = {}) =>
  decideObjection(db, rules, {
    objection: id,
    verdict: 'UPHELD',
    note: '已核实',
    senderOf,
    by: 'reviewer-1',
    now: NOW,
    ...given,
  })
const withdraw = (db: JobDb, id: number, by = 'officer-1') =>
  withdrawObjection(db, rules, { objection: id, by, now: NOW })

const objected = async (db: JobDb, asOf = TODAY, n = 1): Promise<boolean | undefined> => {
  const query = { days: { asOf, today: asOf }, grades: 'ALL' as const }
  return (await standings.readStandings(db, [{ scheme: 'uscc', code: codeOf(n) }], query))[0]?.objected
}

describe('objection to a reason of a score', () => {
  const db = database()

  it('concerns the record behind the reason, and marks the standing while it is open', async () => {
    await world(db(), ['违法一', '违法二'])
    expect(await objected(db())).to.equal(false)
    const opened = await open(db())
    expect(opened).to.deep.include({
      feed: 'penalties',
      recordKey: 'P0',
      record: await versionOf(db(), 'P0'),
      fact: 'penalty_heavy',
      statement: '该处罚不是我单位的',
      state: 'OPEN',
      openedBy: 'officer-1',
      decidedAt: null,
      referredTo: null,
    })
    expect(await objected(db())).to.equal(true)
    await withdraw(db(), opened.id)
    expect(await objected(db())).to.equal(false)
  })

  it('upheld, is sent to the agency of the record and leaves the score unchanged', async () => {
    await world(db(), ['违法一'])
    const before = await rowsOf(db(), 'select * from scores')
    const { id } = await open(db())
    const upheld = await decide(db(), id)
    expect(upheld).to.include({ state: 'UPHELD', referredTo: 'credit-office', note: '已核实', decidedBy: 'reviewer-1' })
    expect(describeConsequence(upheld).zh).to.include('信源单位更正')
    await scored(db(), later(60))
    expect(await rowsOf(db(), 'select * from scores')).to.deep.equal(before)
  })

  it('upheld, marks the standing until the record is corrected after the decision', async () => {
    await world(db(), ['违法一'])
    const { id, correctionPending } = await open(db())
    expect(correctionPending).to.equal(false)
    expect((await decide(db(), id, { now: later(30) })).correctionPending).to.equal(true)
    expect(await objected(db())).to.equal(true)
    await world(db(), ['违法一'], later(60))
    expect(await objected(db())).to.equal(true)
    await world(db(), ['违法一，已更正'], later(120))
    expect(await objected(db())).to.equal(false)
    expect((await objections.byId(db(), id))?.correctionPending).to.equal(false)
    expect((await open(db(), 'P0', { now: later(180) })).state).to.equal('OPEN')
    expect(await objected(db())).to.equal(true)
  })

  it('a version from before the decision does not count as the correction', async () => {
    await world(db(), ['违法一'])
    const { id } = await open(db())
    await world(db(), ['违法一，有补充'], later(60))
    await decide(db(), id, { now: later(120) })
    expect(await objected(db())).to.equal(true)
  })

  const gone: [string, (now: Date) => Record<string, unknown>][] = [
    ['ended by its agency', (now) => ({ known_to: now, closed_as: 'ENDED' })],
    ['withdrawn as wrong', (now) => ({ known_to: now, closed_as: 'WRONG', wrong_from: now })],
  ]
  for (const [what, change] of gone) {
    it(`upheld, ends where the record was ${what}`, async () => {
      await world(db(), ['违法一'])
      await decide(db(), (await open(db())).id, { now: later(30) })
      await db()('versions')
        .where({ record_key: 'P0' })
        .update(change(later(60)))
      expect(await objected(db())).to.equal(false)
    })
  }

  it('rejected or withdrawn, marks nothing as contested', async () => {
    await world(db(), ['违法一', '违法二'])
    await decide(db(), (await open(db())).id, { verdict: 'REJECTED' })
    await withdraw(db(), (await open(db(), 'P1')).id)
    expect(await objected(db())).to.equal(false)
  })

  it('rejected, is sent to no agency', async () => {
    await world(db(), ['违法一'])
    const { id } = await open(db())
    expect(await decide(db(), id, { verdict: 'REJECTED' })).to.include({ state: 'REJECTED', referredTo: null })
  })

  it('follows the record across its versions, and ends with the reason', async () => {
    await world(db(), ['违法一'])
    const before = await versionOf(db(), 'P0')
    await open(db())
    await world(db(), ['违法一，有补充'], later(60))
    expect(await versionOf(db(), 'P0')).not.to.equal(before)
    expect(await objected(db())).to.equal(true)
    const revoked = { status: 'REVOKED', revoked_on: TODAY }
    await pullItems(db(), [{ key: 'P0', code: codeOf(1), value: '违法一', day: '2026-10-10' }], {
      id: 'penalties',
      kind: 'penalty',
      body: () => revoked,
      now: at(later(120)),
    })
    await scored(db(), later(180))
    expect(await objected(db())).to.equal(false)
  })

  it('an older version of a record that counts identifies it as well', async () => {
    await world(db(), ['违法一'])
    const older = await versionOf(db(), 'P0')
    await world(db(), ['违法一，有补充'], later(60))
    expect((await open(db(), 'P0', { record: older, now: later(120) })).recordKey).to.equal('P0')
  })

  describe('after a merger of its operator', () => {
    const identity = { reason: '同一主体', by: 'officer-2' }
    const merge = (now: Date, from = 1, into = 2) =>
      mergeOperators(db(), rules, { from: codeOf(from), into: codeOf(into), cause: 'MOVED', ...identity, now })
    const part = (decision: number, now: Date) => undoDecision(db(), rules, { decision, ...identity, now })
    const row = (n: number) => operatorOf(db(), codeOf(n))
    const marked = async (n: number) =>
      (await rowsOf(db(), 'select contested from standing_rows where operator_id = ?', [await row(n)]))[0]?.[
        'contested'
      ]
    const agrees = async () => expect((await verifyStandings(db(), { now: () => NOW, log })).differences).to.equal(0)
    const both = async () => {
      await world(db(), ['违法一', '违法二'])
      const others = [2, 3].map((n) => ({ key: `R${n}`, code: codeOf(n), value: `某路${n}号`, day: '2019-05-06' }))
      await pullItems(db(), others, {
        ...{ id: 'registry', kind: 'registration', whole: false },
      })
      await scored(db(), NOW)
    }

    it('counts for the survivor, and counts for its operator alone once the merger is undone', async () => {
      await both()
      const { id } = await open(db())
      const { decision } = await merge(later(60))
      await scored(db(), later(120))
      expect([await objected(db(), TODAY, 2), await marked(2)]).to.deep.equal([true, true])
      const given = { operator: codeOf(2), now: later(180) }
      expect((await refusal(open(db(), 'P0', given))).code).to.equal('OBJECTION_NOT_ALLOWED')
      const survivor = await row(2)
      expect((await objections.byId(db(), id))?.operatorId).to.equal(survivor)
      expect((await objections.ofOperators(db(), [survivor])).map((each) => each.id)).to.deep.equal([id])
      await agrees()
      await part(decision.id, later(240))
      expect([await objected(db(), TODAY, 2), await marked(2)]).to.deep.equal([false, false])
      await scored(db(), later(300))
      expect(await Promise.all([1, 2].map((n) => objected(db(), TODAY, n)))).to.deep.equal([true, false])
      expect([await marked(1), await objections.ofOperators(db(), [survivor])]).to.deep.equal([true, []])
      await agrees()
    })

    it('counts at a past instant for the operator that had the record then', async () => {
      await both()
      await open(db())
      const { decision } = await merge(later(60))
      await part(decision.id, later(120))
      const [from, into] = [await row(1), await row(2)]
      const owners = [30, 90, 150].map(async (s) =>
        (await objections.findContestedVersionsAt(db(), [from, into], later(s))).map(({ operatorId }) => operatorId),
      )
      expect(await Promise.all(owners)).to.deep.equal([[from], [from, into], [from]])
    })

    it('upheld, counts until the record is corrected: a merger is no correction', async () => {
      await both()
      await decide(db(), (await open(db())).id, { now: later(30) })
      const { decision } = await merge(later(60))
      await scored(db(), later(120))
      expect(await objected(db(), TODAY, 2)).to.equal(true)
      await part(decision.id, later(180))
      await scored(db(), later(240))
      expect(await objected(db())).to.equal(true)
      await world(db(), ['违法一，已更正', '违法二'], later(300))
      expect(await objected(db())).to.equal(false)
    })

    it('marks the published entry before, during and after the merger', async () => {
      const { id, decisionVersion } = await published(db(), 1)
      await both()
      const said = async () =>
        (await rowsOf(db(), `select body->>'contested' as said from public_entries where listing_id = ?`, [id]))[0]?.[
          'said'
        ]
      const about = { record: Number(decisionVersion) }
      expect((await open(db(), '', about)).feed).to.equal('penalties-1')
      expect(await said()).to.equal('true')
      const { decision } = await merge(later(60))
      expect(await said()).to.equal('true')
      await part(decision.id, later(120))
      expect(await said()).to.equal('true')
      expect((await objections.findContestedListings(db(), [id])).has(id)).to.equal(true)
    })

    for (const last of [2, 3])
      it(`opened for the survivor, goes with the record that leaves ${last === 3 ? 'the next survivor' : 'it'}`, async () => {
        await both()
        const { decision } = await merge(later(60))
        await scored(db(), later(120))
        const { id } = await open(db(), 'P0', { operator: codeOf(2), now: later(180) })
        if (last === 3) await merge(later(210), 2, last)
        await part(decision.id, later(240))
        await scored(db(), later(300))
        expect(await Promise.all([1, last].map((n) => objected(db(), TODAY, n)))).to.deep.equal([true, false])
        expect(await Promise.all([1, last].map(marked))).to.deep.equal([true, false])
        expect((await objections.byId(db(), id))?.operatorId).to.equal(await row(1))
        await agrees()
      })
  })

  it('is refused where no reason of the current score rests on the record', async () => {
    await world(db(), ['违法一'])
    const notAllowed = async (work: Promise<unknown>) =>
      expect((await refusal(work)).code).to.equal('OBJECTION_NOT_ALLOWED')
    await notAllowed(open(db(), 'P7'))
    await pullItems(db(), [{ key: 'R2', code: codeOf(2), value: '某路2号', day: '2019-05-06' }], {
      id: 'registry-2',
      kind: 'registration',
    })
    await notAllowed(open(db(), 'R2'))
    await notAllowed(open(db(), 'P0', { operator: codeOf(2) }))
    expect(await rowsOf(db(), 'select 1 from objections')).to.have.length(0)
  })

  it('is refused for an unknown operator, or one that the objector may not act for', async () => {
    await world(db(), ['违法一'])
    for (const given of [{ operator: codeOf(9) }, { operator: '?' }, { mayFor: () => false }])
      expect((await refusal(open(db(), 'P0', given))).code).to.equal('OPERATOR_UNKNOWN')
  })

  it('one objection to a record is open at a time; another may follow a settled one', async () => {
    await world(db(), ['违法一', '违法二'])
    const { id } = await open(db())
    expect((await refusal(open(db()))).code).to.equal('OBJECTION_NOT_ALLOWED')
    expect((await open(db(), 'P1')).state).to.equal('OPEN')
    await decide(db(), id, { verdict: 'REJECTED' })
    for (const act of [decide(db(), id), withdraw(db(), id)])
      expect((await refusal(act)).code).to.equal('OBJECTION_SETTLED')
    expect((await open(db())).state).to.equal('OPEN')
  })

  it('cannot be decided by the person who opened it, nor withdrawn by anybody else', async () => {
    await world(db(), ['违法一'])
    const { id } = await open(db(), 'P0', { by: 'reviewer-1' })
    expect((await refusal(decide(db(), id))).code).to.equal('SECOND_PERSON')
    expect((await refusal(withdraw(db(), id))).code).to.equal('OBJECTION_UNKNOWN')
    expect((await decide(db(), id, { by: 'reviewer-2' })).state).to.equal('UPHELD')
    expect((await refusal(decide(db(), 99))).code).to.equal('OBJECTION_UNKNOWN')
  })

  it('a statement and a note have 1 to 1000 characters and keep no ID number', async () => {
    await world(db(), ['违法一'])
    for (const statement of ['', '　\n', '字'.repeat(1_001)])
      expect((await refusal(open(db(), 'P0', { statement }))).code).to.equal('INPUT_INVALID')
    const { id, statement } = await open(db(), 'P0', { statement: '经手人身份证 11010119900307467X' })
    expect(statement).to.equal('经手人身份证 [居民身份证 hash]')
    expect((await refusal(decide(db(), id, { note: ' ' }))).code).to.equal('INPUT_INVALID')
  })

  for (const [verdict, expected] of [
    ['REJECTED', [0, 1, 0, 0]],
    ['UPHELD', [0, 1, 1, 0]],
  ] as const) {
    it(`${verdict}, is known from its opening to its ${verdict === 'UPHELD' ? 'correction' : 'decision'}`, async () => {
      await world(db(), ['违法一'])
      const { id } = await open(db(), 'P0', { now: later(60) })
      await decide(db(), id, { verdict, now: later(120) })
      await world(db(), ['违法一，已更正'], later(180))
      const operator = await operatorOf(db(), codeOf(1))
      const counts = await Promise.all(
        [30, 90, 150, 210].map(
          async (s) => (await objections.findContestedVersionsAt(db(), [operator], later(s))).length,
        ),
      )
      expect(counts).to.deep.equal(expected)
    })
  }

  it('marks as contested the reason that costs most points through the record', () => {
    const reason = (rule: string, points: number, records: number[]): Reason => ({
      rule,
      why: 'UNIT',
      fact: 'penalty_heavy',
      points,
      count: 1,
      records,
      fadesOn: null,
    })
    const reasons = [reason('a', -10, [1]), reason('b', -30, [2, 3]), reason('c', -20, [3])]
    expect(findContestedReason(reasons, [3])?.rule).to.equal('b')
    expect(findContestedReason(reasons, [1, 9])?.rule).to.equal('a')
    expect(findContestedReason(reasons, [9])).to.equal(null)
    for (const state of OBJECTION_STATES)
      expect(describeConsequence({ state, correctionPending: false }).zh).not.to.equal('')
  })

  it('the full lookup of a thousand standings reads objections and overrides by index, in one statement', async () => {
    await world(db(), ['违法一'])
    await open(db())
    const codes = Array.from({ length: 1_000 }, (_, place) => ({ scheme: 'uscc', code: codeOf(place + 1) }))
    const asked: string[] = []
    // Plans for a few rows say nothing about a million, so scans are switched off to test that an index can be used.
    await db().transaction(async (tx) => {
      await tx.raw('set local enable_seqscan = off; set local enable_bitmapscan = off')
      const explaining = {
        raw: async (sql: string, bindings: Record<string, never>) => {
          const plan = await tx.raw(`explain ${sql}`, bindings)
          asked.push(plan.rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'))
          return { rows: [] }
        },
      }
      const days = { asOf: addDays(TODAY, -1), today: TODAY }
      await standings.readStandings(explaining as unknown as JobDb, codes, { days, grades: 'ALL' })
    })
    expect(asked).to.have.length(1)
    for (const index of ['overrules_operator', 'objections_operator', 'versions_record', 'scores_latest'])
      expect(asked[0]).to.match(new RegExp(`Index (Only )?Scan (Backward )?using ${index}`))
    expect(await objected(db())).to.equal(true)
  })
})
