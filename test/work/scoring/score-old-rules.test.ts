/** Scores stored before a release changed how records become facts. They are replayed by the old rules, and operators are scored again. */
import { expect } from 'chai'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import { listFactEvents } from '../../../src/domain/scoring/evidence.js'
import type { RecordEvidence } from '../../../src/domain/scoring/repair-targets.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import { row } from '../../support/rows.js'
import { at, codeOf, database, later, operatorOf, published, pullItems, rowsOf, rules } from '../../support/world.js'

const NUMBER = '测市监列〔2026〕1号'
const FAMILIES: readonly FactFamily[] = ['penalties', 'lists', 'shops']

/** Lists as stored before the field `counting` existed. */
const oldLists = rules.lists.map(({ counting: _, ...list }) => list)
const oldRules = { ...rules, lists: oldLists as unknown as readonly ListKind[] }

describe('scores under old rules', () => {
  const db = database()
  const scored = (by: typeof rules, seconds: number) =>
    scoreOperators(db(), { cause: 'command', rules: by, families: FAMILIES, now: at(later(seconds)) })
  const verified = async (seconds: number) => {
    const { verified, differences } = await verifyScores(db(), { now: at(later(seconds)) })
    return { verified, differences }
  }

  it('I-A9, I-A12: are verified without a difference, and all operators are scored again', async () => {
    await published(db(), 1)
    await pullItems(db(), [row(1, { key: 'BACK' })], {
      id: 'dishonest',
      now: at(later(60)),
      body: () => ({ document_number: NUMBER }),
    })
    await pullItems(db(), [{ key: 'S1', code: codeOf(2), value: '某店', day: '2020-01-01' }], {
      id: 'shops',
      kind: 'shop',
      body: () => ({ real_name_matched: false, opened_on: '2020-01-01' }),
    })
    await db().raw(`update versions set valid_to = '2026-12-31' where kind = 'shop'`)
    const before = await scored(oldRules, 120)
    expect(before).to.include({ stored: 2 })
    expect(await verified(180)).to.deep.equal({ verified: 2, differences: 0 })
    expect(await listed(db(), 1)).to.deep.equal([2])

    expect(await scored(rules, 240), 'other rules are another basis').to.include({ scored: 2, stored: 2 })
    expect(await verified(300)).to.deep.equal({ verified: 4, differences: 0 })
    expect(await listed(db(), 1)).to.deep.equal([2, 1])

    const [first] = await rowsOf(db(), 'select min(id)::int as id from scores')
    await db().raw(`update scores set facts_hash = repeat('0', 64) where id = ?`, [Number(first?.['id'])])
    expect((await verified(360)).differences, 'one of them that was falsified').to.be.at.least(1)
  })

  it('I-A12: count a shop without end, and under new rules up to its last day', () => {
    const shop: RecordEvidence = { record: 7, kind: 'shop', body: { real_name_matched: false }, validTo: '2024-05-31' }
    const until = (lists: Parameters<typeof listFactEvents>[1]) =>
      listFactEvents([shop], lists).map((event) => event.until ?? null)
    expect([until(oldLists), until(rules.lists)]).to.deep.equal([[null], ['2024-06-01']])
  })

  it('F-8: accept one spelling of an authority in a repair, and under new rules 市 once or twice', () => {
    const entry: RecordEvidence = {
      record: 1,
      kind: 'list_entry',
      body: { list: 'abnormal', listed_on: '2025-01-01', authority: '虚构市市场监督管理局' },
    }
    const body = {
      target: 'ABNORMAL',
      target_authority: '虚构市场监督管理局',
      outcome: 'REMOVED',
      decided_on: '2025-06-01',
    }
    const repair: RecordEvidence = { record: 2, kind: 'repair', body }
    const until = (lists: Parameters<typeof listFactEvents>[1]) =>
      listFactEvents([entry, repair], lists).map((event) => event.until ?? null)
    expect([until(oldLists), until(rules.lists)]).to.deep.equal([[null], ['2025-06-01']])
  })
})

/** How many entries on a list of the seriously dishonest each score of an operator counts, oldest score first. */
const listed = async (db: JobDb, n: number): Promise<number[]> => {
  const found = await rowsOf(db, 'select reasons from scores where operator_id = ? order by id', [
    await operatorOf(db, codeOf(n)),
  ])
  return found.map(
    ({ reasons }) =>
      (reasons as { fact: string; count: number }[]).find(({ fact }) => fact === 'serious_list')?.count ?? 0,
  )
}
