import { expect } from 'chai'
import * as operators from '../../../src/store/operators/operators.js'
import { ALWAYS, identityWorld, NAME, penalty } from '../../support/identity.js'
import { codeOf, counted, counts, pullItems, refusal, rowsOf } from '../../support/world.js'

describe('a decision on a subject', () => {
  const { db, next, register, penalties, queue, stateOf, decide, undo, believed, dirty, scored } = identityWorld()

  beforeEach(async () => {
    await register(1, NAME)
    await register(2, '长春另一商贸有限公司')
    await penalties([penalty('P1'), penalty('P2', { name: ` ${NAME}` }), penalty('P3', { value: '竹某' })])
    await penalties([penalty('X1')], 'others')
    await scored()
  })

  it('attaches every unmatched record of its feed with the same subject, with its source', async () => {
    const { decision, records } = await decide('P1')
    expect(records).to.equal(2)
    expect(await stateOf()).to.equal('P1 MATCHED, P2 MATCHED, P3 OPEN, X1 OPEN')
    expect(await believed(1)).to.equal('P1 P2')
    expect([await dirty(1), await dirty(2)]).to.deep.equal([true, false])
    const rows = await rowsOf(
      db(),
      `select record_key as key, r.subject as feed, v.page, v.row_number as row, decision_id as decision, known_from as at
     from versions v join runs r on r.id = v.run_id where v.kind = 'penalty' order by 1`,
    )
    const source = { feed: 'penalties', page: 1, decision: decision.id, at: decision.decidedAt }
    expect(rows).to.deep.equal([
      { key: 'P1', row: 1, ...source },
      { key: 'P2', row: 2, ...source },
    ])
    expect(decision).to.include({
      verdict: 'ATTACH',
      decidedBy: 'officer-1',
      reason: '经核对营业执照',
      undoneAt: null,
    })
  })

  it('applies to later records: a repeated one is unchanged, a new one is attached at once', async () => {
    const { decision } = await decide('P1')
    const pulled = await penalties([penalty('P1'), penalty('P4'), penalty('P5', { value: '竹某' })])
    expect(counts(pulled)).to.deep.equal(counted(3, { new: 1, unchanged: 1, unmatched: 1 }))
    expect(await believed(1)).to.equal('P1 P2 P4')
    expect((await rowsOf(db(), `select decision_id as id from versions where record_key = 'P4'`))[0]).to.deep.equal({
      id: decision.id,
    })
  })

  it('undone, releases everything attached by it, and leaves questions about the past unchanged', async () => {
    const { decision } = await decide('P1')
    await penalties([penalty('P4'), penalty('P2', { day: '2026-10-11' })])
    const between = next()
    await scored()
    const undone = await undo(decision.id)
    expect(undone.records).to.equal(3)
    expect(undone.decision).to.include({ undoneBy: 'reviewer-1', undoneReason: '认定有误' })
    expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, P4 OPEN, X1 OPEN')
    expect([await believed(1), await believed(1, between), await dirty(1)]).to.deep.equal(['', 'P1 P2 P4', true])
    const wrong = await rowsOf(
      db(),
      `select distinct wrong_from is not null as wrong, known_to is null as stands from versions where kind = 'penalty'`,
    )
    expect(wrong).to.deep.equal([{ wrong: true, stands: false }])
    expect((await queue()).find(({ key }) => key === 'P4')).to.include({ proposed: codeOf(1) })
    expect(counts(await penalties([penalty('P1')]))).to.deep.equal(counted(1, { unmatched: 1 }))
  })

  it('undone, can be decided differently', async () => {
    const { decision } = await decide('P1')
    await undo(decision.id)
    await decide('P2', { operator: codeOf(2) })
    expect([await believed(1), await believed(2)]).to.deep.equal(['', 'P1 P2'])
    expect(counts(await penalties([penalty('P1'), penalty('P2', { name: ` ${NAME}` })]))).to.deep.equal(
      counted(2, { unchanged: 2 }),
    )
  })

  it('that the subject is not an operator here settles present and later unmatched records, until it is undone', async () => {
    const { decision, records } = await decide('P1', { verdict: 'NOT_OURS' })
    expect(records).to.equal(2)
    const pulled = await penalties([penalty('P1'), penalty('P4')])
    expect(counts(pulled)).to.deep.equal(counted(2, { unchanged: 2 }))
    expect(await stateOf()).to.equal('P1 NOT_OURS, P2 NOT_OURS, P3 OPEN, P4 NOT_OURS, X1 OPEN')
    expect((await undo(decision.id)).records).to.equal(3)
    expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, P4 OPEN, X1 OPEN')
    expect(await believed(1)).to.equal('')
  })

  it('on a record without a name covers that record alone, recognised by its key', async () => {
    await penalties([penalty('N1', { name: '' }), penalty('N2', { name: '' })])
    expect((await decide('N1')).records).to.equal(1)
    expect(counts(await penalties([penalty('N1', { name: '' }), penalty('N2', { name: '' })]))).to.deep.equal(
      counted(2, { unchanged: 1, unmatched: 1 }),
    )
    expect(await believed(1)).to.equal('N1')
  })

  it('covers one record alone where only a name is given', async () => {
    const named = (...keys: string[]) =>
      pullItems(
        db(),
        keys.map((key) => ({ key, name: NAME, value: '列入', day: '2026-01-01' })),
        { whole: false, now: () => next() },
      )
    await named('N1', 'N2')
    expect((await decide('N1')).records).to.equal(1)
    expect(counts(await named('N1', 'N2', 'N3'))).to.deep.equal(counted(3, { unchanged: 1, unmatched: 2 }))
    expect(await believed(1, ALWAYS, ['list_entry'])).to.equal('N1')
  })

  it('undone, keeps the newer unmatched content from the agency', async () => {
    const { decision } = await decide('P1')
    await penalties([penalty('P1', { value: '梅某' })])
    expect([await stateOf(), await believed(1)]).to.deep.equal(['P1 OPEN, P2 MATCHED, P3 OPEN, X1 OPEN', 'P2'])
    expect((await undo(decision.id)).records).to.equal(1)
    const said = await rowsOf(
      db(),
      `select record_key as key, body->>'representative' as said from unmatched where feed = 'penalties' order by 1`,
    )
    expect(said.map((row) => row['said'])).to.deep.equal(['梅某', '松某', '竹某'])
    expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, X1 OPEN')
  })

  it('undone, keeps newer unmatched content also where the record was still attached', async () => {
    const { decision } = await decide('P1')
    await penalties([penalty('P1', { value: '梅某' })])
    await db().raw(`update versions set known_to = null, closed_as = null, closed_by = null where record_key = 'P1'`)
    await undo(decision.id)
    const said = await rowsOf(db(), `select body->>'representative' as said from unmatched where record_key = 'P1'`)
    expect([said, await believed(1)]).to.deep.equal([[{ said: '梅某' }], ''])
  })

  it('moves a record that is both attached and unmatched, and moves it back when undone; newer unmatched content stays', async () => {
    await penalties([penalty('C1', { code: codeOf(2), value: '梅某' })])
    await penalties([penalty('C1', { value: '梅某' })])
    // State left by earlier releases, which did not close a record when its agency removed the code.
    await db().raw(`update versions set known_to = null, closed_as = null, closed_by = null where record_key = 'C1'`)
    const { decision } = await decide('C1')
    expect([await believed(1), await believed(2)]).to.deep.equal(['C1', ''])
    await undo(decision.id)
    expect([await believed(1), await believed(2)]).to.deep.equal(['', 'C1'])
    await penalties([penalty('C1', { value: '兰某' })])
    expect([await believed(1), await believed(2)]).to.deep.equal(['', ''])
    await decide('C1', { verdict: 'NOT_OURS' })
    expect([await believed(1), await believed(2)]).to.deep.equal(['', ''])
  })

  it('stores its reason without ID numbers', async () => {
    const id = '220102199001010016'
    const { decision } = await decide('P1', { reason: `证件 ${id}` })
    expect(decision.reason).to.contain('居民身份证').and.not.contain(id)
  })

  const refused: [string, () => Promise<unknown>, string][] = [
    ['an unknown record', () => decide('P1', { unmatched: 999_999 }), 'UNMATCHED_UNKNOWN'],
    ['an unknown operator', () => decide('P1', { operator: codeOf(99) }), 'OPERATOR_UNKNOWN'],
    ['a text that is not a code', () => decide('P1', { operator: '松某' }), 'OPERATOR_UNKNOWN'],
    ['no reason', () => decide('P1', { reason: '  ' }), 'INPUT_INVALID'],
    ['a reason of 1,001 characters', () => decide('P1', { reason: '因'.repeat(1_001) }), 'INPUT_INVALID'],
    [
      'an operator given with the verdict NOT_OURS',
      () => decide('P1', { verdict: 'NOT_OURS', operator: codeOf(1) }),
      'INPUT_INVALID',
    ],
    ['a record decided already', async () => (await decide('P1')) && decide('P2'), 'UNMATCHED_SETTLED'],
    ['an unknown decision', () => undo(999_999), 'DECISION_UNKNOWN'],
    [
      'a decision undone already',
      async () => {
        const { decision } = await decide('P1')
        await undo(decision.id)
        await undo(decision.id)
      },
      'DECISION_UNDONE',
    ],
  ]
  for (const [title, act, code] of refused)
    it(`${title} is refused: ${code}`, async () => expect((await refusal(act())).code).to.equal(code))

  it('leaves everything unchanged when refused', async () => {
    const before = await stateOf()
    await refusal(decide('P1', { operator: codeOf(99) }))
    expect(await stateOf()).to.equal(before)
    expect(await rowsOf(db(), 'select 1 from identity_decisions')).to.have.length(0)
  })

  it('by two people at once is made by one, and the other is refused as already settled', async () => {
    const both = await Promise.all([refusal(decide('P1')), refusal(decide('P2', { operator: codeOf(2) }))])
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['UNMATCHED_SETTLED', 'none'])
  })

  it('finds operators by any of their codes', async () => {
    expect((await operators.operatorsByCode(db(), [{ scheme: 'uscc', code: codeOf(1) }])).size).to.equal(1)
    await decide('P1', { operator: codeOf(1).slice(8, 17) })
    expect(await believed(1)).to.equal('P1 P2')
  })
})
