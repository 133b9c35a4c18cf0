import type { AuthorityData, StatementState } from '../../domain/office/authorities.js'
import { type Db, queryColumn, queryFirst, queryOne, queryRows, queryRowsBy, type Tx } from '../db/db.js'

export interface AuthorityStatement extends AuthorityData {
  id: number
  proposedBy: string
  proposedAt: Date
  state: StatementState
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
}

const COLUMNS = `id::int as id, name, address, telephone, contact, reconsideration_body as "reconsiderationBody", court,
  fine_bank as "fineBank", proposed_by as "proposedBy", proposed_at as "proposedAt", state, decided_by as "decidedBy",
  decided_at as "decidedAt", note`

export const propose = (tx: Tx, made: AuthorityData & { by: string; at: Date }): Promise<AuthorityStatement | null> =>
  queryFirst(
    tx,
    `insert into authority_statements (name, address, telephone, contact, reconsideration_body, court, fine_bank, proposed_by, proposed_at)
     values (:name, :address, :telephone, :contact, :reconsiderationBody, :court, :fineBank, :by, :at)
     on conflict do nothing returning ${COLUMNS} /* authorities.propose */`,
    { ...made },
  )

export const lockForDecision = (tx: Tx, id: number): Promise<AuthorityStatement | null> =>
  queryFirst(
    tx,
    `select ${COLUMNS} from authority_statements where id = ? for update /* authorities.lockForDecision */`,
    [id],
  )

export const settle = (
  tx: Tx,
  id: number,
  made: { state: Exclude<StatementState, 'PROPOSED'>; note: string | null; by: string; at: Date },
): Promise<AuthorityStatement> =>
  queryOne(
    tx,
    `update authority_statements set state = :state, note = :note, decided_by = :by, decided_at = :at
     where id = :id returning ${COLUMNS} /* authorities.settle */`,
    { id, ...made },
  )

export const readHeldStatements = (db: Db | Tx, names: readonly string[]): Promise<Map<string, AuthorityStatement>> =>
  queryRowsBy(
    db,
    'name',
    `select distinct on (name) ${COLUMNS} from authority_statements where state = 'IN_FORCE' and name = any(?::text[])
     order by name, decided_at desc, id desc /* authorities.held */`,
    [[...names]],
  )

export const listStatements = (db: Db): Promise<AuthorityStatement[]> =>
  queryRows(
    db,
    `select * from (select distinct on (name) ${COLUMNS} from authority_statements where state = 'IN_FORCE'
       order by name, decided_at desc, id desc) held
     union all select ${COLUMNS} from authority_statements where state = 'PROPOSED' order by name /* authorities.list */`,
  )

export const listAuthoritiesOfCases = (db: Db, most: number): Promise<string[]> =>
  queryColumn(
    db,
    `select authority from listings where authority <> '' and state not in ('REMOVED', 'NOT_LISTED')
     group by authority order by count(*) desc, authority limit ? /* authorities.ofCases */`,
    [most],
  )
