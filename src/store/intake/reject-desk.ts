import type { ItemProblem } from '../../domain/records/records.js'
import { type IdPage, pageByIdSql } from '../access/list-filter.js'
import { type Db, hasRows, queryCount, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'
import { repeatedNote } from './rejects.js'

export type RejectState = 'OPEN' | 'TAKEN' | 'DROPPED'

export interface StoredReject extends Omit<ItemProblem, 'heading'> {
  id: number
  run: number
  at: Date
  /** Sender of the file or of the request; null if scheduled. */
  by: string | null
  file: string | null
  dated: string | null
  rolledBack: boolean
  ofWhole: boolean
  feed: string
  page: number | null
  row: number
  heading: string | null
  problems: ItemProblem[]
  map: number | null
  item: Record<string, unknown>
  state: RejectState
  corrected: Record<string, unknown> | null
  settledAt: Date | null
  settledBy: string | null
  note: string | null
  takenRun: number | null
}

const COLUMNS = `j.id, j.run_id as run, r.started_at as at, r.asked_by as by, r.file, r.dated, r.taken_back_at is not null as "rolledBack", r.whole as "ofWhole", j.feed, j.page, j.row_number as row, j.field, j.rule, j.message,
  j.problems, j.problems->0->>'heading' as heading, j.map_id::int as map, j.item, j.state, j.corrected, j.settled_at as "settledAt", j.settled_by as "settledBy", j.note, j.taken_run as "takenRun"`

export interface RejectFilter {
  feeds: readonly string[] | null
  run?: number | null
  state?: RejectState | null
  rule?: string | null
  field?: string | null
  by?: string | null
}

const WHERE = `(:feeds::text[] is null or j.feed = any(:feeds::text[])) and (:run::bigint is null or j.run_id = :run::bigint)
  and (:state::text is null or j.state = :state::text) and (:rule::text is null or j.rule = :rule::text)
  and (:field::text is null or j.field = :field::text) and (:by::text is null or r.asked_by = :by::text)`

const ALL = { run: null, state: null, rule: null, field: null, by: null }

export const list = (db: Db, filter: RejectFilter, page: IdPage): Promise<StoredReject[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from rejects j join runs r on r.id = j.run_id where ${WHERE} ${pageByIdSql(page, 'j.id')} /* rejectDesk.list */`,
    { ...ALL, ...filter, ...page },
  )

export const count = (db: Db, filter: RejectFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    `from rejects j join runs r on r.id = j.run_id where ${WHERE} /* rejectDesk.count */`,
    { ...ALL, ...filter },
    most,
  )

const RULES_MOST = 100

export const countByRule = (db: Db, filter: RejectFilter): Promise<{ rule: string; count: number }[]> =>
  queryRows(
    db,
    `select j.rule, count(*)::int as count from rejects j join runs r on r.id = j.run_id where ${WHERE} group by j.rule order by count desc, j.rule limit ${RULES_MOST}
     /* rejectDesk.countByRule */`,
    { ...ALL, ...filter },
  )

export const byId = (db: Db | Tx, id: number): Promise<StoredReject | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from rejects j join runs r on r.id = j.run_id where j.id = ? /* rejectDesk.byId */`,
    [id],
  )

const STEP_ITEMS = 200

export async function* ofRun(db: Db, run: number): AsyncIterable<StoredReject> {
  for (let after = 0; ; ) {
    const { rows } = await db.raw(
      `select ${COLUMNS} from rejects j join runs r on r.id = j.run_id where j.run_id = ? and j.id > ? order by j.id limit ?
       /* rejectDesk.ofRun */`,
      [run, after, STEP_ITEMS],
    )
    yield* rows as StoredReject[]
    if (rows.length < STEP_ITEMS) return
    after = rows.at(-1).id
  }
}

export const lockIfOpen = (tx: Tx, id: number): Promise<boolean> =>
  hasRows(tx, `select 1 from rejects where id = ? and state = 'OPEN' for update /* rejectDesk.holdOpen */`, [id])

/** For kinds that end by absence (`ends`), any later full delivery counts. */
export const isOutdated = (
  tx: Tx,
  { feed, keys, run, ends }: { feed: string; keys: readonly string[]; run: number; ends: boolean },
): Promise<boolean> =>
  queryValue(
    tx,
    `select exists (select 1 from versions where feed = :feed and record_key = any(:keys::text[]) and known_to is null and run_id > :run
       union all select 1 from unmatched where feed = :feed and record_key = any(:keys::text[]) and last_run > :run
       union all select 1 from runs where :ends and job = 'pull' and subject = :feed and complete and outcome = 'DONE'
         and taken_back_at is null and id > :run) as since
     /* rejectDesk.isOutdated */`,
    { feed, keys: [...keys], run, ends },
  )

export const settle = async (
  tx: Tx,
  id: number,
  to: {
    state: Exclude<RejectState, 'OPEN'>
    corrected: unknown
    run: number | null
    by: string
    note: string
    now: Date
  },
): Promise<void> => {
  await tx.raw(
    `update rejects set state = :state, corrected = :corrected, taken_run = :run, settled_at = :now, settled_by = :by, note = :note
     where id = :id /* rejectDesk.settle */`,
    { ...to, id, corrected: to.corrected === null ? null : JSON.stringify(to.corrected) },
  )
}

export const reopenAfterRollback = async (tx: Tx, takenRun: number): Promise<void> => {
  await tx.raw(
    `update rejects set state = 'OPEN', corrected = null, taken_run = null, settled_at = null, settled_by = null, note = null
     where taken_run = ? or (state = 'DROPPED' and settled_by is null and note = ?) /* rejectDesk.reopen */`,
    [takenRun, repeatedNote(takenRun)],
  )
}
