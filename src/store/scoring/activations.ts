import { type Db, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

export interface ActivationRow {
  id: number
  scorecard: string
  hash: string
  state: 'PROPOSED' | 'ADOPTED' | 'REJECTED'
  effectiveOn: string
  reason: string
  proposedBy: string
  proposedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
}

const selectActivationsFrom = (
  a: string,
): string => `select a.id, k.version as scorecard, a.scorecard_hash as hash, a.state, a.effective_on as "effectiveOn", a.reason,
    a.proposed_by as "proposedBy", a.proposed_at as "proposedAt", a.decided_by as "decidedBy", a.decided_at as "decidedAt", a.note
  from ${a} join scorecards k on k.hash = a.scorecard_hash`

const ACTIVATIONS = selectActivationsFrom('scorecard_adoptions a')

export const propose = async (
  tx: Tx,
  made: { hash: string; effectiveOn: string; reason: string; by: string; now: Date },
): Promise<ActivationRow | null> => {
  const added = await queryFirst<{ id: number }>(
    tx,
    `insert into scorecard_adoptions (scorecard_hash, effective_on, reason, proposed_by, proposed_at)
     values (:hash, :effectiveOn, :reason, :by, :now)
     on conflict (scorecard_hash) where state = 'PROPOSED' do nothing returning id /* activations.propose */`,
    made,
  )
  return added && byId(tx, added.id)
}

export const lockForDecision = (tx: Tx, id: number): Promise<ActivationRow | null> =>
  queryFirst(tx, `${ACTIVATIONS} where a.id = ? for update of a /* activations.forDecision */`, [id])

export const decide = (
  tx: Tx,
  id: number,
  made: { state: 'ADOPTED' | 'REJECTED'; note: string | null; by: string; at: Date },
): Promise<ActivationRow> =>
  queryOne(
    tx,
    `with a as (update scorecard_adoptions set state = :state, note = :note, decided_by = :by, decided_at = :at where id = :id returning *)
     ${selectActivationsFrom('a')} /* activations.decide */`,
    { ...made, id },
  )

export const byId = (db: Db, id: number): Promise<ActivationRow | null> =>
  queryFirst(db, `${ACTIVATIONS} where a.id = ? /* activations.byId */`, [id])

export const list = (db: Db, { first, after }: { first: number; after: number | null }): Promise<ActivationRow[]> =>
  queryRows(
    db,
    `${ACTIVATIONS} where ?::bigint is null or a.id < ?::bigint order by a.id desc limit ? /* activations.list */`,
    [after, after, first],
  )

export const count = (db: Db): Promise<number> =>
  queryValue(db, 'select count(*)::int as n from scorecard_adoptions /* activations.count */')

export interface StoredCard {
  hash: string
  version: string
  name: { zh: string; en: string }
  proposed: boolean
  coming: boolean
  activated: boolean
}

export const listStoredCards = (db: Db, today: string): Promise<StoredCard[]> =>
  queryRows(
    db,
    `select k.hash, k.version, k.card->'name' as name, coalesce(bool_or(a.state = 'PROPOSED'), false) as proposed,
       coalesce(bool_or(a.state = 'ADOPTED' and a.effective_on > :today::date), false) as coming,
       coalesce(bool_or(a.state = 'ADOPTED' and a.effective_on <= :today::date), false) as activated
     from scorecards k left join scorecard_adoptions a on a.scorecard_hash = k.hash group by k.hash order by k.version /* activations.keptCards */`,
    { today },
  )
