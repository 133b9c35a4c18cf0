import { expect } from 'chai'
import * as versions from '../../../src/store/records/versions.js'
import * as evidence from '../../../src/store/scoring/evidence.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { back, HOUR, row, tell } from '../../support/penalty-feed.js'
import { at, codeOf, database, later, operatorOf, rowsOf, rules, TODAY } from '../../support/world.js'

describe('one fact from several sources', () => {
  const db = database()
  const scored = () => scoreOperators(db(), { cause: 'command', rules, families: ['penalties'], now: at(later(HOUR)) })
  const sight = { kinds: ['penalty'] as const, removed: true, first: 10, after: null }

  it('counts and scores once, and is shown once with every source', async () => {
    await tell(db())
    await tell(db(), { id: 'elsewhere', body: { source_unit: '别的单位' }, now: later(30) })
    const operator = await operatorOf(db(), codeOf(1))
    const when = { asOf: TODAY, knownAt: later(2 * HOUR) }
    const records = await versions.ofOperators(db(), [operator], when, sight)
    expect(records.map((one) => one.feed)).to.deep.equal(['penalties'])
    expect((await versions.countByOperator(db(), [operator], when, sight)).get(operator)).to.equal(1)
    const sources = await versions.findVersionsWithFact(db(), [operator], when, sight)
    expect(sources.map((one) => one.feed)).to.deep.equal(['penalties', 'elsewhere'])
    expect(await evidence.readEvidence(db(), [operator], when)).to.have.length(2)
    await scored()
    const found = (await scores.latest(db(), [operator], when)).get(operator)
    expect(found?.reasons.find(({ fact }) => fact === 'penalty_heavy')?.count).to.equal(1)
  })

  it('counts once for each record where the records are not the same fact', async () => {
    await tell(db(), { fact: false })
    await tell(db(), { id: 'elsewhere', fact: false, now: later(30) })
    const operator = await operatorOf(db(), codeOf(1))
    const when = { asOf: TODAY, knownAt: later(2 * HOUR) }
    expect(await evidence.readEvidence(db(), [operator], when)).to.have.length(2)
    expect(await versions.ofOperators(db(), [operator], when, sight)).to.have.length(2)
  })

  it('reads tabs, lines and backslashes of a fact and a body as they are', async () => {
    await tell(db())
    const odd = '罚\t款\n一\\n次'
    await rowsOf(db(), `update versions set fact = ?, body = body || jsonb_build_object('content', ?::text)`, [
      odd,
      odd,
    ])
    const when = { asOf: TODAY, knownAt: later(HOUR) }
    const [read] = await evidence.readEvidence(db(), [await operatorOf(db(), codeOf(1))], when)
    expect([read?.fact, read?.body['content'], read?.kind]).to.deep.equal([odd, odd, 'penalty'])
  })

  it('is one fact per operator: one decision on two operators counts for each', async () => {
    await tell(db(), { rows: [row(), row({ key: 'P2', code: codeOf(2) })] })
    const ids = [await operatorOf(db(), codeOf(1)), await operatorOf(db(), codeOf(2))]
    expect(await evidence.readEvidence(db(), ids, { asOf: TODAY, knownAt: later(HOUR) })).to.have.length(2)
  })

  it('stands by the other source when the first is rolled back, without a change of score', async () => {
    const run = await tell(db())
    await tell(db(), { id: 'elsewhere', now: later(30) })
    const operator = await operatorOf(db(), codeOf(1))
    await scored()
    await back(db(), run)
    await scoreOperators(db(), { cause: 'command', rules, families: ['penalties'], now: at(later(2 * HOUR)) })
    const values = await rowsOf(db(), 'select distinct value from scores where operator_id = ?', [operator])
    expect(values).to.have.length(1)
    const [left] = await versions.ofOperators(db(), [operator], { asOf: TODAY, knownAt: later(3 * HOUR) }, sight)
    expect(left?.feed).to.equal('elsewhere')
  })
})
