import { expect } from 'chai'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { settleOpenConcern } from '../../../src/work/listing/concerns.js'
import { type MoveInput, makeMove } from '../../../src/work/listing/listing.js'
import { at, codeOf, database, OFFICER, published, pullItems, REVIEWER, rowsOf, rules } from '../../support/world.js'

/** A day more than twelve months after the decision, so that a repair may be applied for. */
const DAY = '2027-12-01'
const atHour = (hour: number, day = DAY) => new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`)
const SAID = { reason: '已履行', documentNumber: '测市监修〔2027〕1号', text: '已履行全部义务' }
type Who = typeof OFFICER | typeof REVIEWER
const made = (db: JobDb, id: string, name: MoveName, input: Partial<MoveInput>, now: Date, who: Who = OFFICER) =>
  makeMove(db, rules, { id, name, ...who, input: { on: now.toISOString().slice(0, 10), ...SAID, ...input }, now })
const apply = (db: JobDb, id: string, hour = 1) => made(db, id, 'applyRepair', {}, atHour(hour))
const hide = (db: JobDb, id: string, hour: number) =>
  made(db, id, 'hideListing', { hiding: 'ERROR' }, atHour(hour), REVIEWER)

interface Told {
  key?: string
  outcome: 'REPAIRED' | 'REMOVED' | 'REFUSED' | 'REVOKED'
  /** Day of the decision. */
  on?: string
  target?: string
  more?: RecordBody
}
const NUMBER = '测市监列〔2026〕1号'
/** Pulls one delivery of repair results. */
const tell = async (db: JobDb, told: readonly Told[], now: Date, by = rules): Promise<number> => {
  const rows = told.map(({ key = 'R1', target = NUMBER, on = DAY }) => ({
    key,
    code: codeOf(1),
    name: '虚构',
    value: target,
    day: on,
  }))
  let next = 0
  const body = (): RecordBody => {
    const one = told[next]
    next += 1
    return { outcome: one?.outcome ?? 'REPAIRED', document_number: `测信修〔2027〕${next}号`, ...one?.more }
  }
  await pullItems(db, rows, { id: 'repairs', kind: 'repair', whole: false, now: at(now), rules: by, body })
  const [run] = await rowsOf(db, `select max(id) as id from runs where job = 'pull'`)
  return Number(run?.['id'])
}
const stateOf = async (db: JobDb, id: string) => (await listings.byId(db, id))?.state
const lastOf = async (db: JobDb, id: string) => (await listings.eventsOf(db, [id])).at(-1)
const FIRST = { first: 10, after: null, order: 'OLDEST' } as const
const asked = async (db: JobDb) => (await concerns.list(db, concerns.OPEN_CONCERNS, FIRST)).map(({ cause }) => cause)

describe('a repair refused elsewhere', () => {
  const db = database()

  it('ends the pending application in the same pull, with its document and a reason in both languages', async () => {
    const { id } = await published(db(), 1)
    await apply(db(), id)
    await tell(db(), [{ outcome: 'REFUSED' }], atHour(2))
    expect((await listings.byId(db(), id))?.facts).to.include({ state: 'PUBLISHED', repair: null })
    const last = await lastOf(db(), id)
    expect(last).to.include({ move: 'refuseRepair', by: 'clock', role: 'clock', on: DAY })
    expect(last?.act['documentNumber']).to.equal('测信修〔2027〕1号')
    expect(last?.act['reason']).to.match(/\p{Script=Han}.*。[A-Za-z ]+\.$/u)
    const open = await rowsOf(db(), `select name from listing_deadlines where outcome is null and name like 'REPAIR%'`)
    expect(open).to.deep.equal([])
    // A new application is possible, and the old refusal reported again does not end it.
    await made(db(), id, 'applyRepair', {}, atHour(1, '2027-12-05'))
    await tell(db(), [{ outcome: 'REFUSED', more: { note: '更正' } }], atHour(2, '2027-12-05'))
    expect(await stateOf(db(), id)).to.equal('REPAIR_APPLIED')
  })

  it('of a hidden entry leaves it hidden, without the application', async () => {
    const { id } = await published(db(), 1)
    await apply(db(), id)
    await hide(db(), id, 2)
    await tell(db(), [{ outcome: 'REFUSED' }], atHour(3))
    expect((await listings.byId(db(), id))?.facts).to.include({ state: 'HIDDEN', repair: null })
  })

  it('changes nothing without a pending application, or for another entry', async () => {
    const { id, moves } = await published(db(), 1)
    await tell(db(), [{ outcome: 'REFUSED' }], atHour(1))
    expect(await listings.byId(db(), id)).to.include({ state: 'PUBLISHED', moves })
    await apply(db(), id, 2)
    await tell(db(), [{ outcome: 'REFUSED', key: 'R2', target: '测市监列〔2026〕999号' }], atHour(3))
    expect(await stateOf(db(), id)).to.equal('REPAIR_APPLIED')
  })

  it('changes nothing on a list whose repair is applied for here', async () => {
    const lists = rules.lists.map((list) =>
      list.repair === null ? list : { ...list, repair: { ...list.repair, entrance: 'HERE' as const } },
    )
    const { id } = await published(db(), 1)
    await apply(db(), id)
    await tell(db(), [{ outcome: 'REFUSED' }], atHour(2), { ...rules, lists })
    expect(await stateOf(db(), id)).to.equal('REPAIR_APPLIED')
  })
})

describe('a repair revoked by the authority that granted it', () => {
  const db = database()
  const repaired = async () => {
    const { id } = await published(db(), 1)
    await tell(db(), [{ outcome: 'REPAIRED', on: '2027-11-20' }], atHour(1))
    expect(await stateOf(db(), id)).to.equal('REMOVED')
    return id
  }

  it('publishes nothing and opens one concern, however often it is reported', async () => {
    const id = await repaired()
    const run = await tell(db(), [{ outcome: 'REVOKED', key: 'R2' }], atHour(2))
    expect(await stateOf(db(), id)).to.equal('REMOVED')
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.deep.equal([])
    const [concern] = await concerns.ofListings(db(), [id])
    const [record] = await rowsOf(db(), `select id from versions where record_key = 'R2'`)
    expect(concern).to.include({ cause: 'REPAIR_REVOKED', run, record: Number(record?.['id']) })
    await settleOpenConcern(db(), rules, { id: concern?.id ?? 0, note: '不予恢复', by: 'reviewer-1', now: atHour(3) })
    await tell(db(), [{ outcome: 'REVOKED', key: 'R2', more: { note: '又报' } }], atHour(4))
    expect(await asked(db())).to.deep.equal([])
  })

  it('is settled by the restoration of the entry, after which earlier results remove nothing', async () => {
    const id = await repaired()
    await tell(db(), [{ outcome: 'REVOKED', key: 'R2' }], atHour(2))
    await made(db(), id, 'restoreListing', {}, atHour(3), REVIEWER)
    const [concern] = await concerns.ofListings(db(), [id])
    expect(concern).to.include({ settledBy: 'reviewer-1' })
    expect(concern?.note).to.match(/\p{Script=Han}.*[A-Za-z]/u)
    await tell(db(), [{ outcome: 'REPAIRED', on: '2027-11-20', more: { note: '又报' } }], atHour(4))
    expect(await stateOf(db(), id)).to.equal('PUBLISHED')
    // Another repair and another revocation open another concern.
    const next = { key: 'R3', outcome: 'REPAIRED', on: '2028-12-10' } as const
    await tell(db(), [next], atHour(1, '2028-12-10'))
    expect(await stateOf(db(), id)).to.equal('REMOVED')
    await tell(db(), [{ outcome: 'REVOKED', key: 'R4', on: '2028-12-11' }], atHour(1, '2028-12-11'))
    expect(await asked(db())).to.deep.equal(['REPAIR_REVOKED'])
  })

  it('after a restoration without it, an old repair reported again removes nothing', async () => {
    const id = await repaired()
    await made(db(), id, 'restoreListing', {}, atHour(3), REVIEWER)
    await tell(db(), [{ outcome: 'REPAIRED', on: '2027-11-20', more: { note: '又报' } }], atHour(4))
    expect(await stateOf(db(), id)).to.equal('PUBLISHED')
  })

  it('opens no concern for a standing entry, or one that left the list otherwise', async () => {
    const { id } = await published(db(), 1)
    await tell(db(), [{ outcome: 'REVOKED' }], atHour(1))
    expect([await stateOf(db(), id), await asked(db())]).to.deep.equal(['PUBLISHED', []])
    await made(db(), id, 'removeListing', { removal: 'CEASED' }, atHour(2))
    await tell(db(), [{ outcome: 'REVOKED', key: 'R2' }], atHour(3))
    expect(await asked(db())).to.deep.equal([])
  })

  it('closes its concern when the run that reported it is rolled back', async () => {
    await repaired()
    const run = await tell(db(), [{ outcome: 'REVOKED', key: 'R2' }], atHour(2))
    expect(await asked(db())).to.deep.equal(['REPAIR_REVOKED'])
    await rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: at(atHour(3)) })
    expect(await asked(db())).to.deep.equal([])
  })
})

describe('several results for one entry', () => {
  const db = database()
  const [older, newer] = ['2027-11-10', '2027-11-20']
  type Pair = [Told['outcome'], string][]
  const cases: [string, Pair, state: string][] = [
    [
      'repaired, then revoked',
      [
        ['REPAIRED', older],
        ['REVOKED', newer],
      ],
      'PUBLISHED',
    ],
    [
      'revoked, then repaired',
      [
        ['REVOKED', older],
        ['REPAIRED', newer],
      ],
      'REMOVED',
    ],
    [
      'refused, then repaired',
      [
        ['REFUSED', older],
        ['REMOVED', newer],
      ],
      'REMOVED',
    ],
    [
      'repaired and revoked on one day',
      [
        ['REPAIRED', newer],
        ['REVOKED', newer],
      ],
      'PUBLISHED',
    ],
  ]
  for (const [title, pair, state] of cases)
    for (const [order, told] of [
      ['in order', pair],
      ['in reverse order', [...pair].reverse()],
    ] as const)
      it(`in one delivery, ${title}, reported ${order}: the newest counts`, async () => {
        const { id } = await published(db(), 1)
        await tell(
          db(),
          told.map(([outcome, on], i) => ({ outcome, on, key: `R${i}` })),
          atHour(1),
        )
        expect(await stateOf(db(), id)).to.equal(state)
      })

  for (const [title, pair, state] of cases)
    it(`reported newest first, ${title}: the older result changes nothing`, async () => {
      const { id } = await published(db(), 1)
      const [first, second] = [...pair].reverse()
      for (const [i, one] of [first, second].entries())
        if (one) await tell(db(), [{ outcome: one[0], on: one[1], key: `R${i}` }], atHour(1 + i))
      expect(await stateOf(db(), id)).to.equal(state)
    })
})

describe('the check of concern causes in the database', () => {
  const db = database({ once: true })
  it('names each cause of this release', async () => {
    const [check] = await rowsOf(
      db(),
      `select pg_get_constraintdef(oid) as said from pg_constraint where conname = 'concerns_cause_check'`,
    )
    for (const cause of concerns.CONCERN_CAUSES) expect(check?.['said']).to.include(`'${cause}'`)
  })
})
