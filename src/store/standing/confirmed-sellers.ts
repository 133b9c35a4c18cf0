import type { SellersSetting } from '../../domain/standing/sellers.js'
import { type Db, hasRows, queryColumn, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'
import type { SellerList, SellersFigures } from './sellers.js'

/** False unless the client is an active marketplace. */
export const saveSellersSetting = (
  tx: Tx,
  client: string,
  { reason, ...setting }: SellersSetting & { reason: string },
) =>
  hasRows(
    tx,
    `update clients set marketplace = :marketplace, unconfirmed_sellers = :unconfirmedSellers, sellers_reason = :reason
     where id = :client and role = 'marketplace' and ended_at is null returning 1 /* confirmedSellers.set */`,
    { client, reason, ...setting },
  )

export const readSellersSetting = async (db: Db, client: string): Promise<SellersSetting> =>
  (await queryFirst<SellersSetting>(
    db,
    'select marketplace, unconfirmed_sellers as "unconfirmedSellers" from clients where id = ? /* confirmedSellers.settingOf */',
    [client],
  )) ?? { marketplace: null, unconfirmedSellers: null }

export interface SellersPolicy {
  client: string
  /** The marketplace's id in the shops feed; null confirms no seller. */
  marketplace: string | null
  today: string
  /** Unconfirmed sellers last listed before this day do not count among the `most` shown. */
  oldest: string
  most: (confirmed: number) => number
}

export const SELECT_SENT_CODES_SQL = 'select distinct scheme, code from sent_sellers'
const LISTED =
  'select s.scheme, s.code from seller_lists l join sellers s on s.list_id = l.id where l.client = :client and l.current'

const IS_OPEN_SHOP = `v.feed = 'shops' and v.kind = 'shop' and v.record_key >= :from::text and v.record_key < :to::text
  and v.known_to is null and v.ended_on is null and (v.valid_to is null or v.valid_to >= :today::date)`

/**
 * Fills temporary table `opening`. Codes without an operator are left out; an ambiguous code is confirmed if all its
 * operators are.
 */
export const decideOpenGrades = async (tx: Tx, deciding: SellersPolicy, source: string): Promise<SellersFigures> => {
  const { client, today, marketplace } = deciding
  await tx.raw(
    `create temporary table sifted on commit drop as
     with shops as materialized (select distinct coalesce(o.merged_into, o.id) as id from versions v join operators o on o.id = v.operator_id
       where ${IS_OPEN_SHOP})
     select s.scheme, s.code, bool_and(h.id is not null) as confirmed from (${source}) s
       join codes c on c.scheme = s.scheme and c.code = s.code and c.known_to is null left join shops h on h.id = c.operator_id
     group by s.scheme, s.code /* confirmedSellers.sift */`,
    { client, today, ...keysOf(marketplace) } as never,
  )
  // Without statistics the planner underestimates the joins.
  await tx.raw('analyze sifted /* confirmedSellers.sift */')
  const { confirmed, unconfirmed } = await queryOne<SiftedCounts>(tx, COUNT_SIFTED, {})
  const most = deciding.most(confirmed)
  const opened = await openGrades(tx, deciding, most)
  return { confirmed, unconfirmed, gradesClosed: confirmed + unconfirmed - opened, unconfirmedMost: most }
}

type SiftedCounts = Pick<SellersFigures, 'confirmed' | 'unconfirmed'>
const COUNTED = `count(*) filter (where confirmed)::int as confirmed, count(*) filter (where not confirmed)::int as unconfirmed`
const COUNT_SIFTED = `select ${COUNTED} from sifted /* confirmedSellers.count */`

const openGrades = async (tx: Tx, { client, today, oldest }: SellersPolicy, most: number): Promise<number> => {
  await claim(tx, { client, today, oldest, most })
  const opened = await tx.raw(
    `create temporary table opening on commit drop as
     select scheme, code from sifted where confirmed union all
     select f.scheme, f.code from (select scheme, code from seller_claims where client = :client order by first_on, scheme, code limit :most::int) c
       join sifted f on f.scheme = c.scheme and f.code = c.code and not f.confirmed /* confirmedSellers.open */`,
    { client, most } as never,
  )
  return opened.rowCount ?? 0
}

export interface SellerCode {
  scheme: string
  code: string
}

const SIFT_FEW = `select s.scheme, s.code, bool_and(exists (select 1 from versions v where ${IS_OPEN_SHOP} and v.operator_id in (
    select c.operator_id union all select p.id from operators p where p.merged_into = c.operator_id))) as confirmed
  from unnest(:schemes::text[], :codes::text[]) as s(scheme, code)
    join codes c on c.scheme = s.scheme and c.code = s.code and c.known_to is null
  group by s.scheme, s.code`

const codeBindings = (codes: readonly SellerCode[]) => ({
  schemes: codes.map(({ scheme }) => scheme),
  codes: codes.map(({ code }) => code),
})

/**
 * Decides added sellers alone and takes removed ones out of the figures. `before`: the former list. The next whole
 * check decides where the cap moved.
 */
export const decideAlteredGrades = async (
  tx: Tx,
  deciding: SellersPolicy,
  {
    before,
    added,
    removed,
  }: {
    before: Pick<SellerList, keyof SellersFigures>
    added: readonly SellerCode[]
    removed: readonly (SellerCode & { openedGrade: boolean })[]
  },
): Promise<void> => {
  const { client, today } = deciding
  const few = { today, ...keysOf(deciding.marketplace) }
  const gone = await queryOne<SiftedCounts>(tx, `select ${COUNTED} from (${SIFT_FEW}) f /* confirmedSellers.gone */`, {
    ...few,
    ...codeBindings(removed),
  })
  await tx.raw(`create temporary table sifted on commit drop as ${SIFT_FEW} /* confirmedSellers.siftFew */`, {
    ...few,
    ...codeBindings(added),
  } as never)
  const come = await queryOne<SiftedCounts>(tx, COUNT_SIFTED, {})
  const sum = (name: keyof SiftedCounts): number => Math.max(0, (before[name] ?? 0) + come[name] - gone[name])
  const [confirmed, unconfirmed] = [sum('confirmed'), sum('unconfirmed')]
  const most = deciding.most(confirmed)
  const opened = await openGrades(tx, deciding, most)
  const openBefore = removed.filter(({ openedGrade }) => openedGrade).length
  const closedOf = (counts: SiftedCounts, open: number): number => counts.confirmed + counts.unconfirmed - open
  const closed = (before.gradesClosed ?? 0) + closedOf(come, opened) - closedOf(gone, openBefore)
  await tx.raw(
    `update sellers s set opens_grade = true from seller_lists l, opening f
     where l.client = :client and l.current and s.list_id = l.id and s.scheme = f.scheme and s.code = f.code /* confirmedSellers.openFew */`,
    { client },
  )
  await saveFigures(tx, client, { confirmed, unconfirmed, gradesClosed: Math.max(0, closed), unconfirmedMost: most })
}

/** Range of the marketplace's record keys: `;` follows `:` in ASCII. */
const keysOf = (marketplace: string | null) =>
  marketplace === null ? { from: '', to: '' } : { from: `shop:${marketplace}:`, to: `shop:${marketplace};` }

const claim = async (tx: Tx, of: { client: string; today: string; oldest: string; most: number }): Promise<void> => {
  await tx.raw(
    `delete from seller_claims c where c.client = :client and (c.last_on < :oldest::date
       or exists (select 1 from sifted f where f.scheme = c.scheme and f.code = c.code and f.confirmed)) /* confirmedSellers.letGo */`,
    of as never,
  )
  await tx.raw(
    `update seller_claims c set last_on = :today::date from sifted f
     where c.client = :client and f.scheme = c.scheme and f.code = c.code /* confirmedSellers.keep */`,
    of as never,
  )
  await tx.raw(
    `insert into seller_claims (client, scheme, code, first_on, last_on)
     select :client::text, f.scheme, f.code, :today::date, :today::date from sifted f where not f.confirmed
       and not exists (select 1 from seller_claims c where c.client = :client and c.scheme = f.scheme and c.code = f.code)
     order by f.scheme, f.code
     limit greatest(0, :most::int - (select count(*) from seller_claims c where c.client = :client)) /* confirmedSellers.claim */`,
    of as never,
  )
}

/** `altered` counts grades that became visible or hidden. */
export const renewOpenGrades = async (
  tx: Tx,
  deciding: SellersPolicy,
): Promise<{ decided: SellersFigures; altered: number }> => {
  const decided = await decideOpenGrades(tx, deciding, LISTED)
  const answer = await tx.raw(
    `update sellers s set opens_grade = not s.opens_grade from seller_lists l
     where l.client = :client and l.current and s.list_id = l.id
       and s.opens_grade <> exists (select 1 from opening f where f.scheme = s.scheme and f.code = s.code) /* confirmedSellers.renew */`,
    { client: deciding.client },
  )
  await saveFigures(tx, deciding.client, decided)
  return { decided, altered: answer.rowCount ?? 0 }
}

const saveFigures = async (tx: Tx, client: string, figures: SellersFigures): Promise<void> => {
  await tx.raw(
    `update seller_lists set confirmed = :confirmed, unconfirmed = :unconfirmed, grades_closed = :gradesClosed, unconfirmed_most = :unconfirmedMost
     where client = :client and current /* confirmedSellers.saveFigures */`,
    { client, ...figures } as never,
  )
}

export const listClientsWithSellers = (db: Db, oldest: string): Promise<string[]> =>
  queryColumn(
    db,
    'select client from seller_lists where current and dated >= ? order by client /* confirmedSellers.clients */',
    [oldest],
  )

export interface ListOverCap extends Pick<SellersFigures, 'gradesClosed' | 'unconfirmedMost'> {
  client: string
}

export const findListsOverCap = (db: Db): Promise<ListOverCap[]> =>
  queryRows(
    db,
    `select client, grades_closed as "gradesClosed", unconfirmed_most as "unconfirmedMost" from seller_lists
     where current and grades_closed > 0 order by client /* confirmedSellers.overCap */`,
  )
