import type { RecordNotice } from '../../domain/delivery/delivery.js'
import type { LastSentRecord, PublishedKind, RecordParty } from '../../domain/delivery/published-record.js'
import type { RecordBody } from '../../domain/records/records.js'
import { type Db, queryColumn, queryMap, queryRows, type Tx } from '../db/db.js'

export interface RecordKey {
  feed: string
  key: string
}

/** SQL: an id from feed and record key survives a database loss. */
const idOf = (feed: string, key: string): string =>
  `substr(encode(sha256(convert_to(${feed} || chr(10) || ${key}, 'UTF8')), 'hex'), 1, 32)::uuid`

const touch = async (tx: Tx, from: string, bindings: Record<string, unknown>): Promise<void> => {
  await tx.raw(
    `create temporary table told_now on commit drop as select distinct coalesce(t.operator_id, 0) as operator_id, t.feed, t.record_key from (${from}) t /* published-records.touch */`,
    bindings,
  )
  await tx.raw(
    'create index on told_now (operator_id, record_key, feed); analyze told_now /* published-records.touch order */',
  )
}

export const listKindsEverSent = (tx: Tx, among: readonly PublishedKind[]): Promise<PublishedKind[]> =>
  queryColumn(
    tx,
    `select k.kind from unnest(?::text[]) as k (kind) where exists (select 1 from told_records t where t.kind = k.kind) /* published-records.kindsTold */`,
    [[...among]],
  )

/** Current penalties. A repair record may concern any penalty of its operator. */
const PENALTIES = `v.kind = 'penalty' and v.kind = any(:kinds::text[]) and v.known_to is null`

/** Includes penalties that the run's repair records may concern. */
export const gatherChangedByRun = async (
  tx: Tx,
  { run, feed, kinds }: { run: number; feed: string; kinds: readonly PublishedKind[] },
): Promise<void> => {
  await touch(
    tx,
    `select p.operator_id, :feed::text as feed, p.record_key from plan p join staged_drafts s using (item, part)
       where s.kind = any(:kinds::text[]) and (p.effect <> 'UNCHANGED' or p.decision_id is not null)
     union all select v.operator_id, v.feed, v.record_key from versions v where v.opened_by = :run and v.kind = any(:kinds::text[])
     union all select v.operator_id, v.feed, v.record_key from versions v where ${PENALTIES} and v.operator_id in (
       select unnest(array[p.operator_id, p.was_operator]) from plan p join staged_drafts s using (item, part)
         where s.kind = 'repair' and (p.effect <> 'UNCHANGED' or p.decision_id is not null)
       union all select r.operator_id from versions r where r.opened_by = :run and r.kind = 'repair')`,
    { run, feed, kinds: [...kinds] },
  )
}

export const gatherChangedByRollback = async (
  tx: Tx,
  { at, kinds }: { at: Date; kinds: readonly PublishedKind[] },
): Promise<void> => {
  await touch(
    tx,
    `select b.operator_id, b.feed, b.record_key from taken_back b where b.kind = any(:kinds::text[])
     union all select v.operator_id, v.feed, v.record_key from versions v where v.operator_id in (select operator_id from affected_operators)
       and v.kind = any(:kinds::text[]) and :at::timestamptz in (v.known_from, v.known_to, v.wrong_from)
     union all select v.operator_id, v.feed, v.record_key from versions v where v.found_by is not null
       and v.kind = any(:kinds::text[]) and v.wrong_from = :at::timestamptz
     union all select v.operator_id, v.feed, v.record_key from versions v where ${PENALTIES}
       and v.operator_id in (select operator_id from taken_back where kind = 'repair')`,
    { at, kinds: [...kinds] },
  )
}

