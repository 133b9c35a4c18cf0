import { type Db, queryColumn, queryRows } from '../db/db.js'
import { byIds, type RecordVersion, SELECT_VERSIONS_SQL } from './versions.js'

export const PRODUCT_RECORDS_MOST = 200

const word = (field: string): string =>
  `translate(regexp_replace(normalize(v.body->>'${field}', NFKC), '\\s', '', 'g'), 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')`

export const findTrademarkVersions = (db: Db, feeds: readonly string[], key: string): Promise<RecordVersion[]> =>
  queryRows(
    db,
    `${SELECT_VERSIONS_SQL} where v.feed = any(:feeds) and v.record_key = :key and v.known_to is null and v.kind = 'trademark' order by v.id desc /* open-records.trademarks */`,
    { feeds: [...feeds], key },
  )

export interface ProductQuery {
  gtin: string | null
  brand: string | null
  removed: boolean
}

/** Failed inspections of the brand, and recalls: at most PRODUCT_RECORDS_MOST + 1 rows. */
export const findRecordsOfProduct = async (db: Db, { gtin, brand, removed }: ProductQuery) => {
  const standing = `v.known_to is null and (:removed or v.ended_on is null)`
  const ids = await queryColumn<number>(
    db,
    `select id from (
       select v.id from versions v where v.kind = 'recall' and ${standing} and :gtin::text is not null
         and v.body->'gtins' @> jsonb_build_array(:gtin::text)
       union select v.id from versions v where v.kind in ('inspection', 'recall') and ${standing} and :brand::text is not null
         and ${word('brand')} = :brand::text and (v.kind = 'recall' or v.body->>'result' = 'FAIL')) f
     order by id desc limit ${PRODUCT_RECORDS_MOST + 1} /* open-records.ofProduct */`,
    { gtin, brand, removed },
  )
  const byId = await byIds(db, ids)
  return ids.flatMap((id) => byId.get(id) ?? [])
}

export const SITE_RECORDS_MOST = 200

/**
 * Host in the address of shop `v`, as in the index versions_shop_host. knex takes a question mark for a binding, so it
 * is chr(63).
 */
const SHOP_HOST = `split_part(split_part(split_part(translate(lower(v.body->>'url'), chr(63) || '#', '//'), '://', 2), '/', 1), ':', 1)`

/** At most SITE_RECORDS_MOST + 1 filings, trust marks and shops in force. */
export const findRecordsOfHosts = async (db: Db, hosts: readonly string[]): Promise<RecordVersion[]> => {
  const ids = await queryColumn<number>(
    db,
    `select id from (
       select v.id from unnest(:hosts::text[]) h(host) join versions v on v.body->'domains' @> jsonb_build_array(h.host)
         and v.kind in ('icp_filing', 'trustmark') and v.known_to is null and v.ended_on is null
       union select v.id from versions v where v.kind = 'shop' and v.known_to is null and v.ended_on is null
         and ${SHOP_HOST} = any(:hosts::text[])) f
     order by id desc limit ${SITE_RECORDS_MOST + 1} /* open-records.ofHosts */`,
    { hosts: [...hosts] },
  )
  const byId = await byIds(db, ids)
  return ids.flatMap((id) => byId.get(id) ?? [])
}
