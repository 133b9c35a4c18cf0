import type { UnreadableRecords } from '../../../domain/records/records.js'
import { queryRows, type Tx } from '../../db/db.js'
import { insertCopiesSql } from '../../records/versions.js'
import { isNotUnreadableSql, KINDS_ENDED_BY_ABSENCE, SELECT_UNCORRECTED_RUNS_SQL } from '../absence.js'

export interface RepairedRecord {
  feed: string
  key: string
  operator: number | null
}

export interface RepairRun {
  run: number
  at: Date
}

const OF_WHOLE = (r: string): string => `(${r}.whole or exists (select 1 from rejects j join runs s on s.id = j.run_id
  where j.taken_run = ${r}.id and s.whole))`

const MAY_BE_UNREADABLE = (w: string, of: { key: string; code: string; run: string }): string =>
  `exists (select 1 from rejects n where n.run_id = ${w}.id and (strpos(n.item::text, ${of.key}) > 0 or strpos(n.item::text, ${of.code}) > 0
     or exists (select 1 from rejects j where j.taken_run = ${of.run} and j.item = n.item)))`

const FIRST_WITHOUT = (of: { feed: string; key: string; code: string; run: string }): string =>
  `select w.id, (w.started_at at time zone 'Asia/Shanghai')::date as day from runs w where w.job = 'pull' and w.subject = ${of.feed}
     and w.complete and w.outcome = 'DONE' and w.taken_back_at is null and w.id > ${of.run} and not ${MAY_BE_UNREADABLE('w', of)}
   order by w.id limit 1`

const endListed = async (tx: Tx, { run, at }: RepairRun): Promise<RepairedRecord[]> => {
  const answer = await tx.raw(
    `with gone as (
       update versions v set known_to = :at, closed_as = 'ENDED', closed_by = :run from repair_ends e
       where v.id = e.id and v.known_to is null returning v.*, e.day)
     ${insertCopiesSql('gone v', { ended_on: 'v.day', known_from: ':at::timestamptz', opened_by: ':run::bigint', partial: 'false' })}
     returning feed, record_key as key, operator_id as operator /* repair.endListed */`,
    { run, at },
  )
  await tx.raw('drop table repair_ends /* repair.endListed */')
  return answer.rows
}

export const endRecordsMatchedLate = async (tx: Tx, of: RepairRun): Promise<RepairedRecord[]> => {
  await tx.raw(
    `create temporary table repair_ends on commit drop as
     select v.id, a.day from versions v join runs r on r.id = v.run_id and r.job = 'pull' left join operators o on o.id = v.operator_id
     cross join lateral (${FIRST_WITHOUT({
       feed: 'v.feed',
       key: 'v.record_key',
       code: `coalesce(o.uscc, o.shop, v.record_key)`,
       run: 'v.run_id',
     })}) a
     where v.known_to is null and v.ended_on is null and v.partial and v.kind = any(?) and ${OF_WHOLE('r')} /* repair.endNeverEnding */`,
    [KINDS_ENDED_BY_ABSENCE] as never,
  )
  return endListed(tx, of)
}

export const unmarkPartialVersions = (tx: Tx): Promise<RepairedRecord[]> =>
  queryRows(
    tx,
    `update versions v set partial = false from runs r where r.id = v.run_id and r.job = 'pull' and v.known_to is null and v.partial
       and v.kind = any(?) and ${OF_WHOLE('r')} returning v.feed, v.record_key as key, null::int as operator /* repair.keepAsWhole */`,
    [KINDS_ENDED_BY_ABSENCE],
  )

export const endUnmatched = (tx: Tx): Promise<RepairedRecord[]> =>
  queryRows(
    tx,
    `update unmatched u set state = 'ENDED', ended_by = e.run, proposed_operator = null, evidence = null
     from (select u.id, a.id as run from unmatched u cross join lateral (${FIRST_WITHOUT({
       feed: 'u.feed',
       key: 'u.record_key',
       code: `coalesce(u.subject->>'uscc', u.subject->>'orgCode', u.subject->>'regNo', u.subject->>'shop', u.record_key)`,
       run: 'u.last_run',
     })}) a where u.state = 'OPEN' and not u.partial and u.kind = any(?)) e
     where u.id = e.id returning u.feed, u.record_key as key, null::int as operator /* repair.endWaiting */`,
    [KINDS_ENDED_BY_ABSENCE],
  )

export interface FullDelivery {
  run: number
  feed: string
  archive: string | null
  dated: string | null
  startedAt: Date
}

export const lastFullDeliveries = (tx: Tx, feeds: readonly string[]): Promise<FullDelivery[]> =>
  queryRows(
    tx,
    `select distinct on (subject) id as run, subject as feed, archive, dated, started_at as "startedAt" from runs
     where job = 'pull' and subject = any(?) and complete and outcome = 'DONE' and taken_back_at is null
     order by subject, id desc /* repair.lastWhole */`,
    [[...feeds]],
  )

const CHUNK_KEYS = 10_000

export const endRecordsNotSent = async (
  tx: Tx,
  of: RepairRun,
  sent: { run: number; feed: string; today: string; keys: ReadonlySet<string>; unreadable: UnreadableRecords },
): Promise<RepairedRecord[]> => {
  await tx.raw(
    'create temporary table repair_sent (record_key text collate "C") on commit drop /* repair.endUnsent sent */',
  )
  const keys = [...sent.keys]
  for (let from = 0; from < keys.length; from += CHUNK_KEYS)
    await tx.raw('insert into repair_sent select unnest(?::text[]) /* repair.endUnsent keys */', [
      keys.slice(from, from + CHUNK_KEYS),
    ] as never)
  await tx.raw('analyze repair_sent /* repair.endUnsent */')
  await tx.raw(
    `create temporary table repair_ends on commit drop as
     select v.id, :today::date as day from versions v where v.feed = :feed and v.known_to is null and v.ended_on is null and not v.partial
       and v.kind = any(:kinds) and v.run_id < :run
       and not exists (select 1 from runs n where n.id = v.opened_by and n.id >= :run and n.job <> 'repair')
       and not exists (select 1 from repair_sent s where s.record_key = v.record_key) and ${isNotUnreadableSql('v')}
       and v.run_id not in (${SELECT_UNCORRECTED_RUNS_SQL}) /* repair.endUnsent */`,
    { ...sent, ...sent.unreadable, kinds: KINDS_ENDED_BY_ABSENCE } as never,
  )
  await tx.raw('drop table repair_sent /* repair.endUnsent */')
  return endListed(tx, of)
}