export const gatherOfOperators = async (
  tx: Tx,
  { operators, at, kinds }: { operators: readonly number[]; at: Date; kinds: readonly PublishedKind[] },
): Promise<void> => {
  await touch(
    tx,
    `select v.operator_id, v.feed, v.record_key from versions v where v.operator_id = any(:operators::int[])
       and v.kind = any(:kinds::text[]) and :at::timestamptz in (v.known_from, v.known_to, v.wrong_from)
     union all select v.operator_id, v.feed, v.record_key from versions v where ${PENALTIES} and v.operator_id in (
       select r.operator_id from versions r where r.operator_id = any(:operators::int[]) and r.kind = 'repair'
         and :at::timestamptz in (r.known_from, r.known_to, r.wrong_from))`,
    { operators: [...operators], at, kinds: [...kinds] },
  )
}

export interface GatheredRecord extends RecordKey {
  /** 0 for records without an operator. */
  operator: number
}

export const pageGatheredRecords = (tx: Tx, after: GatheredRecord | null, limit: number): Promise<GatheredRecord[]> =>
  queryRows(
    tx,
    `select operator_id as operator, feed, record_key as key from told_now
     where :key::text is null or (operator_id, record_key, feed) > (:operator::int, :key::text, :feed::text)
     order by operator_id, record_key, feed limit :limit /* published-records.touched */`,
    { key: after?.key ?? null, feed: after?.feed ?? null, operator: after?.operator ?? null, limit },
  )

export const dropGathered = async (tx: Tx): Promise<void> => {
  await tx.raw('drop table told_now /* published-records.forgetTouched */')
}

export interface PublishedRecordState extends RecordKey {
  id: string
  kind: PublishedKind
  body: RecordBody
  order: number
  fact: string | null
  stands: boolean
  /** An ended record has the party of its last delivery. */
  party: RecordParty | null
  told: LastSentRecord | null
}

export const readRecordStatesWithSources = async (
  db: Db | Tx,
  keys: readonly RecordKey[],
  kinds: readonly PublishedKind[],
): Promise<PublishedRecordState[]> => {
  if (keys.length === 0) return []
  return queryRows(
    db,
    `with requested_keys as materialized (select a.feed, a.key as record_key from jsonb_to_recordset(:keys::jsonb) as a(feed text, key text)),
     decisions as materialized (
       select v.operator_id, v.kind, v.fact from requested_keys a join versions v on v.record_key = a.record_key and v.feed = a.feed
         and v.known_to is null where v.kind = any(:kinds::text[]) and v.fact is not null and v.operator_id is not null
       union select t.operator_id, t.kind, t.fact from requested_keys a join told_records t on t.record_key = a.record_key and t.feed = a.feed
         where t.fact is not null),
     members as materialized (
       select feed, record_key from requested_keys
       union select v.feed, v.record_key from decisions d join versions v on v.operator_id = d.operator_id and v.kind = d.kind
         and v.fact = d.fact and v.known_to is null),
     found as materialized (
       select m.feed, m.record_key, v.kind, v.body, v.id as "order", v.fact, v.known_to is null and v.ended_on is null as stands,
         case when v.known_to is null and v.ended_on is null then v.operator_id else coalesce(t.operator_id, v.operator_id) end as operator_id,
         t.id is not null as is_told, t.operator_id as told_operator, t.removed, t.digest
       from members m left join told_records t on t.record_key = m.record_key and t.feed = m.feed
       cross join lateral (select * from versions w where w.record_key = m.record_key and w.feed = m.feed and w.kind = any(:kinds::text[])
         order by w.known_to is null desc, w.known_from desc, w.id desc limit 1) v),
     parties as materialized (
       select o.id, jsonb_build_object('id', o.id, 'uscc', o.uscc, 'kind', o.kind, 'name', o.name,
         'regNo', (select min(c.code) from operator_codes c where c.operator_id = o.id and c.scheme = 'reg_no'),
         'orgCode', (select min(c.code) from operator_codes c where c.operator_id = o.id and c.scheme = 'org_code'),
         'address', (select r.body->>'address' from versions r where r.operator_id = o.id and r.kind = 'registration'
           and r.known_to is null and r.ended_on is null and coalesce(r.body->>'uscc', o.uscc) = o.uscc order by r.id desc limit 1)) as party
       from operators o where o.id in (select operator_id from found))
     select ${idOf('f.feed', 'f.record_key')} as id, f.feed, f.record_key as key, f.kind, f.body, f."order", f.fact, f.stands, p.party,
       case when f.is_told then jsonb_build_object('operatorId', f.told_operator, 'removed', f.removed, 'digest', f.digest) end as told
     from found f left join parties p on p.id = f.operator_id order by f.record_key, f.feed /* published-records.around */`,
    { keys: JSON.stringify(keys), kinds: [...kinds] },
  )
}

