import { type Case, type CaseAct, type CaseState, IN_FORCE_STATES } from '../../domain/listing/case.js'
import type { EntryColumns } from '../../domain/listing/entry-columns.js'
import type { PublicEntry } from '../../domain/listing/public-entry.js'
import { type Db, hasRows, queryColumn, queryFirst, queryMap, queryRows, queryValue, type Tx } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { isUniqueViolation } from '../db/sqlstate.js'
import {
  IS_SHOWN_SQL,
  makeFilterBindings,
  matchesPublicFilterSql,
  type PublicDays,
  type PublicFilter,
} from './public-filter.js'

export interface Listing extends EntryColumns {
  id: string
  list: string
  operatorId: number
  state: CaseState
  facts: Case
  publishedOn: string | null
  endsOn: string | null
  moves: number
  /** The person who attends to the case; null: the office. */
  keeper: string | null
  /** Instant since which the legal basis is known to be wrong. */
  wrongFrom: Date | null
}

export const LISTING_COLUMNS = `l.id, l.list, l.operator_id as "operatorId", l.state, l.reason, l.basis, l.authority,
  l.authority_code as "authorityCode", l.document_number as "documentNumber", l.decision_version as "decisionVersion", l.facts,
  l.removal_reason as "removalReason", l.removed_on as "removedOn", l.published_on as "publishedOn", l.ends_on as "endsOn", l.moves, l.keeper,
  l.wrong_from as "wrongFrom"`

/** Skips operators with an open case on the list. */
export const open = (
  tx: Tx,
  list: string,
  made: readonly { operatorId: number; facts: Case; reason: string; keeper: string | null }[],
  now: Date,
): Promise<Listing[]> =>
  queryRows(
    tx,
    `insert into listings as l (list, operator_id, state, reason, facts, moves, created_at, keeper)
     select :list::text, m."operatorId", m.facts->>'state', m.reason, m.facts, 1, :now::timestamptz, m.keeper
     from jsonb_to_recordset(:made::jsonb) as m("operatorId" int, facts jsonb, reason text, keeper text)
     on conflict (operator_id, list) where state not in ('REMOVED', 'NOT_LISTED') do nothing
     returning ${LISTING_COLUMNS} /* listings.open */`,
    { list, made: JSON.stringify(made), now },
  )

export const lockForMove = (tx: Tx, id: string): Promise<Listing | null> =>
  queryFirst(tx, `select ${LISTING_COLUMNS} from listings l where l.id = ? for update /* listings.forMove */`, [id])

export const lockUnlockedForMove = (tx: Tx, ids: readonly string[]): Promise<Listing[]> =>
  queryRows(
    tx,
    `select ${LISTING_COLUMNS} from listings l where l.id = any(?::uuid[]) order by l.id for update skip locked /* listings.freeForMove */`,
    [[...ids]],
  )

/** Unique index: one open case per operator and list. */
export const isSecondOpenCase = (error: unknown): boolean => isUniqueViolation(error, 'listings_open')

export const hasAnotherOpen = (tx: Db | Tx, { id, list, operatorId }: Listing): Promise<boolean> =>
  hasRows(
    tx,
    `select 1 from listings l where l.operator_id = ? and l.list = ? and l.id <> ? and l.state not in ('REMOVED', 'NOT_LISTED')
     limit 1 /* listings.anotherOpen */`,
    [operatorId, list, id],
  )

export const listInForceDecidedBefore = (
  db: Db,
  { list, from, after, limit }: { list: string; from: string; after: string | null; limit: number },
): Promise<Listing[]> =>
  queryRows(
    db,
    `select ${LISTING_COLUMNS} from listings l where l.list = :list and l.state = any(:states)
       and l.wrong_from is null and l.facts->>'decidedOn' < :from and (:after::uuid is null or l.id > :after::uuid)
     order by l.id limit :limit /* listings.standingBefore */`,
    { list, from, after, limit, states: [...IN_FORCE_STATES] },
  )

