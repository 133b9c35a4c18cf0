import { expect } from 'chai'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as decisions from '../../../src/store/operators/identity-decisions.js'
import { divideOperator, type LegalDivisionInput } from '../../../src/work/operators/division.js'
import { undoDecision } from '../../../src/work/operators/identity.js'
import { codeOf, database, later, listingAt, penalised, published, refusal, rules } from '../../support/world.js'

describe('divisions of operators', () => {
  const db = database()
  const divide = (given: Partial<LegalDivisionInput> = {}) =>
    divideOperator(db(), rules, {
      from: codeOf(1),
      into: [codeOf(2), codeOf(3)],
      on: '2026-11-02',
      documentNumber: '测市监登〔2026〕1号',
      reason: '登记机关准予分立登记',
      by: 'officer-1',
      now: later(600),
      ...given,
    })
  const successors = async () =>
    [await penalised(db(), 2), await penalised(db(), 3)].map(({ operatorId }) => operatorId)
  const of = async (operator: number) => (await listings.ofOperators(db(), [operator])).map(({ state }) => state)

  it('section 2: the listing stays with the divided operator and gets a concern, and each successor gets a lead', async () => {
    const listed = await published(db(), 1)
    const ids = await successors()
    const { decisions: made, leads } = await divide()
    expect(leads).to.equal(2)
    expect(made.map(({ verdict, operatorId, successorId }) => [verdict, operatorId, successorId])).to.deep.equal(
      ids.map((id) => ['DIVIDE', listed.operatorId, id]),
    )
    expect(made[0]?.evidence).to.include({ on: '2026-11-02', documentNumber: '测市监登〔2026〕1号' })
    expect(made[0]).to.include({ reason: '登记机关准予分立登记', decidedBy: 'officer-1' })
    expect(await listings.byId(db(), listed.id)).to.include({ operatorId: listed.operatorId, state: 'PUBLISHED' })
    expect((await concerns.ofListings(db(), [listed.id])).map(({ cause }) => cause)).to.deep.equal(['DIVIDED'])
    for (const id of ids) {
      const [lead] = await listings.ofOperators(db(), [id])
      expect(lead).to.include({ state: 'LEAD', list: listed.list })
      expect(lead?.reason).to.contain('分立自被列入').and.contain(codeOf(1)).and.contain('2026-11-02')
    }
    expect((await decisions.decisionsOfOperators(db(), ids)).map(({ decision }) => decision.verdict)).to.deep.equal([
      'DIVIDE',
      'DIVIDE',
    ])
  })

  it('section 2: the successors of an operator without a listing get no lead', async () => {
    await penalised(db(), 1)
    const ids = await successors()
    expect((await divide()).leads).to.equal(0)
    expect((await Promise.all(ids.map(of))).flat()).to.deep.equal([])
  })

  it('section 2: a successor with an open case gets no lead', async () => {
    await published(db(), 1)
    await penalised(db(), 2)
    await listingAt(db(), 3, 'proposeListing')
    expect((await divide()).leads).to.equal(1)
  })

  it('section 2: an undone division keeps who undid it, and may be recorded again', async () => {
    await penalised(db(), 1)
    await successors()
    const [first] = (await divide({ into: [codeOf(2)] })).decisions
    expect((await refusal(divide({ into: [codeOf(2)] }))).code).to.equal('DIVISION_NOT_ALLOWED')
    const undoing = { decision: first?.id ?? 0, reason: '登记有误', by: 'reviewer-1', now: later(700) }
    const { decision, records } = await undoDecision(db(), rules, undoing)
    expect([decision.undoneBy, records]).to.deep.equal(['reviewer-1', 0])
    expect((await divide({ into: [codeOf(2)], now: later(800) })).decisions).to.have.length(1)
  })

  it('section 2: a contradictory division is refused and stores nothing', async () => {
    await penalised(db(), 1)
    await successors()
    const wrong: [given: Partial<LegalDivisionInput>, code: string][] = [
      [{ into: [codeOf(1)] }, 'DIVISION_NOT_ALLOWED'],
      [{ into: [codeOf(2), codeOf(2)] }, 'DIVISION_NOT_ALLOWED'],
      [{ into: [] }, 'INPUT_INVALID'],
      [{ into: [codeOf(8)] }, 'OPERATOR_UNKNOWN'],
      [{ on: '2026-02-30' }, 'DATE_INVALID'],
      [{ on: '2999-01-01' }, 'INPUT_INVALID'],
      [{ documentNumber: ' ' }, 'INPUT_INVALID'],
      [{ reason: ' ' }, 'INPUT_INVALID'],
    ]
    for (const [given, code] of wrong) expect((await refusal(divide(given))).code, JSON.stringify(given)).to.equal(code)
    expect(await db()('identity_decisions')).to.deep.equal([])
  })
})
