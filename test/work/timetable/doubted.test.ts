import { expect } from 'chai'
import { MASKING_VERSION } from '../../../src/domain/listing/public-entry.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as knowledge from '../../../src/store/db/knowledge.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as versions from '../../../src/store/records/versions.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { makeMoveWithin } from '../../../src/work/listing/listing.js'
import { mergeOperators } from '../../../src/work/operators/identity.js'
import { readFacts } from '../../../src/work/scoring/facts.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import {
  at,
  codeOf,
  database,
  feed,
  later,
  lead,
  log,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  pullFeed,
  pullItems,
  REVIEWER,
  type Row,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const HOUR = 3_600
const NUMBER = '测市监列〔2026〕1号'
const LIGHT: RecordBody = { types: ['罚款'], content: '罚款100元', fine_yuan: '100' }
const PERSON: RecordBody = { party_kind: 'NATURAL_PERSON' }
const FAMILIES = ['penalties', 'lists'] as const

const row = (more: Partial<Row> = {}): Row => ({
  key: 'P1',
  code: codeOf(1),
  name: '长春虚构商贸第1有限公司',
  value: '销售假冒商品',
  day: '2026-10-10',
  ...more,
})
const runOf = async (db: JobDb) =>
  Number((await rowsOf(db, `select max(id) as id from runs where job = 'pull'`))[0]?.['id'])
const tell = async (
  db: JobDb,
  { body = {}, now = NOW, rows }: { body?: RecordBody; now?: Date; rows?: Row[] } = {},
) => {
  const sent = () => rows ?? [row()]
  const told = feed({
    id: 'penalties',
    kind: 'penalty',
    whole: false,
    sent,
    body: () => body,
    bounds: { shrinkShare: 1 },
  })
  await pullFeed(db, told, { rules, now: at(now) })
  return runOf(db)
}
/** Pulls a repair result. `target` null: the result names no decision. */
const repair = async (db: JobDb, target: string | null, now: Date, more: RecordBody = {}) => {
  const body = () => ({ document_number: '测信修1', ...(target === null && { target_document_number: null }), ...more })
  const item = { key: 'R1', code: codeOf(1), name: '长春虚构商贸第1有限公司', value: target ?? 'x', day: '2026-11-20' }
  await pullItems(db, [item], { id: 'repairs', kind: 'repair', whole: false, now: at(now), rules, body })
  return runOf(db)
}
const caseOn = async (db: JobDb, moves = PATH(0).length): Promise<listings.Listing> => {
  const decision = await versions.findCurrentVersion(db, 'penalties', 'P1')
  let listing = await lead(db, await operatorOf(db, codeOf(1)))
  for (const one of PATH(decision?.id ?? 0).slice(0, moves)) listing = await step(db, listing.id, one)
  return listing
}
const stateOf = async (db: JobDb, id: string) => (await listings.byId(db, id))?.state
const shown = (db: JobDb) => rowsOf(db, `select body->>'name' as name, body->>'uscc' as uscc from public_entries`)
const causes = async (db: JobDb) =>
  (await concerns.list(db, concerns.OPEN_CONCERNS, { first: 10, after: null, order: 'OLDEST' })).map(
    ({ cause }) => cause,
  )
const back = (db: JobDb, run: number, more: { mayMove?: boolean } = {}) =>
  rollBack(db, { run, reason: '误报', by: 'reviewer-1', rules, now: at(later(HOUR)), ...more })

