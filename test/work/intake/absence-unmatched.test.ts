import { expect } from 'chai'
import * as rejectDesk from '../../../src/store/intake/reject-desk.js'
import * as rejects from '../../../src/store/intake/rejects.js'
import * as unmatched from '../../../src/store/intake/unmatched.js'
import { takeCorrection } from '../../../src/work/intake/rejects.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { decideSubject } from '../../../src/work/operators/identity.js'
import { row, rows } from '../../support/rows.js'
import {
  at,
  codeOf,
  csvOf,
  database,
  feed,
  later,
  pseudonymOf,
  pullFeed,
  pullItems,
  refusal,
  rowsOf,
  rules,
} from '../../support/world.js'

const hour = (n: number) => ({ now: at(later(n * 3_600)) })
const REGISTRY = { id: 'registry', kind: 'registration' as const }
const orgOf = (n: number): string => codeOf(n).slice(8, 17)
/** An entry that names its firm only by an organisation code. */
const older = (n: number) => row(n, { code: '', org: orgOf(n) })
const WRONG_DAY = { day: '2026-02-31' }

describe('absence of unmatched records', () => {
  const db = database()
  const states = () => rowsOf(db(), 'select record_key as key, state, partial from unmatched order by 1')
  const takeBackLast = async (n: number) => {
    const [last] = await rowsOf(db(), `select max(id)::int as id from runs where job = 'pull' and subject = 'test'`)
    const made = { run: Number(last?.['id']), by: 'officer-1', reason: '误报', rules, pseudonymOf, ...hour(n) }
    await rollBack(db(), made as never)
  }

  it('I-A3: an entry of a full delivery matched later ends when the list no longer holds it', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(2)], { ...REGISTRY, ...hour(1) })
    expect(await rowsOf(db(), `select partial from versions where record_key = 'K2' and feed = 'test'`)).to.deep.equal([
      { partial: false },
    ])
    expect((await pullItems(db(), [row(1)], hour(2))).ended).to.equal(1)
  })

  it('I-A3: an entry of a partial file matched later is not ended by absence', async () => {
    await pullItems(db(), [row(1)])
    await pullFeed(db(), feed(), { file: { path: csvOf([older(2)]) }, ...hour(1) })
    await pullItems(db(), [row(2)], { ...REGISTRY, ...hour(2) })
    expect((await pullItems(db(), [row(1)], hour(3))).ended).to.equal(0)
  })

  it('I-A3: a record attached by a person ends when the full list lacks it', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(5)], { ...REGISTRY, ...hour(1) })
    const [open] = await unmatched.listOpen(db(), 1)
    const made = { unmatched: open?.id ?? 0, verdict: 'ATTACH' as const, operator: codeOf(5), reason: '核实', by: 'x' }
    await decideSubject(db(), rules, { ...made, now: later(7_200) })
    expect((await pullItems(db(), [row(1)], hour(3))).ended).to.equal(1)
  })

  it('I-A4: an unmatched record absent from the full list ends, and a code registered later does not attach it', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(1)], hour(1))
    expect(await states()).to.deep.equal([{ key: 'K2', state: 'ENDED', partial: false }])
    expect((await rejects.countOpenRows(db())).unmatched).to.equal(0)
    await pullItems(db(), [row(2)], { ...REGISTRY, ...hour(2) })
    expect(await rowsOf(db(), `select 1 from versions where record_key = 'K2' and feed = 'test'`)).to.have.length(0)
  })

  it('I-A4: an ended unmatched record cannot be decided, and reopens when the list holds it again', async () => {
    await pullItems(db(), [row(1), older(2)])
    const [open] = await unmatched.listOpen(db(), 1)
    await pullItems(db(), [row(1)], hour(1))
    const made = { unmatched: open?.id ?? 0, verdict: 'NOT_OURS' as const, reason: '核实', by: 'x', now: later(4_000) }
    expect((await refusal(decideSubject(db(), rules, made))).code).to.equal('UNMATCHED_SETTLED')
    expect(await unmatched.countOf(db(), { feeds: null, state: 'ENDED' }, null)).to.equal(1)
    expect((await pullItems(db(), [row(1), older(2)], hour(2))).unmatched).to.equal(1)
    expect((await unmatched.byId(db(), open?.id ?? 0))?.state).to.equal('OPEN')
  })

  it('I-A4: an unmatched record stays open while its item is unreadable, and when only a part of the list is sent', async () => {
    await pullItems(db(), [row(1), older(2), older(3)])
    await pullFeed(db(), feed(), { file: { path: csvOf([row(1)]) }, ...hour(1) })
    await pullItems(db(), [row(1), { ...older(2), ...WRONG_DAY }, { ...older(3), key: '' }], hour(2))
    expect((await states()).map(({ state }) => state)).to.deep.equal(['OPEN', 'OPEN'])
  })

  it('I-A4: an unmatched record of a kind that does not end by absence stays open', async () => {
    await pullItems(db(), [row(1), older(2)], { kind: 'penalty' })
    await pullItems(db(), [row(1)], { kind: 'penalty', ...hour(1) })
    expect((await states()).map(({ state }) => state)).to.deep.equal(['OPEN'])
  })

  it('I-A4: a rollback of the list that lacked an unmatched record reopens it, unless a later list lacked it as well', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(1)], hour(1))
    await takeBackLast(2)
    expect((await states())[0]?.['state']).to.equal('OPEN')
    await pullItems(db(), [row(1)], hour(3))
    const [first] = await rowsOf(db(), `select ended_by as run from unmatched`)
    await pullItems(db(), [row(1)], hour(4))
    const made = { run: Number(first?.['run']), by: 'officer-1', reason: '误报', rules, pseudonymOf, ...hour(5) }
    await rollBack(db(), made as never)
    const [after] = await rowsOf(db(), `select state, ended_by > ? as "isLater" from unmatched`, [first?.['run']])
    expect(after).to.deep.equal({ state: 'ENDED', isLater: true })
  })
})

