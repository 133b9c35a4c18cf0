import { RECORD_KIND_TRAITS, RECORD_KINDS, type UnreadableRecords } from '../../domain/records/records.js'
import { queryColumn, queryValue, type Tx } from '../db/db.js'
import { insertCopiesSql } from '../records/versions.js'

/** Runs that corrected an item which :run delivered again, uncorrected. */
export const SELECT_UNCORRECTED_RUNS_SQL = `select j.taken_run from rejects n join rejects j on j.feed = n.feed and j.state = 'TAKEN'
  and j.taken_run is not null and j.rule = n.rule and j.item = n.item where n.run_id = :run`

/** The day on which a delivery, not rolled back since, ended the unmatched record with the same content. */
export const earlierEndDaySql = (
  u: string,
): string => `(select p.ended_on from versions p join runs e on e.id = p.opened_by
  where p.record_key = ${u}.record_key and p.feed = ${u}.feed and p.digest = ${u}.digest and p.run_id = ${u}.last_run
    and p.ended_on is not null and (e.subject = ${u}.feed or e.job = 'repair') and e.taken_back_at is null
  order by p.known_from desc, p.id desc limit 1)`

export const KINDS_ENDED_BY_ABSENCE = RECORD_KINDS.filter((kind) => RECORD_KIND_TRAITS[kind].endsByAbsence)

/** True when the record's key is not in `keys` nor begins with one of `stems`, and its operator has none of `codes`. */
export const isNotUnreadableSql = (v: string): string => `${isNotUnreadableByKeySql(v)}
    and not exists (select 1 from unnest(:codes::text[]) k(code) join codes c on c.code = k.code where c.operator_id = ${v}.operator_id)`

export const isNotUnreadableByKeySql = (v: string): string =>
  `not exists (select 1 from unnest(:keys::text[]) k(key) where k.key = ${v}.record_key)
    and not exists (select 1 from unnest(:stems::text[]) k(stem) where k.stem = regexp_replace(${v}.record_key, '/[^/]*$', ''))`

/** Versions of records matched after `since`, not delivered. */
export const listMatchedSince = (tx: Tx, feed: string, since: Date): Promise<number[]> =>
  queryColumn(
    tx,
    `select v.id from unmatched u join versions v on v.feed = u.feed and v.record_key = u.record_key and v.known_to is null
     where u.feed = :feed and u.state = 'MATCHED' and v.known_from > :since
       and not exists (select 1 from versions w where w.feed = v.feed and w.record_key = v.record_key and w.known_from <= :since
         and (w.known_to is null or w.known_to > :since))
       and not exists (select 1 from plan p where p.record_key = v.record_key) /* absence.matchedSince */`,
    { feed, since },
  )

/**
 * Unreadable records, and corrected ones delivered again uncorrected, do not count as missing. A decision on identity may
 * have moved a version of `unmet` since it was read.
 */
export const endAbsent = (
  tx: Tx,
  run: { id: number; feed: string; now: Date; today: string; unreadable: UnreadableRecords; unmet: readonly number[] },
): Promise<number> =>
  queryValue(
    tx,
    `with lacking as materialized (select u.id from unnest(:unmet::bigint[]) u(id) where not exists (select 1 from plan p where p.version_id = u.id)),
     present as (select coalesce(c.id, w.id) as id from lacking l join versions w on w.id = l.id
       left join versions c on w.known_to is not null and c.feed = w.feed and c.record_key = w.record_key and c.known_to is null),
     gone as (
       update versions v set known_to = :now, closed_as = 'ENDED', closed_by = :run
       where v.id in (select id from present) and v.feed = :feed and v.known_to is null and v.ended_on is null and not v.partial and v.kind = any(:kinds)
         and not exists (select 1 from plan p where p.record_key = v.record_key) and ${isNotUnreadableSql('v')}
         and v.run_id not in (${SELECT_UNCORRECTED_RUNS_SQL})
       returning v.*),
     ended as (
       ${insertCopiesSql('gone v', { ended_on: ':today::date', known_from: ':now::timestamptz', opened_by: ':run::bigint' })} returning 1)
     select count(*)::int as n from ended /* versions.endAbsent */`,
    { ...run, run: run.id, ...run.unreadable, kinds: KINDS_ENDED_BY_ABSENCE },
  )
