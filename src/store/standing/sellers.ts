import type { Seller } from '../../domain/standing/sellers.js'
import { copyIntoTable } from '../db/copy.js'
import {
  type Db,
  queryColumn,
  queryFirst,
  queryOne,
  queryRows,
  queryValue,
  type ReadHandle,
  type Tx,
} from '../db/db.js'
import type { RetractionKey } from '../delivery/retractions.js'

const COPIED_CHARACTERS = 150_000

export type SellersFigures = Record<'confirmed' | 'unconfirmed' | 'gradesClosed' | 'unconfirmedMost', number>

/** The figures are null until the hub first decides which grades the client may see. */
export interface SellerList extends Record<keyof SellersFigures, number | null> {
  dated: string
  uploadedAt: Date
  sellers: number
  malformed: number
  /** Mistyped codes that named no operator at upload. */
  wrongCheckDigit: number
}

const COLUMNS = `dated, uploaded_at as "uploadedAt", sellers, malformed, wrong_check_digit as "wrongCheckDigit",
  confirmed, unconfirmed, grades_closed as "gradesClosed", unconfirmed_most as "unconfirmedMost"`

export const readCurrentList = (db: Db, client: string): Promise<SellerList | null> =>
  queryFirst(db, `select ${COLUMNS} from seller_lists where client = ? and current /* sellers.current */`, [client])

export const listCurrentLists = (db: Db): Promise<(SellerList & { client: string })[]> =>
  queryRows(db, `select client, ${COLUMNS} from seller_lists where current order by client /* sellers.currentOfAll */`)

export const lockSellerList = async (tx: Tx, client: string): Promise<void> => {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.sellers ' || ?, 0)) /* sellers.alone */`, [client])
}

export const stageSentSellers = async (tx: Tx, sellers: Iterable<Seller>): Promise<void> => {
  await tx.raw(
    'create temporary table sent_sellers (scheme text collate "C", code text collate "C", valid boolean) on commit drop /* sellers.stage */',
  )
  await copyIntoTable(tx, 'sent_sellers (scheme, code, valid)', linesOf(sellers))
}

export const countLostSellers = (tx: Tx, client: string): Promise<number> =>
  queryValue(
    tx,
    `select count(*)::int from seller_lists l join sellers s on s.list_id = l.id where l.client = ? and l.current
       and not exists (select 1 from sent_sellers t where t.scheme = s.scheme and t.code = s.code) /* sellers.lost */`,
    [client],
  )

/** `decide` fills table `opening` with `sent_sellers` whose grade the client may see. */
export const replaceSellerList = async (
  tx: Tx,
  made: { client: string; dated: string; malformed: number; at: Date },
  decide: (tx: Tx) => Promise<SellersFigures>,
): Promise<SellerList> => {
  await tx.raw(
    `with old as (update seller_lists set current = false where client = ? and current returning id),
       bits as (delete from seller_bits b using old where b.list_id = old.id)
     delete from sellers s using old where s.list_id = old.id /* sellers.replace old */`,
    [made.client],
  )
  const decided = await decide(tx)
  const list = await queryOne<SellerList>(
    tx,
    `with list as (insert into seller_lists (client, dated, uploaded_at, sellers, malformed, wrong_check_digit, confirmed, unconfirmed, grades_closed, unconfirmed_most)
         values (:client, :dated, :at, (select count(*) from (select distinct scheme, code from sent_sellers) d), :malformed, (${MISTYPED}),
           :confirmed, :unconfirmed, :gradesClosed, :unconfirmedMost) returning *),
       kept as (insert into sellers (list_id, scheme, code, opens_grade) select l.id, s.scheme, s.code, f.code is not null
         from list l cross join (select distinct scheme, code from sent_sellers) s left join opening f using (scheme, code))
     select ${COLUMNS} from list /* sellers.replace new */`,
    { ...made, ...decided },
  )
  await storeBitmap(tx, made.client)
  return list
}

export const addSentSellers = (tx: Tx, client: string): Promise<Pick<Seller, 'scheme' | 'code'>[]> =>
  queryRows(
    tx,
    `with list as (select id from seller_lists where client = :client and current),
       kept as (insert into sellers (list_id, scheme, code, opens_grade) select l.id, s.scheme, s.code, false
         from list l cross join (select distinct scheme, code from sent_sellers) s on conflict do nothing returning scheme, code),
       mistyped as (select count(*)::int as n from kept k where exists (select 1 from sent_sellers s where s.scheme = k.scheme and s.code = k.code and not s.valid)
         and not exists (select 1 from codes c where c.scheme = k.scheme and c.code = k.code and c.known_to is null)),
       counted as (update seller_lists l set sellers = l.sellers + (select count(*) from kept), wrong_check_digit = l.wrong_check_digit + m.n
         from list o, mistyped m where l.id = o.id)
     select scheme, code from kept /* sellers.add */`,
    { client },
  )

export type RemovedSeller = Pick<Seller, 'scheme' | 'code'> & { openedGrade: boolean }