export const readPenaltiesAndRepairs = async (
  db: Db | Tx,
  operators: readonly number[],
): Promise<{ operatorId: number; record: number; kind: 'penalty' | 'repair'; body: RecordBody }[]> => {
  if (operators.length === 0) return []
  return queryRows(
    db,
    `with repaired as materialized (select distinct r.operator_id from versions r where r.operator_id = any(?::int[]) and r.kind = 'repair'
       and r.known_to is null and r.ended_on is null)
     select v.operator_id as "operatorId", v.id as record, v.kind, v.body from repaired r join versions v on v.operator_id = r.operator_id
     where v.kind in ('penalty', 'repair') and v.known_to is null and v.ended_on is null /* published-records.repairsOf */`,
    [[...operators]],
  )
}

export const readLastNotices = (tx: Tx, ids: readonly string[]): Promise<Map<string, RecordNotice>> =>
  queryMap(
    tx,
    `select distinct on (subject_id) subject_id, notice from deliveries where subject_id = any(?::uuid[])
     order by subject_id, id desc /* published-records.lastTold */`,
    [[...ids]],
  )

export const keepSent = async (
  tx: Tx,
  told: readonly (RecordKey & {
    kind: PublishedKind
    operatorId: number
    fact: string | null
    digest: string
    removed: boolean
  })[],
  at: Date,
): Promise<void> => {
  if (told.length === 0) return
  await tx.raw(
    `insert into told_records (id, feed, record_key, kind, operator_id, fact, digest, removed, told_at)
     select ${idOf('k.feed', 'k.key')}, k.feed, k.key, k.kind, k."operatorId", k.fact, k.digest, k.removed, :at::timestamptz
     from jsonb_to_recordset(:told::jsonb) as k(feed text, key text, kind text, "operatorId" int, fact text, digest text, removed boolean)
     on conflict (record_key, feed) do update set operator_id = excluded.operator_id, fact = excluded.fact, digest = excluded.digest,
       removed = excluded.removed, told_at = coalesce(told_records.told_at, excluded.told_at) /* published-records.keep */`,
    { told: JSON.stringify(told), at },
  )
}

export const registerRecords = async (
  db: Db | Tx,
  records: readonly (RecordKey & { kind: PublishedKind; operatorId: number; fact: string | null })[],
): Promise<void> => {
  if (records.length === 0) return
  await db.raw(
    `insert into told_records (id, feed, record_key, kind, operator_id, fact)
     select ${idOf('k.feed', 'k.key')}, k.feed, k.key, k.kind, k."operatorId", k.fact
     from jsonb_to_recordset(?::jsonb) as k(feed text, key text, kind text, "operatorId" int, fact text)
     on conflict (record_key, feed) do nothing /* published-records.register */`,
    [JSON.stringify(records)],
  )
}

export const pageKeysInForce = (
  db: Db | Tx,
  { kinds, after, limit }: { kinds: readonly PublishedKind[]; after: RecordKey | null; limit: number },
): Promise<RecordKey[]> =>
  queryRows(
    db,
    `select v.feed, v.record_key as key from versions v where v.known_to is null and v.ended_on is null and v.kind = any(:kinds::text[])
       and (:key::text is null or (v.record_key, v.feed) > (:key::text, :feed::text))
     order by v.record_key, v.feed limit :limit /* published-records.standing */`,
    { kinds: [...kinds], key: after?.key ?? null, feed: after?.feed ?? null, limit },
  )

export const findKeysByIds = (db: Db | Tx, ids: readonly string[]): Promise<RecordKey[]> =>
  queryRows(
    db,
    'select feed, record_key as key from told_records where id = any(?::uuid[]) /* published-records.byIds */',
    [[...ids]],
  )
