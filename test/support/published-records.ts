/** Published records (双公示): how they come in, and what is owed to the platforms for them. */
import type { RecordNotice } from '../../src/domain/delivery/delivery.js'
import { makeDecisionFactKey } from '../../src/domain/records/penalty.js'
import type { RecordBody } from '../../src/domain/records/records.js'
import type { JobDb } from '../../src/store/db/db.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { rollBack } from '../../src/work/intake/rollback.js'
import { at, codeOf, feed, NOW, pullFeed, type Row, rowsOf, rules as SILENT } from './world.js'

const FACT = makeDecisionFactKey('测市监处罚〔2026〕1号', '虚构市市场监督管理局', null)
export const HEARER = { id: 'hearer', kinds: ['listing', 'penalty'] as const, lists: null }
export const DEAF = { id: 'deaf', kinds: ['listing'] as const, lists: null }
export const rules: WorkRules = { ...SILENT, platforms: [HEARER, DEAF] }
export const REVOKED: RecordBody = { status: 'REVOKED', revoked_on: '2026-11-20' }

interface Told {
  id?: string
  body?: RecordBody
  now?: Date
  fact?: boolean
  rows?: Row[]
  by?: WorkRules
}

/** Pulls a feed of penalties. With `fact`, its records are one decision that other feeds may report too. */
export const tell = async (
  db: JobDb,
  { id = 'penalties', body = {}, now = NOW, fact = false, rows, by = rules }: Told = {},
) => {
  const plain = feed({ id, kind: 'penalty', whole: false, sent: () => rows ?? [row()], body: () => body })
  const map: typeof plain.map = (item, context) => {
    const mapped = plain.map(item, context)
    if (!fact || FACT === null || !('drafts' in mapped)) return mapped
    return { drafts: mapped.drafts.map((draft) => ({ ...draft, fact: FACT })) }
  }
  return pullFeed(db, { ...plain, map }, { rules: by, now: at(now) })
}

export const row = (more: Partial<Row> = {}): Row => ({
  key: 'P1',
  code: codeOf(1),
  name: '长春虚构商贸第1有限公司',
  value: '销售假冒商品',
  day: '2026-10-10',
  ...more,
})

interface Owed {
  platform: string
  id: string
  number: number
  action: string
  state: string
  notice: RecordNotice
}

export const owed = async (db: JobDb): Promise<Owed[]> =>
  (await rowsOf(
    db,
    'select platform, kind, subject_id as id, number, action, state, notice from deliveries d order by d.id',
  )) as unknown as Owed[]
export const said = async (db: JobDb) =>
  (await owed(db)).map(({ number, action, state }) => `${number} ${action} ${state}`)
export const countsOf = async (db: JobDb, run: number) =>
  (await rowsOf(db, 'select counts from runs where id = ?', [run]))[0]?.['counts'] as Record<string, number>
/** Marks all owed deliveries as confirmed. */
export const confirmed = (db: JobDb) =>
  db.raw(`update deliveries set state = 'CONFIRMED', attempts = 1, confirmed_at = created_at where state = 'OWED'`)
export const undone = (db: JobDb, run: number, now: Date) =>
  rollBack(db, { run, reason: '错报', by: 'reviewer', rules, now: at(now) })
