import { expect } from 'chai'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import * as mergers from '../../../src/store/operators/mergers.js'
import { ALWAYS, identityWorld, NAME, penalty } from '../../support/identity.js'
import { codeOf, counted, counts, pullItems, refusal, rowsOf, wrongDigit } from '../../support/world.js'

describe('operators for unmatched records', () => {
  const { db, register, penalties, queue, stateOf, decide, undo, believed, dirty } = identityWorld()

  describe('a new operator', () => {
    const N = codeOf(9)
    const own = (code = N) => mergers.idOfBearer(db(), { scheme: 'uscc', code }, ALWAYS)
    const rowOf = async (code = N) =>
      (
        await rowsOf(
          db(),
          `select kind, name, region, status, known_to is null as believed from operators where uscc = ?`,
          [code],
        )
      )[0]

    it('gets the given code and the records of the same subject, and is found by its name', async () => {
      await register(1, NAME, '竹某')
      await penalties([penalty('P1'), penalty('P2'), penalty('P3', { value: '梅某' })])
      const { decision, records } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      expect([records, decision.verdict, decision.evidence['madeOperator']]).to.deep.equal([2, 'ATTACH', true])
      expect(await rowOf()).to.deep.equal({
        kind: 'ENTERPRISE',
        name: NAME,
        region: '220102',
        status: 'UNKNOWN',
        believed: true,
      })
      expect([await believed(9), await believed(1), await dirty(9)]).to.deep.equal(['P1 P2', '', true])
      expect(await stateOf()).to.equal('P1 MATCHED, P2 MATCHED, P3 OPEN')
      // A later record of the same subject is attached as well.
      await penalties([penalty('P4')])
      expect(await believed(9)).to.equal('P1 P2 P4')
      const found = await rowsOf(
        db(),
        'select 1 from names n join operators o on o.id = n.operator_id where o.uscc = ?',
        [N],
      )
      expect(found.length).to.equal(1)
    })

    it('ends when the decision is undone, which reopens its records; a new decision restores the same operator', async () => {
      await penalties([penalty('P1')])
      const { decision } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      const id = await own()
      await undo(decision.id)
      expect([(await rowOf())?.['believed'], await dirty(9), await own()]).to.deep.equal([false, false, null])
      expect(await stateOf()).to.equal('P1 OPEN')
      await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      expect([await own(), await believed(9)]).to.deep.equal([id, 'P1'])
    })

    it('releases what was found by its organisation code when the decision is undone', async () => {
      await penalties([penalty('P1')])
      const { decision } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      await penalties([penalty('P2', { org: N.slice(8, 17) })])
      expect(await believed(9)).to.equal('P1 P2')
      await undo(decision.id)
      expect([await stateOf(), await dirty(9)]).to.deep.equal(['P1 OPEN, P2 OPEN', false])
      await register(9, '虚构登记有限公司')
      expect(await believed(9)).to.equal('P2')
    })

    it('ends with the last decision about it, also where its founding was undone before', async () => {
      await penalties([penalty('P1'), penalty('P2', { value: '梅某' })])
      const { decision: founding } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      const { decision: attaching } = await decide('P2', { verdict: 'ATTACH', operator: N })
      await undo(founding.id)
      expect(await rowOf()).to.include({ believed: true })
      await undo(attaching.id)
      expect(await rowOf()).to.include({ believed: false })
    })

    it('stays with the registry’s data where the registry has reported it since', async () => {
      await penalties([penalty('P1')])
      const { decision } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      await register(9, '虚构登记有限公司')
      await undo(decision.id)
      expect(await rowOf()).to.include({ name: '虚构登记有限公司', believed: true })
    })

    for (const [what, code, refused] of [
      ['with a code that leads to an operator already', codeOf(1), 'OPERATOR_KNOWN'],
      ['with a wrong check digit', wrongDigit(N), 'OPERATOR_CODE_INVALID'],
      ['with a registration number', '220102000000005', 'OPERATOR_CODE_INVALID'],
      ['with no code at all', '无', 'OPERATOR_CODE_INVALID'],
    ] as const)
      it(`is not made ${what}: ${refused}`, async () => {
        await register(1, NAME)
        await penalties([penalty('P1')])
        expect((await refusal(decide('P1', { verdict: 'NEW_OPERATOR', operator: code }))).code).to.equal(refused)
        expect([await stateOf(), await own(N)]).to.deep.equal(['P1 OPEN', null])
      })
  })

  describe('proposals', () => {
    it('a name alone, even a unique one, neither attaches nor proposes an operator', async () => {
      await register(1, NAME)
      const pulled = await pullItems(db(), [{ key: 'L1', name: NAME, value: '列入', day: '2026-01-01' }])
      expect(counts(pulled)).to.deep.equal(counted(1, { unmatched: 1 }))
      expect(await queue()).to.deep.equal([{ key: 'L1', state: 'OPEN', proposed: null, because: 'NAME_ONLY' }])
      expect(await believed(1, ALWAYS, RECORD_KINDS)).to.equal('G1')
    })

    it('a name and a representative that fit one operator propose it and attach nothing', async () => {
      await register(1, NAME)
      await register(2, NAME, '竹某')
      await penalties([penalty('P1'), penalty('P2', { value: '梅某' }), penalty('P3', { name: '虚构另一公司' })])
      expect(await queue()).to.deep.equal([
        { key: 'P1', state: 'OPEN', proposed: codeOf(1), because: null },
        { key: 'P2', state: 'OPEN', proposed: null, because: 'CONTRADICTS' },
        { key: 'P3', state: 'OPEN', proposed: null, because: null },
      ])
      expect(await believed(1)).to.equal('')
      const [row] = await rowsOf(db(), `select evidence from unmatched where record_key = 'P1'`)
      expect(row).to.deep.equal({
        evidence: {
          evidence: [
            { field: 'NAME', said: NAME, held: NAME },
            { field: 'REPRESENTATIVE', said: '松某', held: '松某' },
          ],
        },
      })
    })

    it('an operator registered later is proposed for unmatched records, until a second operator has its name', async () => {
      await penalties([penalty('P1')])
      await register(1, NAME)
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
      await register(2, NAME)
      expect((await queue())[0]).to.include({ proposed: null, because: 'SEVERAL' })
    })

    it('a former name and a former representative propose the operator that bore them', async () => {
      await register(1, NAME, '松某', '2020-01-01')
      await register(1, '长春改名商贸有限公司', '竹某', '2022-01-01')
      await penalties([penalty('P1')])
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
      const [row] = await rowsOf(db(), `select evidence->'evidence'->0->>'field' as field from unmatched`)
      expect(row).to.deep.equal({ field: 'FORMER_NAME' })
    })

    it('a USCC with one slip and the name propose the operator of that code', async () => {
      await register(1, NAME)
      await penalties([penalty('P1', { code: wrongDigit(codeOf(1)) })])
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
    })
  })
})