describe('an entry that the clock hid because of a doubt', () => {
  const db = database()

  it('stays hidden with a concern where a rollback leaves it unpublishable', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const first = await tell(db(), { body: PERSON, now: later(60) })
    await tell(db(), { body: { ...PERSON, note: '二' }, now: later(120) })
    await back(db(), first)
    expect(await stateOf(db(), id)).to.equal('HIDDEN')
    expect(await shown(db())).to.have.length(0)
    expect((await listings.eventsOf(db(), [id])).at(-1)?.move).to.equal('hideListing')
    expect(await causes(db())).to.deep.equal(['RESTORED'])
  })

  it('stays hidden when a run other than the cause is rolled back', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await tell(db(), { body: PERSON, now: later(60) })
    const other = await repair(db(), null, later(120))
    expect(await causes(db())).to.have.members(['NOT_PUBLIC', 'REPAIR_TOLD'])
    await back(db(), other)
    expect(await stateOf(db(), id)).to.equal('HIDDEN')
    expect(await causes(db())).to.deep.equal(['NOT_PUBLIC'])
  })

  it('stays hidden with a concern when a person who may not move listings rolls back', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const run = await tell(db(), { body: LIGHT, now: later(60) })
    await back(db(), run, { mayMove: false })
    expect([await stateOf(db(), id), await causes(db())]).to.deep.equal(['HIDDEN', ['RESTORED']])
  })

  it('stays hidden after a rollback where its hiding was confirmed for a court’s stay', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const run = await tell(db(), { body: LIGHT, now: later(60) })
    const stay = { on: TODAY, hiding: 'STAY' as const, documentNumber: '（2026）虚行停1号' }
    const confirmed = await step(db(), id, ['confirmHiding', OFFICER, stay], later(90))
    expect(confirmed.facts.hiding).to.include({ kind: 'STAY', confirmedBy: OFFICER.by })
    await back(db(), run)
    expect(await stateOf(db(), id)).to.equal('HIDDEN')
  })

  it('is not hidden where the listing rests on non-performance of the decision', async () => {
    await tell(db())
    const decision = await versions.findCurrentVersion(db(), 'penalties', 'P1')
    let listing = await lead(db(), await operatorOf(db(), codeOf(1)))
    for (const [name, who, input] of PATH(decision?.id ?? 0)) {
      const ground = { ground: 'DECISION_NOT_PERFORMED', reason: '有能力而拒不履行' } as const
      listing = await step(db(), listing.id, [name, who, name === 'linkDecision' ? { ...input, ...ground } : input])
    }
    await tell(db(), { body: LIGHT, now: later(60) })
    expect([await stateOf(db(), listing.id), await causes(db())]).to.deep.equal(['PUBLISHED', []])
  })
})

describe('a repair reported from elsewhere', () => {
  const db = database()

  it('does not remove again an entry restored because that result was withdrawn', async () => {
    await tell(db())
    const { id, endsOn } = await caseOn(db())
    await repair(db(), NUMBER, later(60))
    expect(await stateOf(db(), id)).to.equal('REMOVED')
    const input = { on: TODAY, documentNumber: '测撤1', reason: '结果撤回', restoring: 'RESULT_WITHDRAWN' as const }
    const restored = await step(db(), id, ['restoreListing', REVIEWER, input], later(120))
    expect([restored.endsOn, restored.facts.termFrom, restored.facts.restoredOn]).to.deep.equal([endsOn, null, TODAY])
    await repair(db(), NUMBER, later(HOUR), { note: '更正笔误' })
    expect(await stateOf(db(), id)).to.equal('PUBLISHED')
  })

  it('dated before the decision opens a concern once its number is known, and prevents publication until that is settled', async () => {
    await tell(db())
    const before = PATH(0).findIndex(([name]) => name === 'decideListing')
    const { id } = await caseOn(db(), before)
    await repair(db(), NUMBER, later(60))
    expect(await causes(db())).to.deep.equal([])
    for (const one of PATH(0).slice(before, -1)) await step(db(), id, one, later(120))
    expect(await causes(db())).to.deep.equal(['REPAIR_TOLD'])
    const error = await step(db(), id, ['publishListing', OFFICER, { on: TODAY }], later(180)).then(
      () => null,
      ({ details }) => details,
    )
    expect(error).to.deep.include({ because: 'REPAIRED_ELSEWHERE' })
  })
})