export const removeSellers = (tx: Tx, client: string, sellers: readonly Seller[]): Promise<RemovedSeller[]> =>
  queryRows(
    tx,
    `with named as (select distinct * from unnest(:schemes::text[], :codes::text[], :valid::boolean[]) as g(scheme, code, valid)),
       gone as (delete from sellers s using seller_lists l, named g
         where l.client = :client and l.current and s.list_id = l.id and s.scheme = g.scheme and s.code = g.code
         returning s.scheme, s.code, s.opens_grade, g.valid),
       mistyped as (select count(*)::int as n from gone k where not k.valid
         and not exists (select 1 from codes c where c.scheme = k.scheme and c.code = k.code and c.known_to is null)),
       counted as (update seller_lists l set sellers = l.sellers - (select count(*) from gone),
         wrong_check_digit = greatest(0, l.wrong_check_digit - m.n) from mistyped m where l.client = :client and l.current)
     select scheme, code, opens_grade as "openedGrade" from gone /* sellers.remove */`,
    {
      client,
      schemes: sellers.map(({ scheme }) => scheme),
      codes: sellers.map(({ code }) => code),
      valid: sellers.map(({ valid }) => valid),
    },
  )

export const noteLostSellers = (
  tx: Tx,
  client: string,
  { day, lost }: { day: string; lost: number },
): Promise<number> =>
  queryValue(
    tx,
    `update seller_lists set lost = case when lost_on = :day::date then lost else 0 end + :lost::int, lost_on = :day::date
     where client = :client and current returning lost /* sellers.noteLost */`,
    { client, day, lost },
  )

export const forgetLostSellers = async (tx: Tx, client: string): Promise<void> => {
  await tx.raw('update seller_lists set lost = 0 where client = ? and current /* sellers.forgetLost */', [client])
}

export interface OwnSeller {
  code: string
  gradeShown: boolean
}

export const listSellers = (
  db: Db,
  client: string,
  { after, limit }: { after: Pick<Seller, 'scheme' | 'code'> | null; limit: number },
): Promise<OwnSeller[]> =>
  queryRows(
    db,
    `select s.code, s.opens_grade as "gradeShown" from seller_lists l join sellers s on s.list_id = l.id
     where l.client = :client and l.current and (s.scheme, s.code) > (:scheme::text, :code::text)
     order by s.scheme, s.code limit :limit /* sellers.page */`,
    { client, scheme: after?.scheme ?? '', code: after?.code ?? '', limit },
  )

/** Registered codes are left out: some fail their check digit. */
const MISTYPED = `select count(*) from (select distinct scheme, code from sent_sellers where not valid) d
  where not exists (select 1 from codes c where c.scheme = d.scheme and c.code = d.code and c.known_to is null)`

export const storeBitmap = async (tx: Db, client: string): Promise<void> => {
  await tx.raw(
    `insert into seller_bits (list_id, bits) select id, seller_bits_of(id) from seller_lists where client = ? and current
     on conflict (list_id) do update set bits = excluded.bits /* sellers.marked */`,
    [client],
  )
}

const BYTE_BITS = 8

export const renewBits = async (tx: Tx, client: string, codes: readonly string[]): Promise<void> => {
  const [held] = await queryRows<{ bits: Buffer }>(
    tx,
    `select k.bits from seller_lists l join seller_bits k on k.list_id = l.id where l.client = ? and l.current /* sellers.bits */`,
    [client],
  )
  if (held === undefined) return storeBitmap(tx, client)
  const places = await queryRows<{ operator: number; isOpen: boolean }>(
    tx,
    `select o.id as operator, exists (select 1 from seller_lists l join sellers s on s.list_id = l.id and s.scheme = 'uscc' and s.code = o.uscc
       and s.opens_grade where l.client = ? and l.current) as "isOpen" from operators o where o.uscc = any(?::text[]) /* sellers.bitsOf */`,
    [client, [...codes]],
  )
  if (places.length === 0) return
  const last = Math.max(...places.map(({ operator }) => operator))
  const bits = Buffer.alloc(Math.max(held.bits.length, Math.floor(last / BYTE_BITS) + 1))
  held.bits.copy(bits)
  for (const { operator, isOpen } of places) {
    const at = Math.floor(operator / BYTE_BITS)
    const bit = 1 << (operator % BYTE_BITS)
    bits[at] = isOpen ? (bits[at] ?? 0) | bit : (bits[at] ?? 0) & ~bit
  }
  await tx.raw(
    `update seller_bits k set bits = ? from seller_lists l where l.client = ? and l.current and k.list_id = l.id /* sellers.marked few */`,
    [bits, client],
  )
}

/** COPY needs only the backslash escaped; shop ids may contain it. */
function* linesOf(sellers: Iterable<Seller>): Iterable<string> {
  let lines = ''
  for (const { scheme, code, valid } of sellers) {
    lines += `${scheme}\t${code.replaceAll('\\', '\\\\')}\t${valid}\n`
    if (lines.length < COPIED_CHARACTERS) continue
    yield lines
    lines = ''
  }
  yield lines
}

const COUNTING = 'l.client = :client and l.current and l.dated >= :oldest::date'

