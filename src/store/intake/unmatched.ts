import type { NoProposal } from '../../domain/intake/matching.js'
import type { RecordDraft, RecordKind } from '../../domain/records/records.js'
import { type IdPage, NO_WORDS, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryColumn, queryCount, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'
import { insertCopiesSql } from '../records/versions.js'
import { earlierEndDaySql } from './absence.js'

export type UnmatchedState = 'OPEN' | 'MATCHED' | 'NOT_OURS' | 'TAKEN_BACK' | 'ENDED'

export interface UnmatchedRecord extends Omit<RecordDraft, 'fact'> {
  id: number
  feed: string
  nameKey: string | null
  subjectKey: string | null
  reason: string
  state: UnmatchedState
  run: number
  file: string | null
  page: number | null
  row: number
  proposedOperator: number | null
  evidence: { evidence?: { field: string; said: string; held: string }[]; because?: NoProposal } | null
  decision: number | null
  operatorId: number | null
}

const OPERATOR =
  'coalesce((select d.operator_id from identity_decisions d where d.id = u.decision_id), u.proposed_operator)'

const COLUMNS = `u.id, u.feed, u.record_key as key, u.kind, u.subject, u.name_key as "nameKey", u.subject_key as "subjectKey", u.body,
  u.findings as remarks, u.valid_from as "validFrom", u.valid_to as "validTo", u.reason, u.state, u.last_run as run, r.file, u.page,
  u.row_number as row, u.evidence, u.decision_id as decision, ${OPERATOR} as "operatorId",
  (select coalesce(o.merged_into, o.id) from operators o where o.id = u.proposed_operator and o.known_to is null) as "proposedOperator"`

export interface UnmatchedFilter extends Partial<OperatorWords> {
  feeds: readonly string[] | null
  state: UnmatchedState
  kind?: RecordKind | null
  sight?: RegionSight
}

const UNFILTERED = { ...NO_WORDS, kind: null, sight: null }

/** Region of the operator decided or proposed, or division in the USCC (GB 32100-2015: from the third digit). */
const IN_REGION = `(starts_with(substr(u.subject->>'uscc', 3), :region::text)
  or exists (select 1 from operators p where p.id = ${OPERATOR} and starts_with(p.region, :region::text)))`

const NAMED = `(strpos(u.subject->>'name', :name::text) > 0
  or :name::text in (u.subject->>'uscc', u.subject->>'orgCode', u.subject->>'regNo', u.subject->>'shop'))`

const filtered = (sight: RegionSight = null): string =>
  `(:feeds::text[] is null or u.feed = any(:feeds::text[])) and u.state = :state ${andIsWithinSightSql(sight, OPERATOR)}
   and (:kind::text is null or u.kind = :kind::text) and (:name::text is null or ${NAMED}) and (:region::text is null or ${IN_REGION})`

export const list = (db: Db, filter: UnmatchedFilter, page: IdPage): Promise<UnmatchedRecord[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from unmatched u join runs r on r.id = u.last_run
     where ${filtered(filter.sight)} ${pageByIdSql(page, 'u.id')} /* unmatched.list */`,
    { ...UNFILTERED, ...filter, ...page },
  )

export interface UnmatchedSummary {
  id: number
  feed: string
  key: string
  subject: RecordDraft['subject']
  reason: string
  row: number
  run: number
}

export const listOpen = (db: Db, first: number): Promise<UnmatchedSummary[]> =>
  queryRows(
    db,
    `select id, feed, record_key as key, subject, reason, row_number as row, last_run as run from unmatched
     where state = 'OPEN' order by last_run, page, row_number, id limit ? /* unmatched.listOpen */`,
    [first],
  )

export const countOf = (db: Db, filter: UnmatchedFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    `from unmatched u where ${filtered(filter.sight)} /* unmatched.countOf */`,
    { ...UNFILTERED, ...filter },
    most,
  )

export const byId = (db: Db, id: number): Promise<UnmatchedRecord | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from unmatched u join runs r on r.id = u.last_run where u.id = ? /* unmatched.byId */`,
    [id],
  )

export const lockForDecision = (tx: Tx, id: number): Promise<UnmatchedRecord | null> =>
  queryFirst(
    tx,
    `select ${COLUMNS} from unmatched u join runs r on r.id = u.last_run where u.id = ? for update of u /* unmatched.forDecision */`,
    [id],
  )

export const setSubjectKey = async (tx: Tx, id: number, subjectKey: string): Promise<void> => {
  await tx.raw('update unmatched set subject_key = ? where id = ? /* unmatched.setSubjectKey */', [subjectKey, id])
}

export interface DecisionReach {
  decision: number
  feed: string
  subjectKey: string
  at: Date
}

export const settle = async (
  tx: Tx,
  { decision, feed, subjectKey }: DecisionReach,
  state: 'MATCHED' | 'NOT_OURS',
): Promise<number> => {
  const answer = await tx.raw(
    `update unmatched set state = :state, decision_id = :decision where feed = :feed and subject_key = :subjectKey and state = 'OPEN'
     /* unmatched.settle */`,
    { decision, feed, subjectKey, state },
  )
  return answer.rowCount ?? 0
}

/** Closes versions that were attached by a code which the agency no longer sends. */
export const closeEarlierVersions = (
  tx: Tx,
  { decision, subjectKey, at }: DecisionReach,
  as: 'CHANGED' | 'ENDED',
): Promise<number[]> =>
  queryColumn(
    tx,
    `update versions v set known_to = :at, closed_as = :as from unmatched u
     where u.subject_key = :subjectKey and u.decision_id = :decision and v.record_key = u.record_key and v.feed = u.feed
       and v.known_to is null returning v.operator_id as operator /* unmatched.closeEarlier */`,
    { decision, subjectKey, at, as },
  )

export const becameUnmatchedAt = (tx: Tx, { feed, key }: { feed: string; key: string }, at: Date): Promise<boolean> =>
  queryValue(
    tx,
    `select exists (select 1 from unmatched u join versions v on v.feed = u.feed and v.record_key = u.record_key
       where u.feed = :feed and u.record_key = :key and u.state = 'OPEN' and v.known_to = :at and v.closed_as = 'CHANGED') as "letGo"
     /* unmatched.letGo */`,
    { feed, key, at },
  )

export const attachRecords = async (
  tx: Tx,
  { decision, subjectKey, at }: DecisionReach,
  operator: number,
): Promise<void> => {
  await tx.raw(
    `insert into versions (feed, kind, record_key, operator_id, decision_id, fact, digest, body, findings, valid_from, valid_to,
       ended_on, known_from, run_id, page, row_number, partial)
     select u.feed, u.kind, u.record_key, :operator::int, :decision::bigint, u.fact, u.digest, u.body, u.findings, u.valid_from,
       u.valid_to, ${earlierEndDaySql('u')}, :at::timestamptz, u.last_run, u.page, u.row_number, u.partial
     from unmatched u where u.subject_key = :subjectKey and u.decision_id = :decision
     order by u.id /* unmatched.attach */`,
    { decision, subjectKey, at, operator },
  )
}

export const unmatchAttached = (
  tx: Tx,
  { decision, subjectKey }: DecisionReach,
  { subject, nameKey, reason }: Pick<UnmatchedRecord, 'subject' | 'nameKey' | 'reason'>,
): Promise<number[]> =>
  queryColumn(
    tx,
    `insert into unmatched as u (feed, record_key, kind, subject, name_key, subject_key, fact, body, findings, valid_from, valid_to,
       digest, reason, page, row_number, first_run, last_run, partial)
     select v.feed, v.record_key, v.kind, :subject::jsonb, :nameKey, :subjectKey, v.fact, v.body, v.findings, v.valid_from,
       v.valid_to, v.digest, :reason, v.page, v.row_number, v.run_id, v.run_id, v.partial
     from versions v where v.decision_id = :decision and v.known_to is null order by v.id
     on conflict (feed, record_key) do update set kind = excluded.kind, subject = excluded.subject, name_key = excluded.name_key,
       subject_key = excluded.subject_key, fact = excluded.fact, body = excluded.body, findings = excluded.findings,
       valid_from = excluded.valid_from, valid_to = excluded.valid_to, digest = excluded.digest, reason = excluded.reason,
       page = excluded.page, row_number = excluded.row_number, last_run = excluded.last_run, state = 'OPEN', decision_id = null,
       partial = excluded.partial, ended_by = null
       where u.state not in ('OPEN', 'NOT_OURS') or u.last_run <= excluded.last_run
     returning u.id /* unmatched.returnAttached */`,
    { decision, subjectKey, subject: JSON.stringify(subject), nameKey, reason },
  )

export const reopenNotOurs = (tx: Tx, { decision, subjectKey }: DecisionReach): Promise<number[]> =>
  queryColumn(
    tx,
    `update unmatched set state = 'OPEN', decision_id = null
     where subject_key = :subjectKey and decision_id = :decision and state = 'NOT_OURS' returning id /* unmatched.reopenNotOurs */`,
    { decision, subjectKey },
  )

export const markVersionsWrong = (tx: Tx, decision: number, at: Date): Promise<number[]> =>
  queryColumn(
    tx,
    `update versions set wrong_from = :at, known_to = coalesce(known_to, :at), closed_as = coalesce(closed_as, 'WRONG')
     where decision_id = :decision and wrong_from is null returning operator_id as operator /* unmatched.markWrong */`,
    { decision, at },
  )

export const reopenEarlierVersions = (tx: Tx, ids: readonly number[], closedAt: Date, at: Date): Promise<number[]> =>
  queryColumn(
    tx,
    `${insertCopiesSql(
      'unmatched u join versions v on v.record_key = u.record_key and v.feed = u.feed join operators o on o.id = v.operator_id',
      { operator_id: 'coalesce(o.merged_into, o.id)', known_from: ':at::timestamptz' },
    )}
     where u.id = any(:ids::bigint[]) and v.known_to = :closedAt and v.wrong_from is null
     on conflict do nothing returning operator_id as operator /* unmatched.reopenEarlier */`,
    { ids: [...ids], closedAt, at },
  )
