import type { DiscrepancyKind } from '../../domain/delivery/comparison.js'
import { andFitsWordsSql, type IdPage, NO_WORDS, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsSubjectWithinSightSql, operatorOfSubjectSql, type RegionSight } from '../access/sight.js'
import { type Db, queryColumn, queryCount, queryFirst, queryRows, type Tx } from '../db/db.js'
import type { FoundDiscrepancy } from './comparisons.js'

export interface StoredDiscrepancy extends FoundDiscrepancy {
  id: number
  platform: string
  foundAt: Date
  lastFoundAt: Date
  times: number
  settledAt: Date | null
  settledBy: string | null
  note: string | null
}

const COLUMNS = `f.id, f.platform, f.kind, f.key, f.what, f.differs, f.did, f.shown_sequence as "shownSequence",
  f.told_sequence as "toldSequence", f.found_at as "foundAt", f.last_found_at as "lastFoundAt", f.times,
  f.settled_at as "settledAt", f.settled_by as "settledBy", f.note`

export const keepFound = async (
  tx: Db | Tx,
  platform: string,
  discrepancies: readonly FoundDiscrepancy[],
  { comparison, at }: { comparison: number; at: Date },
): Promise<void> => {
  if (discrepancies.length === 0) return
  await tx.raw(
    `insert into findings (platform, kind, key, what, differs, did, shown_sequence, told_sequence, comparison_id, found_at, last_found_at)
     select :platform::text, f.kind, f.key, f.what, array(select jsonb_array_elements_text(f.differs)), f.did, f."shownSequence", f."toldSequence",
       :comparison::int, :at::timestamptz, :at::timestamptz
     from jsonb_to_recordset(:found::jsonb) as f(kind text, key text, what text, differs jsonb, did text, "shownSequence" int, "toldSequence" int)
     on conflict (platform, key, what) where settled_at is null do update set comparison_id = excluded.comparison_id,
       last_found_at = excluded.last_found_at, times = findings.times + 1,
       differs = excluded.differs, did = excluded.did, shown_sequence = excluded.shown_sequence, told_sequence = excluded.told_sequence
     /* discrepancies.keep */`,
    { platform, found: JSON.stringify(discrepancies), comparison, at },
  )
}

/** Spares unsettled subjects (not compared) and entries that the hub hid (a person settles them). */
export const settleVanished = async (
  tx: Db | Tx,
  platform: string,
  { comparison, at, note }: { comparison: number; at: Date; note: string },
): Promise<void> => {
  await tx.raw(
    `update findings f set settled_at = :at, settled_by = 'clock', note = :note
     where f.platform = :platform and f.settled_at is null and f.did <> 'HIDDEN' and f.comparison_id <> :comparison
       and not exists (select 1 from deliveries d where d.platform = f.platform and d.subject_id = f.key::uuid
         and (d.state in ('OWED', 'REFUSED') or d.check_due_at is not null))
     /* discrepancies.settleGone */`,
    { platform, comparison, at, note },
  )
}

export const listOpenKeys = (db: Db, platform: string, what: DiscrepancyKind): Promise<string[]> =>
  queryColumn(
    db,
    'select key from findings where platform = ? and what = ? and settled_at is null /* discrepancies.openKeys */',
    [platform, what],
  )

export const settleHidden = async (
  tx: Tx,
  moved: readonly { listingId: string; by: string; note: string }[],
  at: Date,
): Promise<void> => {
  if (moved.length === 0) return
  await tx.raw(
    `update findings f set settled_at = :at, settled_by = m.by, note = m.note
     from jsonb_to_recordset(:moved::jsonb) as m("listingId" text, by text, note text)
     where f.key = m."listingId" and f.what = 'MISSING' and f.settled_at is null /* discrepancies.settleHidden */`,
    { moved: JSON.stringify(moved), at },
  )
}

export interface DiscrepancyFilter extends Partial<OperatorWords> {
  platform?: string | null
  what?: DiscrepancyKind | null
  open?: boolean | null
  sight?: RegionSight
}

const filtered = ({ sight = null, region = null, name = null }: DiscrepancyFilter): string =>
  `(:platform::text is null or f.platform = :platform) and (:what::text is null or f.what = :what)
  and (:open::boolean is null or (f.settled_at is null) = :open::boolean) ${andIsSubjectWithinSightSql(sight, 'f.key::uuid')}
  ${andFitsWordsSql({ region, name }, operatorOfSubjectSql('f.key::uuid'))}`

const UNFILTERED = { ...NO_WORDS, platform: null, what: null, open: null, sight: null }

export const list = (db: Db, filter: DiscrepancyFilter, page: IdPage): Promise<StoredDiscrepancy[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from findings f where ${filtered(filter)} ${pageByIdSql(page, 'f.id')} /* discrepancies.list */`,
    { ...UNFILTERED, ...filter, ...page },
  )

export const count = (db: Db, filter: DiscrepancyFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    `from findings f where ${filtered(filter)} /* discrepancies.count */`,
    { ...UNFILTERED, ...filter },
    most,
  )

export const byId = (db: Db | Tx, id: number): Promise<StoredDiscrepancy | null> =>
  queryFirst(db, `select ${COLUMNS} from findings f where f.id = ? /* discrepancies.byId */`, [id])

export const settle = (
  db: Db,
  id: number,
  { by, note, now }: { by: string; note: string; now: Date },
): Promise<StoredDiscrepancy | null> =>
  queryFirst(
    db,
    `update findings f set settled_at = ?, settled_by = ?, note = ? where f.id = ? and f.settled_at is null and f.did <> 'HIDDEN'
     returning ${COLUMNS} /* discrepancies.settle */`,
    [now, by, note, id],
  )
