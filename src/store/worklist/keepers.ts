import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, hasRows, queryColumn, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'

export interface Handover {
  listingId: string
  /** The office if null. */
  from: string | null
  to: string | null
  note: string
  by: string
  at: Date
}

interface NewHandover extends Pick<Handover, 'to' | 'note' | 'by' | 'at'> {
  sight?: RegionSight
}

const OPEN = `l.state not in ('REMOVED', 'NOT_LISTED') and l.wrong_from is null`

const handOverWhere = (
  on: Db | Tx,
  condition: string,
  { sight = null, ...made }: NewHandover & Record<string, unknown>,
): Promise<string[]> =>
  queryColumn(
    on,
    `with chosen as (
       select l.id, l.keeper from listings l where ${condition} and ${OPEN} and l.keeper is distinct from :to::text
         ${andIsWithinSightSql(sight, 'l.operator_id')} order by l.id for update of l),
     moved as (update listings l set keeper = :to::text from chosen c where l.id = c.id returning l.id)
     insert into listing_handovers (listing_id, keeper_before, keeper, note, made_by, made_at)
     select c.id, c.keeper, :to::text, :note, :by, :at from chosen c join moved m on m.id = c.id
     returning listing_id as id /* keepers.handOver */`,
    { ...made, sight },
  )

export const handOver = async (on: Db | Tx, ids: readonly string[], made: NewHandover): Promise<string[]> => {
  await handOverWhere(on, 'l.id = any(:ids::uuid[])', { ...made, ids: [...ids] })
  return queryColumn(
    on,
    `select l.id from listings l where l.id = any(:ids::uuid[]) and ${OPEN} and l.keeper is not distinct from :to::text
       ${andIsWithinSightSql(made.sight ?? null, 'l.operator_id')} order by l.id /* keepers.kept */`,
    { ids: [...ids], to: made.to, sight: made.sight ?? null },
  )
}

export const handOverAllOf = (on: Db | Tx, keeper: string, made: NewHandover): Promise<string[]> =>
  handOverWhere(on, 'l.keeper = :keeper::text', { ...made, keeper })

export const handoversOf = (db: Db, ids: readonly string[]): Promise<Handover[]> =>
  queryRows(
    db,
    `select listing_id as "listingId", keeper_before as "from", keeper as "to", note, made_by as by, made_at as at
     from listing_handovers where listing_id = any(?::uuid[]) order by listing_id, id /* keepers.handoversOf */`,
    [[...ids]],
  )

export interface Absence {
  id: number
  person: string
  deputy: string
  fromOn: string
  toOn: string
  madeBy: string
}

const ABSENCE = `a.id::int, a.person, a.deputy, a.from_on as "fromOn", a.to_on as "toOn", a.made_by as "madeBy"`

export const addAbsence = (db: Db | Tx, { at, ...made }: Omit<Absence, 'id'> & { at: Date }): Promise<Absence> =>
  queryOne(
    db,
    `insert into absences as a (person, deputy, from_on, to_on, made_by, made_at)
     values (:person, :deputy, :fromOn, :toOn, :madeBy, :at) returning ${ABSENCE} /* absences.add */`,
    { ...made, at },
  )

export const listAbsences = (db: Db, today: string): Promise<Absence[]> =>
  queryRows(
    db,
    `select ${ABSENCE} from absences a where a.ended_at is null and a.to_on >= ? order by a.from_on, a.id /* absences.list */`,
    [today],
  )

export const findAbsence = (db: Db | Tx, id: number): Promise<Absence | null> =>
  queryFirst(db, `select ${ABSENCE} from absences a where a.id = ? and a.ended_at is null /* absences.byId */`, [id])

export const endAbsence = (db: Db | Tx, id: number, by: string, at: Date): Promise<boolean> =>
  hasRows(
    db,
    `update absences set ended_by = :by, ended_at = :at where id = :id and ended_at is null returning 1 /* absences.end */`,
    { id, by, at },
  )

export const listDeputised = (db: Db, deputy: string, today: string): Promise<string[]> =>
  queryColumn(
    db,
    `select distinct a.person from absences a where a.deputy = :deputy and a.ended_at is null
       and :today::date between a.from_on and a.to_on /* absences.deputised */`,
    { deputy, today },
  )
