import { expect } from 'chai'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import * as evidence from '../../../src/store/scoring/evidence.js'
import { type ScoringOptions, scoreOperators } from '../../../src/work/scoring/score.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import { at, codeOf, database, later, NOW, operatorOf, pullItems, rowsOf, rules, TODAY } from '../../support/world.js'

const FAMILIES: FactFamily[] = ['registration']
const options = { cause: 'command' as const, rules, families: FAMILIES, now: at(NOW) }

describe('counts and rows of scoring', () => {
  const db = database()

  const register = (many: number) =>
    pullItems(
      db(),
      Array.from({ length: many }, (_, n) => ({ key: `R${n}`, code: codeOf(n), value: '某路1号', day: '2019-05-06' })),
      { id: 'registry', kind: 'registration' },
    )
  const scored = async (given: Partial<ScoringOptions> = {}) => {
    const { ms: _, ...counts } = { ms: 0, ...(await scoreOperators(db(), { ...options, ...given })) }
    return counts
  }
  const rowsStored = async () => Number((await rowsOf(db(), 'select count(*)::int as n from scores'))[0]?.['n'])
  /** Queues operators again, as a pull does that commits while they are being scored. */
  const changedMeanwhile = (many: number) =>
    db().raw('insert into dirty_operators select id, ?::timestamptz from operators order by id limit ?', [
      later(600),
      many,
    ])

  it('I-A7: scoring a past day keeps the rows of operators that change meanwhile', async () => {
    await register(5)
    await changedMeanwhile(5)
    expect(await scored({ all: true, asOf: '2026-10-01' })).to.deep.equal({ scored: 5, stored: 5, unchanged: 0 })
    expect(await rowsStored()).to.equal(5)
    expect((await verifyScores(db(), options)).differences).to.equal(0)
  })

  it('I-A7: an ordinary run does not count operators that change meanwhile and are scored again', async () => {
    await register(5)
    await changedMeanwhile(2)
    expect(await scored({ all: true })).to.deep.equal({ scored: 3, stored: 3, unchanged: 0 })
    expect(await rowsStored()).to.equal(3)
    const [run] = await rowsOf(db(), `select counts from runs where job = 'score'`)
    expect(run?.['counts']).to.deep.equal({ scored: 3, stored: 3, unchanged: 0 })
    expect(await scored({ now: at(later(1_200)) })).to.deep.equal({ scored: 2, stored: 2, unchanged: 0 })
  })

  it('I-B7: a sample of many pages is chosen once, and causes are read by id', async () => {
    await register(1)
    await scored()
    const [column] = await rowsOf(
      db(),
      `select string_agg(column_name, ', ') as names from information_schema.columns where table_name = 'scores' and column_name <> 'id'`,
    )
    await db().raw(`insert into scores (${column?.['names']})
      select ${column?.['names']} from scores, generate_series(1, 4100)`)
    const statements: string[] = []
    const hear = ({ sql }: { sql: string }) => statements.push(sql)
    db().on('query', hear)
    expect((await verifyScores(db(), { ...options, sample: 2_050 })).verified).to.equal(2_050)
    db().off('query', hear)
    expect(statements.filter((sql) => sql.includes('row_number()'))).to.have.length(1)
    expect(statements.filter((sql) => sql.includes('scores.byIds'))).to.have.length(2)
  })

  it('I-A12: the closing day of a shop reaches its evidence', async () => {
    await pullItems(db(), [{ key: 'S1', code: codeOf(1), value: '某店', day: '2020-01-01' }], {
      id: 'shops',
      kind: 'shop',
    })
    await db().raw(`update versions set valid_to = '2024-05-31'`)
    const [found] = await evidence.readEvidence(db(), [await operatorOf(db(), codeOf(1))], {
      asOf: TODAY,
      knownAt: later(60),
    })
    expect(found).to.include({ kind: 'shop', validTo: '2024-05-31' })
  })
})
