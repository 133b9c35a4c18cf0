import { IN_FORCE_STATES } from '../../domain/listing/case.js'
import type { ReportedRepair } from '../../domain/listing/repair-results.js'
import { queryRows, type Tx } from '../db/db.js'
import { LISTING_COLUMNS, type Listing } from './listings.js'

export interface RepairedListing extends Listing {
  told: ReportedRepair[]
  /** True when a REPAIR_REVOKED concern was opened since the last removal. */
  asked: boolean
}

export const listRepairsReportedAt = (tx: Tx, at: Date, run: number | null): Promise<RepairedListing[]> =>
  queryRows(
    tx,
    `with found as (
       select distinct l.id from versions v join listings l on l.operator_id = v.operator_id
       where ${RESULT('v')} and ${FRESH('v')} and l.document_number is not null
         and (l.state = any(:states) or (l.state = 'REMOVED' and l.removal_reason = 'REPAIRED'))),
     told as (
       select f.id, jsonb_agg(jsonb_build_object('record', v.id, 'body', v.body, 'fresh', ${FRESH('v')}) order by v.id) as told
       from found f join listings l on l.id = f.id join versions v on v.operator_id = l.operator_id and ${RESULT('v')} group by f.id)
     select ${LISTING_COLUMNS}, t.told, exists (
       select 1 from concerns k where k.listing_id = l.id and k.cause = 'REPAIR_REVOKED' and k.opened_at >= (
         select max(e.recorded_at) from listing_events e where e.listing_id = l.id and e.move = 'removeListing')) as asked
     from told t join listings l on l.id = t.id order by l.id /* repairs.toldAt */`,
    { at, run, states: IN_FORCE_STATES },
  )

const RESULT = (v: string): string =>
  `${v}.kind = 'repair' and ${v}.known_to is null and ${v}.body->>'target' = 'LIST_ENTRY'`
const FRESH = (v: string): string =>
  `(${v}.known_from = :at::timestamptz and (:run::bigint is null or ${v}.run_id = :run::bigint))`

export const listUnfoundedRemovalsAt = (tx: Tx, at: Date): Promise<{ id: string; record: number }[]> =>
  queryRows(
    tx,
    `select l.id, v.id as record from versions v join listing_events e on e.act->>'result' = v.id::text
     join listings l on l.id = e.listing_id
     where v.kind = 'repair' and v.wrong_from = :at::timestamptz and e.move = 'removeListing' and e.number = l.moves
       and l.state = 'REMOVED' and l.removal_reason = 'REPAIRED' order by l.id /* repairs.unfoundedAt */`,
    { at },
  )

export const listRepairsReportedFor = (tx: Tx, operatorId: number): Promise<ReportedRepair[]> =>
  queryRows(
    tx,
    `select v.id as record, v.body, true as fresh from versions v where v.operator_id = ? and ${RESULT('v')} order by v.id /* repairs.toldOf */`,
    [operatorId],
  )
