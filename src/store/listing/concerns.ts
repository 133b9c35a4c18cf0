import type { UnreadableRecords } from '../../domain/records/records.js'
import { andFitsWordsSql, type IdPage, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, hasRows, queryCount, queryFirst, queryRows, type Tx } from '../db/db.js'
import { isNotUnreadableSql } from '../intake/absence.js'

export const CONCERN_CAUSES = [
  'ABSENT',
  'TAKEN_BACK',
  'CHANGED_HANDS',
  'LIGHTER',
  'RESTORED',
  'REPAIR_REVOKED',
  'REPAIR_TOLD',
  'NOT_PUBLIC',
  'REPAIR_NOTICE_UNSERVED',
  'DIVIDED',
] as const
export type ConcernCause = (typeof CONCERN_CAUSES)[number]

export interface Concern {
  id: number
  listingId: string
  cause: ConcernCause
  record: number | null
  run: number | null
  openedAt: Date
  settledAt: Date | null
  settledBy: string | null
  note: string | null
}

const COLUMNS = `c.id, c.listing_id as "listingId", c.cause, c.version_id as record, c.run_id as run, c.opened_at as "openedAt",
  c.settled_at as "settledAt", c.settled_by as "settledBy", c.note`

const OPERATOR = '(select l.operator_id from listings l where l.id = c.listing_id)'

interface NewConcern extends Pick<Concern, 'listingId' | 'cause'>, Partial<Pick<Concern, 'record' | 'run'>> {
  at: Date
}

export const open = async (tx: Tx, { record = null, run = null, ...made }: NewConcern): Promise<void> => {
  await tx.raw(
    `insert into concerns (listing_id, cause, version_id, run_id, opened_at) values (:listingId, :cause, :record, :run, :at)
     on conflict (listing_id, cause) where settled_at is null do nothing /* concerns.open */`,
    { ...made, record, run },
  )
}

export interface ConcernFilter extends OperatorWords {
  cause: ConcernCause | null
  list: string | null
  settled: boolean
  sight: RegionSight
}

export const OPEN_CONCERNS: ConcernFilter = {
  cause: null,
  list: null,
  settled: false,
  sight: null,
  region: null,
  name: null,
}

const filtered = (filter: ConcernFilter): string =>
  `(c.settled_at is not null) = :settled::boolean and (:cause::text is null or c.cause = :cause::text)
   and (:list::text is null or exists (select 1 from listings l where l.id = c.listing_id and l.list = :list::text))
   ${andIsWithinSightSql(filter.sight, OPERATOR)} ${andFitsWordsSql(filter, OPERATOR)}`

export const list = (db: Db, filter: ConcernFilter, page: IdPage): Promise<Concern[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from concerns c where ${filtered(filter)} ${pageByIdSql(page, 'c.id')} /* concerns.list */`,
    { ...filter, ...page },
  )

export const count = (db: Db, filter: ConcernFilter, most: number | null): Promise<number> =>
  queryCount(db, `from concerns c where ${filtered(filter)} /* concerns.count */`, { ...filter }, most)

export const byId = (db: Db, id: number): Promise<Concern | null> =>
  queryFirst(db, `select ${COLUMNS} from concerns c where c.id = ? /* concerns.byId */`, [id])

export const ofListings = (db: Db | Tx, listingIds: readonly string[]): Promise<Concern[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from concerns c where c.listing_id = any(?::uuid[]) order by c.id /* concerns.ofListings */`,
    [[...listingIds]],
  )

interface Settlement {
  by: string
  note: string
  now: Date
}

const settleWhere = (
  on: Db | Tx,
  condition: string,
  bindings: Settlement & Record<string, unknown>,
): Promise<Concern[]> =>
  queryRows(
    on,
    `update concerns c set settled_at = :now, settled_by = :by, note = :note where ${condition} and c.settled_at is null
     returning ${COLUMNS} /* concerns.settle */`,
    bindings,
  )

export const settle = async (db: Db | Tx, id: number, by: Settlement): Promise<Concern | null> =>
  (await settleWhere(db, 'c.id = :id', { ...by, id }))[0] ?? null

export const settleOfRun = async (tx: Tx, run: number, by: Settlement): Promise<string[]> => {
  const settled = await settleWhere(tx, 'c.run_id = :run', { ...by, run })
  return [...new Set(settled.map(({ listingId }) => listingId))]
}

export const settleOfListings = async (
  tx: Tx,
  listingIds: readonly string[],
  { cause = null, ...by }: Settlement & { cause?: ConcernCause | null },
): Promise<void> => {
  const condition = 'c.listing_id = any(:listingIds::uuid[]) and (:cause::text is null or c.cause = :cause::text)'
  await settleWhere(tx, condition, { ...by, cause, listingIds })
}

/** `unmet`: ids of the record versions that the delivery lacks. */
export const listThoseLackingRecord = async (
  tx: Tx,
  unmet: readonly number[],
  unreadable: UnreadableRecords,
): Promise<{ id: string; record: number }[]> => {
  const lacking = await queryRows<{ id: string; record: number; versions: number[] }>(
    tx,
    `select l.id, c.id as record, (select jsonb_agg(e.id) from versions e where e.feed = c.feed and e.record_key = c.record_key) as versions from listings l join versions d on d.id = l.decision_version
     join versions c on c.feed = d.feed and c.record_key = d.record_key and c.known_to is null and c.ended_on is null and not c.partial
     where l.state not in ('REMOVED', 'NOT_LISTED') and ${isNotUnreadableSql('c')}
       and not exists (select 1 from plan p where p.record_key = c.record_key)
       and not exists (select 1 from concerns k where k.listing_id = l.id and k.cause = 'ABSENT' and k.opened_at >= c.known_from)
     order by l.id /* concerns.lackedBy */`,
    { ...unreadable },
  )
  const absent = new Set(lacking.length === 0 ? [] : unmet)
  return lacking.filter(({ versions }) => versions.some((version) => absent.has(version)))
}

export const hasOpenConcern = (tx: Db | Tx, listingId: string, cause: ConcernCause): Promise<boolean> =>
  hasRows(tx, 'select 1 from concerns where listing_id = ? and cause = ? and settled_at is null /* concerns.waits */', [
    listingId,
    cause,
  ])