export const save = async (tx: Tx, saved: readonly Listing[]): Promise<void> => {
  await tx.raw(
    `update listings l set state = s.state, reason = s.reason, basis = s.basis, authority = s.authority,
       authority_code = s."authorityCode", document_number = s."documentNumber", decision_version = s."decisionVersion",
       facts = s.facts, removal_reason = s."removalReason", removed_on = s."removedOn", published_on = s."publishedOn",
       ends_on = s."endsOn", moves = s.moves, keeper = s.keeper
     from jsonb_to_recordset(?::jsonb) as s(id uuid, state text, reason text, basis text, authority text, "authorityCode" text,
       "documentNumber" text, "decisionVersion" bigint, facts jsonb, "removalReason" text, "removedOn" date, "publishedOn" date,
       "endsOn" date, moves int, keeper text) where l.id = s.id /* listings.save */`,
    [JSON.stringify(saved)],
  )
}

export interface ListingEvent {
  listingId: string
  number: number
  move: string
  by: string
  role: string
  on: string
  recordedAt: Date
  stateBefore: CaseState | null
  stateAfter: CaseState
  act: Record<string, unknown>
}

export const recordEvents = async (tx: Tx, events: readonly ListingEvent[]): Promise<void> => {
  if (events.length === 0) return
  await tx.raw(
    `insert into listing_events (listing_id, number, move, made_by, role, made_on, recorded_at, state_before, state_after, act)
     select e."listingId", e.number, e.move, e.by, e.role, e."on", e."recordedAt", e."stateBefore", e."stateAfter", e.act
     from jsonb_to_recordset(?::jsonb) as e("listingId" uuid, number int, move text, by text, role text, "on" date,
       "recordedAt" timestamptz, "stateBefore" text, "stateAfter" text, act jsonb) /* listings.recordEvents */`,
    [JSON.stringify(events)],
  )
}

export const eventsOf = (db: Db | Tx, listingIds: readonly string[]): Promise<ListingEvent[]> =>
  queryRows(
    db,
    `select listing_id as "listingId", number, move, made_by as by, role, made_on as "on", recorded_at as "recordedAt",
       state_before as "stateBefore", state_after as "stateAfter", act
     from listing_events where listing_id = any(?::uuid[]) order by listing_id, number /* listings.eventsOf */`,
    [[...listingIds]],
  )

export const readActIntoState = (
  db: Db | Tx,
  { id, state }: Pick<Listing, 'id' | 'state'>,
): Promise<Pick<CaseAct, 'on' | 'documentNumber' | 'reason'> | null> =>
  queryFirst(
    db,
    `select made_on as "on", act->>'documentNumber' as "documentNumber", act->>'reason' as reason from listing_events
     where listing_id = ? and state_after = ? and state_before is distinct from state_after order by number desc limit 1 /* listings.actIntoState */`,
    [id, state],
  )

export const byIds = async (db: Db | Tx, ids: readonly string[]): Promise<Map<string, Listing>> => {
  const sql = `select ${LISTING_COLUMNS} from listings l where l.id = any(?::uuid[]) /* listings.byIds */`
  const found = await queryRows<Listing>(db, sql, [ids])
  return new Map(found.map((row) => [row.id, row]))
}

export const byId = (db: Db | Tx, id: string): Promise<Listing | null> =>
  queryFirst(db, `select ${LISTING_COLUMNS} from listings l where l.id = ? /* listings.byId */`, [id])

export const ofOperators = (db: Db | Tx, operatorIds: readonly number[]): Promise<Listing[]> =>
  queryRows(
    db,
    `select ${LISTING_COLUMNS} from listings l where l.operator_id = any(?) order by l.created_at desc, l.id /* listings.ofOperators */`,
    [[...operatorIds]],
  )