describe('public entries and their records', () => {
  const db = database()

  it('an entry keeps naming the firm that was listed after a merger', async () => {
    await tell(db())
    await caseOn(db())
    const other = { key: 'G2', code: codeOf(2), name: '吉林另一家有限公司', value: '虚构某地', day: '2020-01-01' }
    await pullItems(db(), [other], { id: 'registry', kind: 'registration', whole: false, now: at(later(10)) })
    const made = { from: codeOf(1), into: codeOf(2), cause: 'DUPLICATE' as const, reason: '重复登记', by: 'officer-1' }
    await mergeOperators(db(), rules, { ...made, now: later(20) } as never)
    const before = await shown(db())
    await tell(db(), { body: { violation: '更正后的违法行为' }, now: later(60) })
    expect(await shown(db())).to.deep.equal(before)
    const [entry] = await rowsOf(db(), `select body->>'reason' as reason from public_entries`)
    expect(entry).to.deep.equal({ reason: '更正后的违法行为' })
  })

  it('earlier scores can be replayed, and are withheld once the entry has been removed', async () => {
    await tell(db())
    const { id, operatorId } = await caseOn(db())
    await scoreOperators(db(), { cause: 'command', rules, families: FAMILIES, now: at(later(30)) })
    const made = (await scores.latest(db(), [operatorId], { asOf: TODAY, knownAt: later(50) })).get(operatorId)
    const facts = async () => {
      const when = { asOf: TODAY, knownAt: made?.knownAt ?? NOW }
      const known = { lists: rules.lists, known: FAMILIES }
      return (await readFacts(db(), [{ id: operatorId, kind: 'ENTERPRISE' }], when, known)).get(operatorId)?.events
    }
    const before = await facts()
    await tell(db(), { rows: [row({ value: '销售假冒注册商标的商品' })], now: later(60) })
    expect((await listings.eventsOf(db(), [id])).at(-1)?.move).to.equal('renewEntry')
    expect(await facts()).to.deep.equal(before)
    await step(db(), id, ['removeListing', OFFICER, { on: TODAY, removal: 'REVOKED', reason: '列错' }], later(120))
    expect((await scores.findScoresOfGoneEntries(db(), [made?.id ?? 0], TODAY)).size).to.equal(1)
  })

  it('the clock sends an entry again, once, when the masking rules change', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    const masked = () => rowsOf(db(), `select body->>'reason' as reason, masks from public_entries`)
    await db().raw(
      `update public_entries set masks = 1, body = body || jsonb_build_object('reason', '张某，住虚构市虚构区红旗街12号')`,
    )
    await expireListings(db(), { rules, log, cause: 'command', now: at(later(60)) })
    expect(await masked()).to.deep.equal([{ reason: '销售假冒商品', masks: MASKING_VERSION }])
    await expireListings(db(), { rules, log, cause: 'command', now: at(later(120)) })
    const moves = (await listings.eventsOf(db(), [id])).filter(({ move }) => move === 'renewEntry')
    expect(moves).to.have.length(1)
  })
})

describe('an entry whose penalty is absent from a delivery', () => {
  const db = database()

  it('is sent again from its remaining texts when the masking rules change', async () => {
    await tell(db())
    const { id } = await caseOn(db())
    await db().raw(`update versions set ended_on = date '2026-11-24' where kind = 'penalty' and known_to is null`)
    const leaks = '张某，住虚构市虚构区红旗街12号，销售假冒商品'
    await db().raw('update listings set reason = ? where id = ?', [leaks, id])
    await db().raw(`update public_entries set masks = 1, body = body || jsonb_build_object('reason', ?::text)`, [leaks])
    await expireListings(db(), { rules, log, cause: 'command', now: at(later(60)) })
    const [entry] = await rowsOf(db(), `select body->>'reason' as reason, masks from public_entries`)
    expect(entry?.['masks']).to.equal(MASKING_VERSION)
    expect(entry?.['reason']).to.be.a('string').and.to.not.include('红旗街')
  })
})

describe('the hiding of an entry during scoring', () => {
  const db = database()

  it('takes effect in a scoring that begins while it is made', async () => {
    await tell(db())
    const { id, operatorId } = await caseOn(db())
    let [release, begun] = [() => {}, () => {}]
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const inside = new Promise<void>((resolve) => {
      begun = resolve
    })
    const hiding = db().transaction(async (tx) => {
      const instant = await knowledge.nextInstantBesideMerge(tx, later(30))
      const input = { on: TODAY, hiding: 'ERROR' as const, reason: '列错主体' }
      await makeMoveWithin(tx, rules, { id, name: 'hideListing', ...OFFICER, input, now: later(30), at: instant })
      begun()
      await gate
    })
    await inside
    const scoring = scoreOperators(db(), { cause: 'command', rules, families: FAMILIES, now: at(later(31)) })
    release()
    await Promise.all([hiding, scoring])
    const made = (await scores.latest(db(), [operatorId], { asOf: TODAY, knownAt: later(60) })).get(operatorId)
    expect(made?.reasons.some(({ fact, count }) => fact === 'serious_list' && count > 0)).to.equal(false)
  })
})
