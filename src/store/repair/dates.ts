/** Repair: records with a day that earlier releases read wrongly. */
import type { Body, RecordKind } from '../../domain/records.js'
import type { Tx } from '../db.js'
import type { Mended, Repairing } from './ends.js'

/** A version that stands and holds a day of the span, and where its item came. */
export interface Dated {
  id: number
  feed: string
  kind: RecordKind
  key: string
  operator: number | null
  body: Body
  validFrom: string | null
  validTo: string | null
  run: number
  page: number | null
  row: number
  /** The archived items of its run; null: nothing was archived. */
  archive: string | null
  dated: string | null
  startedAt: Date
}

/** Versions that stand and hold a day from `from` to `to` in one of their own dates. By run, in the order of its items. */
export const datedWithin = async (tx: Tx, { from, to }: { from: string; to: string }): Promise<Dated[]> => {
  const answer = await tx.raw(
    `select v.id, v.feed, v.kind, v.record_key as key, v.operator_id as operator, v.body, v.valid_from as "validFrom",
       v.valid_to as "validTo", v.run_id as run, v.page, v.row_number as row, r.archive, r.dated, r.started_at as "startedAt"
     from versions v join runs r on r.id = v.run_id
     where v.known_to is null and v.ended_on is null and (v.valid_from between :from and :to or v.valid_to between :from and :to
       or exists (select 1 from regexp_matches(v.body::text, '"(\\d{4}-\\d{2}-\\d{2})"', 'g') m(day) where m.day[1] between :from and :to))
     order by v.run_id, v.id /* repair.datedWithin */`,
    { from, to },
  )
  return answer.rows
}

export interface Redated extends Pick<Dated, 'id' | 'key' | 'body' | 'validFrom' | 'validTo'> {
  digest: string
}

/**
 * The wrong version is known to be wrong, and the record stands anew with its right days; under another key where a day is a
 * part of the key, unless the agency has sent that record since.
 */
export const redate = async (tx: Tx, { run, at }: Repairing, records: readonly Redated[]): Promise<Mended[]> => {
  if (records.length === 0) return []
  const answer = await tx.raw(
    `with told as (
       select * from jsonb_to_recordset(:records::jsonb) as t(id bigint, key text, body jsonb, "validFrom" date, "validTo" date, digest text)),
     wrong as (
       update versions v set known_to = :at, closed_as = 'WRONG', closed_by = :run, wrong_from = :at from told t
       where v.id = t.id and v.known_to is null
       returning v.*, t.key as new_key, t.body as new_body, t."validFrom" as new_from, t."validTo" as new_to, t.digest as new_digest),
     made as (
       insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from,
         valid_to, known_from, run_id, opened_by, page, row_number, partial, held_by)
       select feed, kind, new_key, operator_id, found_by, decision_id, fact, new_digest, new_body, findings, new_from, new_to,
         :at::timestamptz, run_id, :run::bigint, page, row_number, partial, held_by from wrong on conflict do nothing)
     select feed, record_key as key, operator_id as operator from wrong order by id /* repair.redate */`,
    { run, at, records: JSON.stringify(records) },
  )
  return answer.rows
}
