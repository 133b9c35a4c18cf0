/** Penalties of one invented firm, pulled through the merge, and the rollback of a pull. */
import { makeDecisionFactKey } from '../../src/domain/records/penalty.js'
import type { RecordBody } from '../../src/domain/records/records.js'
import type { JobDb } from '../../src/store/db/db.js'
import { rollBack } from '../../src/work/intake/rollback.js'
import { at, codeOf, feed, later, NOW, pullFeed, type Row, rowsOf, rules } from './world.js'

export const HOUR = 3_600
const NUMBER = '测市监处罚〔2026〕1号'
const AUTHORITY = '虚构市市场监督管理局'
const FACT = makeDecisionFactKey(NUMBER, AUTHORITY, null)

interface ToldPenalties {
  id?: string
  body?: RecordBody
  whole?: boolean
  now?: Date
  fact?: boolean
  rows?: Row[]
}

/** Pulls a feed of penalties. With `fact`, its records are one decision that other feeds may report too. */
export const tell = async (
  db: JobDb,
  { id = 'penalties', body = {}, whole = false, now = NOW, fact = true, rows }: ToldPenalties = {},
) => {
  const sent = rows ?? [row()]
  const plain = feed({ id, kind: 'penalty', whole, sent: () => sent, body: () => body, bounds: { shrinkShare: 1 } })
  const map: typeof plain.map = (item, context) => {
    const mapped = plain.map(item, context)
    if (!fact || FACT === null || !('drafts' in mapped)) return mapped
    return { drafts: mapped.drafts.map((draft) => ({ ...draft, fact: FACT })) }
  }
  await pullFeed(db, { ...plain, map }, { rules, now: at(now) })
  const [run] = await rowsOf(db, `select max(id) as id from runs where job = 'pull'`)
  return Number(run?.['id'])
}
export const row = (more: Partial<Row> = {}): Row => ({
  key: 'P1',
  code: codeOf(1),
  name: '长春虚构商贸第1有限公司',
  value: '销售假冒商品',
  day: '2026-10-10',
  ...more,
})
export const back = (db: JobDb, run: number, now = later(HOUR)) =>
  rollBack(db, { run, reason: '误报', by: 'reviewer-1', rules, now: at(now) })
