import type { Deadline, DeadlineName } from '../../domain/listing/deadlines.js'
import { andFitsWordsSql, directionOf, NO_WORDS, type OperatorWords, type PageOrder } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryRows, type Tx } from '../db/db.js'

export type DeadlineState = 'COMING' | 'MISSED' | 'RUN_OUT' | 'MET' | 'DROPPED'

export interface StoredDeadline extends Deadline {
  id: number
  listingId: string
  ruleVersion: string
  endedOn: string | null
  outcome: 'MET' | 'DROPPED' | null
}

export interface DeadlineChange {
  listingId: string
  begun: readonly (Deadline & { version: string })[]
  met: readonly DeadlineName[]
  dropped: readonly DeadlineName[]
  on: string
}

const COLUMNS = `t.id, t.listing_id as "listingId", t.name, t.starts_on as "startsOn", t.due_on as "dueOn", t.provisional, t.rule,
  t.rule_version as "ruleVersion", t.ended_on as "endedOn", t.outcome`

export const applyChanges = async (tx: Tx, made: readonly DeadlineChange[], now: Date): Promise<void> => {
  const ended = made.flatMap(({ listingId, met, dropped, on }) => [
    ...met.map((name) => ({ listingId, name, on, outcome: 'MET' })),
    ...dropped.filter((name) => !met.includes(name)).map((name) => ({ listingId, name, on, outcome: 'DROPPED' })),
  ])
  if (ended.length > 0)
    await tx.raw(
      `update listing_deadlines t set ended_on = greatest(e."on", t.starts_on), outcome = e.outcome
       from jsonb_to_recordset(?::jsonb) as e("listingId" uuid, name text, "on" date, outcome text)
       where t.listing_id = e."listingId" and t.name = e.name and t.ended_on is null /* deadlines.end */`,
      [JSON.stringify(ended)],
    )
  const begun = made.flatMap(({ listingId, begun: all }) => all.map((one) => ({ listingId, ...one })))
  if (begun.length > 0)
    await tx.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       select b."listingId", b.name, b."startsOn", b."dueOn", b.provisional, b.rule, b.version, :now::timestamptz
       from jsonb_to_recordset(:begun::jsonb) as b("listingId" uuid, name text, "startsOn" date, "dueOn" date, provisional boolean,
         rule jsonb, version text) /* deadlines.begin */`,
      { begun: JSON.stringify(begun), now } as never,
    )
}

type DeadlineStep = { after: number; limit: number }

export const lockRunning = (tx: Tx, { after, limit }: DeadlineStep): Promise<StoredDeadline[]> =>
  queryRows(
    tx,
    `select ${COLUMNS} from listing_deadlines t where t.ended_on is null and t.id > ? order by t.id limit ?
       for update /* deadlines.running */`,
    [after, limit],
  )

/** OVER: the case has ended. WRONG: the listing has proved baseless. */
export type RunningDeadline = StoredDeadline & { ofCase: 'ON' | 'OVER' | 'WRONG' }

export const listRunning = (db: Db, { after, limit }: DeadlineStep): Promise<RunningDeadline[]> =>
  queryRows(
    db,
    `select ${COLUMNS}, case when l.wrong_from is not null then 'WRONG'
       when l.state in ('REMOVED', 'NOT_LISTED') then 'OVER' else 'ON' end as "ofCase"
     from listing_deadlines t join listings l on l.id = t.listing_id
     where t.ended_on is null and t.id > ? order by t.id limit ? /* deadlines.runningNow */`,
    [after, limit],
  )

export const moveDueDays = async (
  tx: Tx,
  moved: readonly { id: number; dueOn: string; provisional: boolean }[],
): Promise<void> => {
  if (moved.length === 0) return
  await tx.raw(
    `update listing_deadlines t set due_on = m."dueOn", provisional = m.provisional
     from jsonb_to_recordset(?::jsonb) as m(id bigint, "dueOn" date, provisional boolean) where t.id = m.id /* deadlines.move */`,
    [JSON.stringify(moved)],
  )
}

/** Ends WITHDRAWAL deadlines as MET once no delivery or check of the entry is open. */
export const settleWithdrawals = async (tx: Tx): Promise<number> => {
  const answer = await tx.raw(
    `update listing_deadlines t set outcome = 'MET', ended_on = greatest(t.starts_on, coalesce(
       (select max(coalesce(d.confirmed_at, d.closed_at) at time zone 'Asia/Shanghai')::date from deliveries d where d.subject_id = t.listing_id and d.action = 'REMOVE'),
       t.starts_on))
     where t.name = 'WITHDRAWAL' and t.ended_on is null and not exists (
       select 1 from deliveries d where d.subject_id = t.listing_id and (d.state in ('OWED', 'REFUSED') or d.check_due_at is not null)) /* deadlines.settleWithdrawals */`,
  )
  return answer.rowCount ?? 0
}

export const ofListings = (db: Db, ids: readonly string[]): Promise<StoredDeadline[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from listing_deadlines t where t.listing_id = any(?::uuid[]) order by t.listing_id, t.id /* deadlines.ofListings */`,
    [[...ids]],
  )

export interface DeadlineFilter extends Partial<OperatorWords> {
  state: DeadlineState
  kind?: DeadlineName | null
  list?: string | null
  today: string
  partys: readonly DeadlineName[]
  ended: boolean
  sight?: RegionSight
}

const IN_STATE = `case :state::text
  when 'COMING' then t.ended_on is null and t.due_on >= :today::date
  when 'MISSED' then t.ended_on is null and t.due_on < :today::date and t.name <> all(:partys::text[])
  when 'RUN_OUT' then t.ended_on is null and t.due_on < :today::date and t.name = any(:partys::text[])
  else t.outcome = :state::text end`

const UNFILTERED = { ...NO_WORDS, kind: null, list: null, sight: null }

const matching = ({ sight = null, region = null, name = null }: DeadlineFilter): string =>
  `listing_deadlines t join listings l on l.id = t.listing_id
     where ${IN_STATE} and (:ended or l.state not in ('REMOVED', 'NOT_LISTED')) and l.wrong_from is null
       and (:kind::text is null or t.name = :kind::text) and (:list::text is null or l.list = :list::text)
       ${andIsWithinSightSql(sight, 'l.operator_id')} ${andFitsWordsSql({ region, name }, 'l.operator_id')}`

interface DeadlinePage {
  first: number
  after: { dueOn: string; id: number } | null
  order?: PageOrder
}

export const list = (
  db: Db,
  filter: DeadlineFilter,
  { first, after, order = 'OLDEST' }: DeadlinePage,
): Promise<StoredDeadline[]> => {
  const { beyond, direction } = directionOf(order)
  return queryRows(
    db,
    `select ${COLUMNS} from ${matching(filter)} and (:afterId::bigint is null or (t.due_on, t.id) ${beyond} (:afterOn::date, :afterId::bigint))
     order by t.due_on ${direction}, t.id ${direction} limit :first /* deadlines.list */`,
    { ...UNFILTERED, ...filter, afterOn: after?.dueOn ?? null, afterId: after?.id ?? null, first },
  )
}

export const count = (db: Db, filter: DeadlineFilter, most: number | null): Promise<number> =>
  queryCount(db, `from ${matching(filter)} /* deadlines.count */`, { ...UNFILTERED, ...filter }, most)