export const listPastEnd = (
  db: Db,
  today: string,
  { except, limit }: { except: readonly string[]; limit: number },
): Promise<Listing[]> =>
  queryRows(
    db,
    `select ${LISTING_COLUMNS} from listings l where l.ends_on < ?::date and l.removed_on is null and l.state not in ('REMOVED', 'NOT_LISTED')
       and l.id <> all(?::uuid[])
     order by l.ends_on, l.id limit ? /* listings.due */`,
    [today, [...except], limit],
  )

/** True when the decision record `d` of listing `l`, or another record of the fact, changed at :at. */
const TOUCHED = `(
  exists (select 1 from versions v where v.feed = d.feed and v.record_key = d.record_key
    and :at::timestamptz in (v.known_from, v.known_to, v.wrong_from))
  or exists (select 1 from versions v where v.operator_id = l.operator_id and v.kind = d.kind and v.fact = d.fact
    and :at::timestamptz in (v.known_from, v.known_to, v.wrong_from)))`

export const listRestingOnRecordsChangedAt = (tx: Tx, at: Date): Promise<Listing[]> =>
  queryRows(
    tx,
    `select ${LISTING_COLUMNS} from listings l join versions d on d.id = l.decision_version
     where l.state not in ('REMOVED', 'NOT_LISTED') and ${TOUCHED} order by l.id /* listings.restingOn */`,
    { at },
  )

export const listWithOperatorRenamedAt = (tx: Tx, at: Date): Promise<Listing[]> =>
  queryRows(
    tx,
    `select ${LISTING_COLUMNS} from listings l join operators o on o.id = l.operator_id join public_entries p on p.listing_id = l.id
     where p.body->>'name' is distinct from o.name and exists (select 1 from versions v where v.operator_id = o.id
       and v.kind = 'registration' and v.known_from = :at::timestamptz) order by l.id /* listings.renamedAt */`,
    { at },
  )

/**
 * Automatically ended listings whose decision record changed again, without a RESTORED concern or newer listing since.
 */
export const listEndedForRecordsChangedAt = (tx: Tx, at: Date): Promise<Listing[]> =>
  queryRows(
    tx,
    `select ${LISTING_COLUMNS} from listings l join versions d on d.id = l.decision_version
     join listing_events e on e.listing_id = l.id and e.role = 'clock' and e.move in ('removeListing', 'dropListing')
     where l.state in ('REMOVED', 'NOT_LISTED') and l.wrong_from is null and e.recorded_at < :at
       and (l.removal_reason is null or l.removal_reason in ('REVOKED', 'CORRECTED')) and ${TOUCHED}
       and not exists (select 1 from concerns k where k.listing_id = l.id and k.cause = 'RESTORED' and k.opened_at >= e.recorded_at)
       and not exists (select 1 from listings n where n.operator_id = l.operator_id and n.list = l.list and n.created_at >= e.recorded_at)
     order by l.id /* listings.endedOver */`,
    { at },
  )

export const countByState = (db: Db): Promise<{ state: CaseState; n: number }[]> =>
  queryRows(
    db,
    'select state, count(*)::int as n from listings where wrong_from is null group by state order by state /* listings.board */',
  )

export type PublicBody = PublicEntry

/** `on`: first day shown, kept if set. `masks`: masking version; null keeps it. */
export const putPublicEntry = async (
  tx: Tx,
  body: PublicBody,
  { bodyHash, on, masks }: { bodyHash: string; on: string; masks: number | null },
): Promise<void> => {
  await tx.raw(
    `insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on, masks) values (:id, :body::jsonb, :bodyHash, :publishedOn, :on, :endsOn, coalesce(:masks::int, 1))
     on conflict (listing_id) do update set body = excluded.body, body_hash = excluded.body_hash, ends_on = excluded.ends_on, masks = coalesce(:masks::int, public_entries.masks)
     /* listings.publish */`,
    { ...body, body: JSON.stringify(body), bodyHash, on, masks } as never,
  )
}

export const listEntriesMaskedBefore = (
  db: Db,
  masks: number,
  after: string | null,
  limit: number,
): Promise<string[]> =>
  queryColumn(
    db,
    `select listing_id as id from public_entries where masks < :masks and (:after::uuid is null or listing_id > :after::uuid)
     order by listing_id limit :limit /* masking.before */`,
    { masks, after, limit },
  )