describe('absence of corrected items', () => {
  const db = database()
  const only = async (): Promise<number> =>
    (await rejectDesk.list(db(), { feeds: null, state: 'OPEN' }, { first: 1, after: null, order: 'NEWEST' }))[0]?.id ??
    0
  const mend = async (fields: unknown, n: number) =>
    takeCorrection(db(), feed(), {
      by: 'officer-1',
      note: '已核实',
      pseudonymOf,
      rules,
      reject: await only(),
      fields,
      ...hour(n),
    })

  it('I-A5: a corrected entry of a full delivery ends when the list no longer holds it', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    await mend(row(2), 1)
    expect((await pullItems(db(), [row(1)], hour(2))).ended).to.equal(1)
  })

  it('I-A5: a corrected entry that is unmatched ends in the same way', async () => {
    await pullItems(db(), [row(1), { ...older(2), ...WRONG_DAY }])
    await mend(older(2), 1)
    await pullItems(db(), [row(1)], hour(2))
    expect(await rowsOf(db(), 'select state from unmatched')).to.deep.equal([{ state: 'ENDED' }])
  })

  it('I-A5: a corrected entry stands while its agency keeps sending the uncorrected item', async () => {
    const bad = row(2, { code: '12345', key: '' })
    await pullItems(db(), [row(1), bad])
    await mend(row(2), 1)
    expect((await pullItems(db(), [row(1), bad], hour(2))).ended).to.equal(0)
    expect((await pullItems(db(), [row(1)], hour(3))).ended).to.equal(1)
  })

  it('I-A5: a corrected item of a partial file is not ended by a full delivery', async () => {
    await pullItems(db(), rows(1))
    await pullFeed(db(), feed(), { file: { path: csvOf([row(2, WRONG_DAY)]) }, ...hour(1) })
    await mend(row(2), 2)
    expect((await pullItems(db(), rows(1), hour(3))).ended).to.equal(0)
  })

  it('I-A5: an item absent from a later full list can no longer be corrected', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    await pullItems(db(), rows(1), hour(1))
    expect((await refusal(mend(row(2), 2))).code).to.equal('REJECT_OUTDATED')
  })
})
