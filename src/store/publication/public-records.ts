/** Penalties and permits in force by day of decision. A statement reads at most one step of them. */
import type { PublishedKind } from '../../domain/delivery/published-record.js'
import type { RecordBody } from '../../domain/records/records.js'
import { type Db, queryRows } from '../db/db.js'
import { LAST_CODE_POINT } from '../listing/public-filter.js'
import { objectionToRecordSql, partsOf } from '../scoring/objections.js'

export interface RecordCursor {
  /** Day of decision. */
  on: string
  id: number
}

export interface DecidedRecord extends RecordCursor {
  feed: string
  key: string
  body: RecordBody
  receivedOn: string
  /** A listing that rests on it is hidden, or the operator's listing is hidden for a bankruptcy. */
  hidden: boolean
  objection: 'OPEN' | 'UPHELD' | null
}

export interface RecordSearch {
  kind: PublishedKind
  /** First and last day of decision. */
  from: string
  to: string
  operators: readonly number[] | null
  /** Beginning of a simplified document number. */
  number: string | null
}

/** Decisions of one year by one authority, of which a number's beginning may find so many. */
const NUMBERED_MOST = 1_000

const decidedOn = (row: string): string => `(${row}.body->>'decided_on') collate "C"`

const isSought = (row: string, kind: PublishedKind, after: RecordCursor | null): string =>
  `${row}.kind = '${kind}' and ${row}.known_to is null and ${row}.ended_on is null
   and ${decidedOn(row)} >= :from::text and ${decidedOn(row)} <= :to::text
   ${after ? `and (${decidedOn(row)}, ${row}.id) < (:on::text, :id::bigint)` : ''}`

/** `offset 0` keeps the planner from reading the whole table for a few operators or numbers. */
const source = ({ kind, operators, number }: RecordSearch, after: RecordCursor | null): string => {
  if (operators !== null)
    return `(select w.* from (select distinct coalesce(o.merged_into, o.id) as id from operators o where o.id = any(:operators::int[])) a
      cross join lateral ${partsOf('a.id')}
      cross join lateral (select x.* from versions x where x.operator_id = p.id and ${isSought('x', kind, after)} offset 0) w)`
  if (number !== null)
    return `(select w.* from (select x.* from versions x where x.kind = '${kind}' and x.known_to is null and x.fact is not null
      and x.fact >= :number::text and x.fact < :numberEnd::text order by x.fact limit ${NUMBERED_MOST}) w where ${isSought('w', kind, after)})`
  return `(select w.* from versions w where ${isSought('w', kind, after)})`
}

export const readDecidedRecords = (
  db: Db,
  search: RecordSearch,
  { after, first }: { after: RecordCursor | null; first: number },
): Promise<DecidedRecord[]> =>
  queryRows(
    db,
    `select v.id, v.feed, v.record_key as key, v.body, v.body->>'decided_on' as "on",
       to_char(v.known_from at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as "receivedOn",
       exists (select 1 from listings l left join versions d on d.id = l.decision_version where l.operator_id = v.operator_id
         and l.state = 'HIDDEN' and (l.facts->'hiding'->>'kind' = 'BANKRUPTCY' or (d.record_key, d.feed) = (v.record_key, v.feed)
           or d.fact = v.fact)) as hidden,
       ${objectionToRecordSql('v')} as objection
     from (select w.* from ${source(search, after)} w order by ${decidedOn('w')} desc, w.id desc limit :first) v
     order by ${decidedOn('v')} desc, v.id desc /* publicRecords.page */`,
    {
      ...search,
      operators: search.operators && [...search.operators],
      numberEnd: `${search.number ?? ''}${LAST_CODE_POINT}`,
      on: after?.on ?? null,
      id: after?.id ?? null,
      first,
    },
  )