const IS_GRADE_OPEN_SQL = `coalesce((
  select case when o.known_to is null and exists (
      select 1 from sellers s where s.list_id = l.id and s.scheme = 'uscc' and s.code = o.uscc and s.opens_grade) then true
    else exists (
      select 1 from (select p.id, p.uscc, p.shop, p.known_to from operators p where p.id = o.id
        union all select p.id, p.uscc, p.shop, p.known_to from operators p where p.merged_into = o.id) p
      cross join lateral (select c.scheme, c.code from (values
          ('uscc' collate "C", p.uscc), ('shop', p.shop), ('org_code', substr(p.uscc, 9, 9))) as c(scheme, code) where c.code is not null and p.known_to is null
        union all select c.scheme, c.code from operator_codes c where c.operator_id = p.id) w
      join sellers s on s.list_id = l.id and s.scheme = w.scheme and s.code = w.code and s.opens_grade
      where w.scheme in ('uscc', 'shop') or 1 = (select count(distinct d.operator_id) from codes d
        where d.scheme = w.scheme and d.code = w.code and d.known_to is null)) end
  from seller_lists l where ${COUNTING}), false)`

/** From this many bytes of bitmap for each code on, slices cost less than the whole. */
const SLICED_FROM_BYTES = 8_192

/** Bitmap of :client. The concatenation detoasts it only once. */
export const SELLER_BITMAP_CTE_SQL = `b as materialized (select k.list_id as list, octet_length(k.bits) * 8 as many,
    octet_length(k.bits) > cardinality(:codes::text[]) * ${SLICED_FROM_BYTES} as sliced
  from seller_lists l join seller_bits k on k.list_id = l.id where ${COUNTING}),
  whole as materialized (select k.bits || ''::bytea as bits from seller_bits k where k.list_id = (select list from b))`

/** True when the operator of `r` is in the bitmap. False does not mean unlisted. */
export const IS_IN_BITMAP_SQL = `case when r.operator_id >= (select many from b) then false when (select sliced from b)
  then get_bit((select substr(k.bits, r.operator_id / 8 + 1, 1) from seller_bits k where k.list_id = (select list from b)), r.operator_id % 8) = 1
  else coalesce(get_bit((select bits from whole), r.operator_id) = 1, false) end`

export const findOperatorsWithOpenGrade = async (
  db: ReadHandle,
  { client, oldest }: { client: string; oldest: string },
  operators: readonly number[],
): Promise<Set<number>> =>
  new Set(
    await queryColumn<number>(
      db,
      `select distinct o.id from unnest(:operators::int[]) as asked(id) join operators o on o.id = asked.id
       where ${IS_GRADE_OPEN_SQL} /* sellers.among */`,
      { client, oldest, operators },
    ),
  )

export const SELECT_OPERATORS_WITH_OPEN_GRADE_SQL = `
  select coalesce(o.merged_into, o.id) as id from seller_lists l join sellers s on s.list_id = l.id and s.scheme = 'uscc' and s.opens_grade
    join operators o on o.uscc = s.code and o.known_to is null where ${COUNTING}
  union select coalesce(o.merged_into, o.id) from seller_lists l join sellers s on s.list_id = l.id and s.scheme = 'shop' and s.opens_grade
    join operators o on o.shop = s.code and o.known_to is null where ${COUNTING}
  union select c.id from seller_lists l join sellers s on s.list_id = l.id and s.scheme in ('org_code', 'reg_no') and s.opens_grade cross join lateral (
    select case when count(distinct d.operator_id) = 1 then min(d.operator_id) end as id from codes d
    where d.scheme = s.scheme and d.code = s.code and d.known_to is null) c where ${COUNTING} and c.id is not null`

export interface RemovalListener extends RetractionKey {
  client: string
  sequence: number
  /** False: the client polls the changes. */
  webhook: boolean
  owedAt: Date
  toldAt: Date | null
  confirmedAt: Date | null
  /** READ: the client acknowledged the change. WEBHOOK: its address answered 2xx. */
  confirmedBy: 'READ' | 'WEBHOOK' | null
}

/** Changes that announced a retraction, up to the entry's next removal. */
export const listRemovalListeners = async (db: Db, of: readonly RetractionKey[]): Promise<RemovalListener[]> => {
  if (of.length === 0) return []
  return queryRows(
    db,
    `select k.at, k."subjectId", s.client, s.sequence, s.at as "owedAt", s.told_at as "toldAt", s.confirmed_at as "confirmedAt",
       s.confirmed_by as "confirmedBy", exists (select 1 from webhooks w where w.client = s.client and w.removed_at is null) as webhook
     from jsonb_to_recordset(?::jsonb) as k(at text, "subjectId" uuid)
     join seller_removals s on s.listing_id = k."subjectId" and s.at >= k.at::timestamptz
       and not exists (select 1 from deliveries n where n.subject_id = k."subjectId" and n.action = 'REMOVE'
         and n.created_at > k.at::timestamptz and n.created_at <= s.at)
     order by k.at, k."subjectId", s.at, s.client, s.sequence /* sellers.ofRetractions */`,
    [JSON.stringify(of)],
  )
}
