import type { RecordBody } from '../../domain/records/records.js'
import { type Db, queryColumn, queryRows, type Tx } from '../db/db.js'

/** True when no person has touched or taken a run's lead. */
const UNTOUCHED = `l.state = 'LEAD' and l.keeper is null and l.wrong_from is null and not exists (
  select 1 from listing_events e where e.listing_id = l.id and e.role <> 'clock')`

const lockLeads =
  (joined: string) =>
  (tx: Tx, operatorIds: readonly number[]): Promise<{ id: string; operatorId: number }[]> =>
    queryRows(
      tx,
      `select l.id, l.operator_id as "operatorId" from listings l ${joined}
       where l.operator_id = any(?::int[]) and ${UNTOUCHED} order by l.id for update of l /* leads.lock */`,
      [operatorIds],
    )

export const lockUntouchedLeads = lockLeads('')

export const lockLeadsWithRollbackConcern = lockLeads(
  `join concerns c on c.listing_id = l.id and c.cause = 'TAKEN_BACK' and c.settled_at is null`,
)

/** Dropped leads count as never opened, except in answers as known earlier. Returns whether any was dropped. */
export const dropLeads = async (
  tx: Tx,
  ids: readonly string[],
  { on, reason, at }: { on: string; reason: string; at: Date },
): Promise<boolean> => {
  const dropped = await queryRows(
    tx,
    `with dropped as (
       update listings l set state = 'NOT_LISTED', moves = l.moves + 1, wrong_from = :at::timestamptz,
         facts = l.facts || jsonb_build_object('state', 'NOT_LISTED', 'lastOn', :on::text)
       where l.id = any(:ids::uuid[]) and ${UNTOUCHED} returning l.id, l.moves)
     insert into listing_events (listing_id, number, move, made_by, role, made_on, recorded_at, state_before, state_after, act)
     select id, moves, 'dropListing', 'clock', 'clock', :on::date, :at::timestamptz, 'LEAD', 'NOT_LISTED', jsonb_build_object('reason', :reason::text)
     from dropped returning listing_id as id /* leads.drop */`,
    { ids: [...ids], on, reason, at },
  )
  return dropped.length > 0
}

export const listOperatorsDroppedByPerson = async (tx: Tx, operatorIds: readonly number[]): Promise<Set<number>> => {
  const dropped = await queryColumn<number>(
    tx,
    `select l.operator_id as id from (
       select distinct on (operator_id) * from listings where operator_id = any(?::int[]) and wrong_from is null
       order by operator_id, created_at desc) l
     join listing_events e on e.listing_id = l.id and e.number = l.moves
     where l.state = 'NOT_LISTED' and e.role <> 'clock' /* leads.droppedByPerson */`,
    [operatorIds],
  )
  return new Set(dropped)
}

export interface LeadPenalty {
  id: number
  operatorId: number
  body: RecordBody
}

/** A person who dropped a case has considered all penalties known by then. */
export const listUnconsideredPenalties = (tx: Tx, list: string, records: readonly number[]): Promise<LeadPenalty[]> =>
  queryRows(
    tx,
    `select v.id, v.operator_id as "operatorId", v.body from versions v
     where v.id = any(:records::bigint[]) and v.kind = 'penalty' and v.operator_id is not null and not exists (
       select 1 from listings x left join versions d on d.id = x.decision_version
       left join listing_events e on e.listing_id = x.id and e.number = x.moves
       where x.operator_id = v.operator_id and x.list = :list and x.wrong_from is null and case
         when x.state not in ('REMOVED', 'NOT_LISTED') then true
         when x.state = 'NOT_LISTED' and e.role = 'clock' then false
         when x.state = 'NOT_LISTED' and e.recorded_at >= v.known_from then true
         else d.fact = v.fact or (d.feed = v.feed and d.record_key = v.record_key) end)
     order by v.operator_id, v.id /* leads.unconsidered */`,
    { list, records: [...records] },
  )

const STANDING_PENALTY = `v.kind = 'penalty' and v.known_to is null and v.wrong_from is null and v.ended_on is null
  and v.body->>'status' is distinct from 'REVOKED'`

export const IS_GROUNDLESS_LEAD_SQL = `(l.state = 'LEAD' and l.decision_version is null and not exists (
  select 1 from versions v where v.operator_id = l.operator_id and ${STANDING_PENALTY}))`

export const listStandingPenalties = (db: Db, operators: readonly number[]): Promise<LeadPenalty[]> =>
  queryRows(
    db,
    `select v.id, v.operator_id as "operatorId", v.body from versions v
     where v.operator_id = any(?::int[]) and ${STANDING_PENALTY} order by v.id /* leads.standing */`,
    [[...operators]],
  )
