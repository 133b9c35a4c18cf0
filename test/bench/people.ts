/** A synthetic world of any size for benches and replays: each operator has ten records of the kinds that a scorecard weighs. */
import { feeds } from '../../src/agencies/index.js'
import type { Db } from '../../src/store/db/db.js'
import * as runs from '../../src/store/timetable/runs.js'

export const RECORDS_EACH = 10

export const INSERT = `insert into versions (feed, kind, record_key, operator_id, digest, body, valid_from, run_id, row_number, partial, known_from)`
/** SQL: the body of a penalty of the operator `id`. */
export const PENALTY = `('{"document_number":"样市监处罚〔2025〕' || id || '号","party_name":"样本商贸有限公司","party_kind":"ORGANISATION","violation":"销售不合格商品","types":["罚款"],"content":"罚款","fine_yuan":"' || (id % 90000) || '","decided_on":"2025-0' || (1 + id % 9) || '-11","authority":"样市市场监督管理局","status":"IN_FORCE"}')::jsonb`

/** Inserted kind by kind, as feeds do, so that the records of one operator are far apart on disk. */
const KINDS: { kind: string; many: number; body: string; day: string }[] = [
  {
    kind: 'registration',
    many: 1,
    body: `('{"name":"样本商贸有限公司","established_on":"20' || (10 + id % 15) || '-05-06","status":"ACTIVE","kind":"enterprise","region_code":"220102","address":"样本路' || id || '号","scope":"日用百货销售；服装服饰零售","capital_yuan":"1000000"}')::jsonb`,
    day: `date '2015-05-06'`,
  },
  {
    kind: 'inspection',
    many: 4,
    body: `('{"notice_number":"样监抽〔2025〕' || j || '号","announced_on":"2025-0' || (1 + (id + j) % 9) || '-20","product":"样品","party_role":"SELLER","party_name":"样本商贸有限公司","result":"' || case when (id + j) % 11 = 0 then 'FAIL' else 'PASS' end || '","failures":[]}')::jsonb`,
    day: `date '2025-03-20'`,
  },
  { kind: 'penalty', many: 1, body: PENALTY, day: `date '2025-03-11'` },
  {
    kind: 'trademark',
    many: 3,
    body: `('{"number":"8' || id || j || '","class":' || (1 + id % 45) || ',"name":"样标","status":"REGISTERED","registered_on":"2019-01-01","expires_on":"20' || (27 + id % 5) || '-01-01"}')::jsonb`,
    day: `date '2019-01-01'`,
  },
  {
    kind: 'shop',
    many: 1,
    body: `('{"marketplace":"guguji","shop_id":"' || id || '","name":"样本小店","opened_on":"2020-01-01","real_name_matched":true}')::jsonb`,
    day: `date '2020-01-01'`,
  },
]

/** Inserts operators with records, all known since an hour ago. The tables must be empty. */
export const peopled = async (db: Db, operators: number): Promise<void> => {
  const indexes = await db.raw(
    `select pg_get_indexdef(i.indexrelid) as made, c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'versions'::regclass and not i.indisprimary`,
  )
  for (const { name } of indexes.rows) await db.raw('drop index ??', [name])
  await db.raw(
    `insert into operators (uscc, kind, name, region, status, first_run, created_at)
     select '91220102MA' || lpad(id::text, 8, '0'), 'ENTERPRISE', '样本商贸有限公司' || id, '220102', 'ACTIVE', 1, now()
     from generate_series(1, ?) id order by id`,
    [operators],
  )
  await recorded(db, operators)
  for (const { made } of indexes.rows) await db.raw(made)
  await db.raw('vacuum analyze')
}

/** Gives ten records each to the first `operators` operators, known since an hour ago. */
export const recorded = async (db: Db, operators: number): Promise<void> => {
  const [first] = (await db.raw('select min(id) as first from operators')).rows
  for (const { kind, many, body, day } of KINDS) {
    await db.raw(
      `${INSERT} select '${kind}', '${kind}', '${kind}/' || id || '/' || j, id, md5(id::text || j), ${body}, ${day}, 1, 1 + (id % 9), 'f', now() - interval '1 hour'
       from generate_series(?::int, ?::int) id, generate_series(1, ${many}) j`,
      [first.first, first.first + operators - 1],
    )
  }
}

/** Marks every feed as pulled completely, so that a missing record counts as none. */
export const pulledWhole = async (db: Db): Promise<void> => {
  const now = new Date()
  for (const { id } of feeds.values()) {
    const run = await runs.startRun(db, { job: 'pull', subject: id, cause: 'command', whole: true, now })
    await runs.finishRun(db, run ?? 0, { outcome: 'DONE', now })
  }
}
