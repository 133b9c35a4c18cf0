import { type Db, hasRows, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'

export type AccessCodeEnd = 'REISSUED' | 'REVOKED'

export interface AccessCode {
  id: number
  operatorId: number
  reason: string
  issuedBy: string
  issuedAt: Date
  ended: AccessCodeEnd | null
  endedReason: string | null
  endedBy: string | null
  endedAt: Date | null
}

const COLUMNS = `c.id, c.operator_id as "operatorId", c.reason, c.issued_by as "issuedBy", c.issued_at as "issuedAt", c.ended,
  c.ended_reason as "endedReason", c.ended_by as "endedBy", c.ended_at as "endedAt"`

/** True until the access code is ended, or its operator is merged or rolled back. */
export const IS_ACCESS_CODE_VALID_SQL = 'c.ended_at is null and o.known_to is null and o.merged_into is null'

export const addAccessCode = (
  tx: Tx,
  made: { operatorId: number; mark: string; reason: string; by: string; at: Date },
): Promise<AccessCode> =>
  queryOne(
    tx,
    `insert into access_codes as c (operator_id, mark, reason, issued_by, issued_at)
     values (:operatorId, :mark, :reason, :by, :at) returning ${COLUMNS} /* accessCodes.issue */`,
    made,
  )

export const endAccessCode = (
  tx: Tx,
  operatorId: number,
  made: { ended: AccessCodeEnd; reason: string; by: string; at: Date },
): Promise<AccessCode | null> =>
  queryFirst(
    tx,
    `update access_codes c set ended = :ended, ended_reason = :reason, ended_by = :by, ended_at = :at
     where c.operator_id = :operatorId and c.ended_at is null returning ${COLUMNS} /* accessCodes.end */`,
    { operatorId, ...made },
  )

export const findAccessCode = (db: Db, mark: string): Promise<{ id: number; code: string } | null> =>
  queryFirst(
    db,
    `select c.id, coalesce(o.uscc, o.shop) as code from access_codes c join operators o on o.id = c.operator_id
     where c.mark = ? and ${IS_ACCESS_CODE_VALID_SQL} /* accessCodes.byMark */`,
    [mark],
  )

export const opensFileOf = (db: Db, id: number, code: string): Promise<boolean> =>
  hasRows(
    db,
    `select 1 from access_codes c join operators o on o.id = c.operator_id
     where c.id = ? and coalesce(o.uscc, o.shop) = ? and ${IS_ACCESS_CODE_VALID_SQL} /* accessCodes.opens */`,
    [id, code],
  )

export const accessCodesOfOperators = (db: Db, operators: readonly number[]): Promise<AccessCode[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from access_codes c where c.operator_id = any(?) order by c.id desc /* accessCodes.ofOperators */`,
    [[...operators]],
  )
