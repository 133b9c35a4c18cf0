/** Only a withdrawal changes an authorisation. */
import { andFitsWordsSql, type IdPage, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import {
  type Db,
  queryColumn,
  queryCount,
  queryFirst,
  queryOne,
  queryRows,
  type ReadHandle,
  type Tx,
} from '../db/db.js'

export interface Authorisation {
  id: number
  client: string
  operatorId: number
  document: string
  /** Missing in old rows, when it was not yet required. */
  sha256: string | null
  givenOn: string
  endsOn: string
  recordedAt: Date
  withdrawnAt: Date | null
  withdrawnBy: string | null
}

const COLUMNS = `a.id, a.client, a.operator_id as "operatorId", a.document, a.sha256, a.given_on as "givenOn", a.ends_on as "endsOn",
  a.recorded_at as "recordedAt", a.withdrawn_at as "withdrawnAt", a.withdrawn_by as "withdrawnBy"`

export const IS_AUTHORISATION_IN_FORCE_SQL = `a.client = :client and a.withdrawn_at is null and a.given_on <= :today::date and a.ends_on >= :today::date`

export const recordAuthorisation = (
  tx: Tx,
  made: Pick<Authorisation, 'client' | 'operatorId' | 'document' | 'sha256' | 'givenOn' | 'endsOn'> & { at: Date },
): Promise<Authorisation> =>
  queryOne(
    tx,
    `insert into authorisations as a (client, operator_id, document, sha256, given_on, ends_on, recorded_at)
     values (:client, :operatorId, :document, :sha256, :givenOn, :endsOn, :at) returning ${COLUMNS} /* authorisations.record */`,
    made,
  )

export const findAuthorisation = (db: Db, id: number): Promise<Authorisation | null> =>
  queryFirst(db, `select ${COLUMNS} from authorisations a where a.id = ? /* authorisations.byId */`, [id])

export const findAuthorisations = async (db: Db, ids: readonly number[]): Promise<Map<number, Authorisation>> => {
  const rows = await queryRows<Authorisation>(
    db,
    `select ${COLUMNS} from authorisations a where a.id = any(?::bigint[]) /* authorisations.byIds */`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

export const withdrawAuthorisation = (
  tx: Tx,
  id: number,
  { by, at }: { by: string; at: Date },
): Promise<Authorisation> =>
  queryOne(
    tx,
    `update authorisations a set withdrawn_at = coalesce(a.withdrawn_at, :at), withdrawn_by = coalesce(a.withdrawn_by, :by)
     where a.id = :id returning ${COLUMNS} /* authorisations.withdraw */`,
    { id, by, at },
  )

export const findAuthorisingOperators = async (
  db: ReadHandle,
  { client, today }: { client: string; today: string },
  operators: readonly number[],
): Promise<Set<number>> =>
  new Set(
    await queryColumn<number>(
      db,
      `select a.operator_id from authorisations a where a.operator_id = any(:operators::int[]) and ${IS_AUTHORISATION_IN_FORCE_SQL} /* authorisations.among */`,
      { client, today, operators },
    ),
  )

export interface AuthorisationFilter extends OperatorWords {
  client: string | null
  /** Set: only those in force on this day. */
  holdsOn: string | null
  sight: RegionSight
}

const filtered = (filter: AuthorisationFilter): string =>
  `(:client::text is null or a.client = :client::text)
   and (:holdsOn::date is null or (a.withdrawn_at is null and :holdsOn::date between a.given_on and a.ends_on))
   ${andIsWithinSightSql(filter.sight, 'a.operator_id')} ${andFitsWordsSql(filter, 'a.operator_id')}`

export const listAuthorisations = (db: Db, filter: AuthorisationFilter, page: IdPage): Promise<Authorisation[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from authorisations a where ${filtered(filter)} ${pageByIdSql(page, 'a.id')} /* authorisations.list */`,
    { ...filter, ...page },
  )

export const countAuthorisations = (db: Db, filter: AuthorisationFilter, most: number | null): Promise<number> =>
  queryCount(db, `from authorisations a where ${filtered(filter)} /* authorisations.count */`, { ...filter }, most)

export const listAuthorisationsOf = (db: Db, operators: readonly number[]): Promise<Authorisation[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from authorisations a where a.operator_id = any(?::int[]) order by a.id desc /* authorisations.ofOperators */`,
    [[...operators]],
  )
