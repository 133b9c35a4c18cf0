import type { RecordDraft, SourceItem } from '../../../domain/records/records.js'
import { queryRows, type Tx } from '../../db/db.js'
import type { RepairedRecord, RepairRun } from './unended-records.js'

export interface DatedRecord
  extends RepairedRecord,
    Pick<RecordDraft, 'kind' | 'body' | 'validFrom' | 'validTo'>,
    Pick<SourceItem, 'page' | 'row'> {
  id: number
  waits: boolean
  run: number
  archive: string | null
  dated: string | null
  startedAt: Date
}

const HOLDS_DAY = (v: string): string => `(${v}.valid_from between :from and :to or ${v}.valid_to between :from and :to
  or exists (select 1 from regexp_matches(${v}.body::text, '"(\\d{4}-\\d{2}-\\d{2})"', 'g') m(day) where m.day[1] between :from and :to))`

export const datedWithin = (tx: Tx, { from, to }: { from: string; to: string }): Promise<DatedRecord[]> =>
  queryRows(
    tx,
    `select d.*, r.archive, r.dated, r.started_at as "startedAt" from (
       select v.id, false as waits, v.feed, v.kind, v.record_key as key, v.operator_id as operator, v.body,
         v.valid_from as "validFrom", v.valid_to as "validTo", v.run_id as run, v.page, v.row_number as row
       from versions v where v.known_to is null and v.ended_on is null and ${HOLDS_DAY('v')}
       union all
       select u.id, true, u.feed, u.kind, u.record_key, null, u.body, u.valid_from, u.valid_to, u.last_run, u.page, u.row_number
       from unmatched u where u.state = 'OPEN' and ${HOLDS_DAY('u')}) d
     join runs r on r.id = d.run order by d.run, d.waits, d.id /* repair.datedWithin */`,
    { from, to },
  )

export interface RedatedRecord extends Pick<DatedRecord, 'id' | 'waits' | 'key' | 'body' | 'validFrom' | 'validTo'> {
  digest: string
  /** Set for unmatched records only. */
  subjectKey: string | null
  /** The fact stays if null. */
  fact: string | null
}

const TOLD = `jsonb_to_recordset(:records::jsonb)
  as t(id bigint, key text, body jsonb, "validFrom" date, "validTo" date, digest text, "subjectKey" text, fact text)`

/** A record whose correct key has arrived meanwhile is not reopened. */
export const redate = async (
  tx: Tx,
  { run, at }: RepairRun,
  records: readonly RedatedRecord[],
): Promise<RepairedRecord[]> => {
  const waiting = records.filter(({ waits }) => waits)
  const standing = records.filter(({ waits }) => !waits)
  return [...(await redateStanding(tx, { run, at }, standing)), ...(await redateWaiting(tx, { run, at }, waiting))]
}

const redateStanding = async (
  tx: Tx,
  { run, at }: RepairRun,
  records: readonly RedatedRecord[],
): Promise<RepairedRecord[]> => {
  if (records.length === 0) return []
  return queryRows(
    tx,
    `with told as (
       select * from ${TOLD}),
     wrong as (
       update versions v set known_to = :at, closed_as = 'WRONG', closed_by = :run, wrong_from = :at from told t
       where v.id = t.id and v.known_to is null
       returning v.*, t.key as new_key, t.body as new_body, t."validFrom" as new_from, t."validTo" as new_to, t.digest as new_digest,
         coalesce(t.fact, v.fact) as new_fact),
     made as (
       insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from,
         valid_to, known_from, run_id, opened_by, page, row_number, partial, held_by)
       select feed, kind, new_key, operator_id, found_by, decision_id, new_fact, new_digest, new_body, findings, new_from, new_to,
         :at::timestamptz, run_id, :run::bigint, page, row_number, partial, held_by from wrong on conflict do nothing)
     select feed, record_key as key, operator_id as operator from wrong order by id /* repair.redate */`,
    { run, at, records: JSON.stringify(records) },
  )
}

const redateWaiting = async (
  tx: Tx,
  { run }: RepairRun,
  records: readonly RedatedRecord[],
): Promise<RepairedRecord[]> => {
  if (records.length === 0) return []
  return queryRows(
    tx,
    `with told as (
       select t.*, w.feed, w.record_key as old_key, row_number() over (partition by w.feed, t.key order by t.id) > 1
         or exists (select 1 from unmatched o where o.feed = w.feed and o.record_key = t.key and o.id <> w.id)
         or exists (select 1 from versions v where v.feed = w.feed and v.record_key = t.key and v.known_to is null) as is_there
       from ${TOLD} join unmatched w on w.id = t.id)
     update unmatched u set body = t.body, valid_from = t."validFrom", valid_to = t."validTo", digest = t.digest, subject_key = t."subjectKey",
       fact = coalesce(t.fact, u.fact),
       record_key = case when t.is_there then u.record_key else t.key end, state = case when t.is_there then 'ENDED' else u.state end,
       ended_by = case when t.is_there then :run::bigint end
     from told t where u.id = t.id and u.state = 'OPEN'
     returning u.feed, t.old_key as key, null::int as operator /* repair.redateWaiting */`,
    { run, records: JSON.stringify(records) },
  )
}
