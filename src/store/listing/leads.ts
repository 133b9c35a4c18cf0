import { queryColumn, queryRows, type Tx } from '../db/db.js'

/** True when a scoring run opened the lead and no person has touched or taken it. */
const UNTOUCHED = `l.state = 'LEAD' and l.moves = 1 and l.keeper is null and l.wrong_from is null and exists (
  select 1 from listing_events e where e.listing_id = l.id and e.number = 1 and e.role = 'clock')`

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

/** A dropped lead counts as never opened, except in answers as known at an earlier instant. */
export const dropLeads = async (
  tx: Tx,
  ids: readonly string[],
  { on, reason, at }: { on: string; reason: string; at: Date },
): Promise<void> => {
  await tx.raw(
    `with dropped as (
       update listings l set state = 'NOT_LISTED', moves = 2, wrong_from = :at::timestamptz,
         facts = l.facts || jsonb_build_object('state', 'NOT_LISTED', 'lastOn', :on::text)
       where l.id = any(:ids::uuid[]) and ${UNTOUCHED} returning l.id)
     insert into listing_events (listing_id, number, move, made_by, role, made_on, recorded_at, state_before, state_after, act)
     select id, 2, 'dropListing', 'clock', 'clock', :on::date, :at::timestamptz, 'LEAD', 'NOT_LISTED', jsonb_build_object('reason', :reason::text)
     from dropped /* leads.drop */`,
    { ids: [...ids], on, reason, at } as never,
  )
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