export const noteMaskingVersion = async (tx: Tx, id: string, masks: number): Promise<void> => {
  await tx.raw('update public_entries set masks = ? where listing_id = ? /* masking.note */', [masks, id])
}

export const listShownIds = (
  db: Db | Tx,
  { today, after, limit }: { today: string; after: string | null; limit: number },
): Promise<string[]> =>
  queryColumn(
    db,
    `select listing_id as id from public_entries where (ends_on is null or ends_on >= :today::date)
       and (:after::uuid is null or listing_id > :after::uuid) order by listing_id limit :limit /* listings.shownIds */`,
    { today, after, limit },
  )

const bodiesWhere =
  (condition: string) =>
  async (tx: Db | Tx, ids: readonly string[]): Promise<Map<string, PublicBody>> =>
    ids.length === 0
      ? new Map()
      : queryMap(
          tx,
          `select listing_id as id, body from public_entries where listing_id = any(?::uuid[]) and ${condition} /* listings.publicBodies */`,
          [ids],
        )

export const readPublicEntries = bodiesWhere('true')
export const readShownEntries = bodiesWhere(MAY_PUBLISH_LIST_SQL)

export const readStatesOfPublishedListings = async (
  db: Db | Tx,
  ids: readonly string[],
): Promise<Map<string, CaseState>> =>
  ids.length === 0
    ? new Map()
    : queryMap(
        db,
        `select id, state from listings where id = any(?::uuid[]) and state in ('PUBLISHED', 'REPAIR_APPLIED') /* listings.publicStates */`,
        [ids],
      )

export const wasPublished = (db: Db, id: string): Promise<boolean> =>
  hasRows(db, 'select 1 from listings where id = ?::uuid and published_on is not null /* listings.wasPublished */', [
    id,
  ])

export const deletePublicEntries = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.raw('delete from public_entries where listing_id = any(?::uuid[]) /* listings.unpublish */', [[...ids]])
}

export const listPublicEntries = (
  db: Db,
  filter: PublicFilter,
  { first, after }: { first: number; after: { publishedOn: string; id: string } | null },
): Promise<PublicBody[]> =>
  queryColumn(
    db,
    `select p.body from public_entries p
     where ${matchesPublicFilterSql(filter)} and (:afterId::uuid is null or (p.published_on, p.listing_id) < (:afterOn::date, :afterId::uuid))
     order by p.published_on desc, p.listing_id desc limit :first /* listings.publicEntries */`,
    { ...makeFilterBindings(filter), afterOn: after?.publishedOn ?? null, afterId: after?.id ?? null, first },
  )

export const listPublicOfOperators = (
  db: Db,
  operatorIds: readonly number[],
  days: PublicDays,
): Promise<{ operatorId: number; body: PublicBody }[]> =>
  queryRows(
    db,
    `select l.operator_id as "operatorId", p.body from listings l join public_entries p on p.listing_id = l.id
     where l.operator_id = any(:ids) and ${IS_SHOWN_SQL}
     order by p.published_on desc, p.listing_id desc /* listings.publicOfOperators */`,
    { ids: operatorIds, ...days },
  )

export const countPublicEntries = (db: Db, filter: PublicFilter): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from public_entries p where ${matchesPublicFilterSql(filter)} /* listings.publicCount */`,
    makeFilterBindings(filter),
  )

export const countAllPublicEntries = (db: Db): Promise<number> =>
  queryValue(db, 'select count(*)::int as n from public_entries /* listings.publicCountAll */', [])

export const listPublishedDates = (db: Db | Tx): Promise<{ list: string; decidedOn: string; publishedOn: string }[]> =>
  queryRows(
    db,
    `select distinct list, body ->> 'decidedOn' as "decidedOn", body ->> 'publishedOn' as "publishedOn" from public_entries /* listings.publishedDates */`,
  )
