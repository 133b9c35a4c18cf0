/** A marketplace's list of its own sellers: what a line of it is, and for how long it says whose sellers they are. Pure. */

import { clean } from '../../foundation/text/values.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import { codeOf, MARKETPLACE, type Scheme, shopCode } from '../operators/codes.js'
import { holdsIdNumber } from '../records/privacy.js'

/** A marketplace verifies its sellers anew at least every six months (网络交易监督管理办法 art. 24); an older list says nothing. */
const HOLDS_MONTHS = 6
/** Sellers of one list. */
export const SELLERS_MOST = 1_000_000
/** From such a share of lines that hold no code on, the file is no list of sellers. */
export const MALFORMED_SHARE = 0.5
/** Grades of unconfirmed sellers that any list may open: a new marketplace's shops are not delivered yet. */
export const UNCONFIRMED_LEAST = 200
/**
 * The same as a share of the confirmed sellers: shops opened since the last report. Platforms report their sellers in January and
 * July (网络交易监督管理办法 art. 25).
 */
const UNCONFIRMED_SHARE = 0.1
/** Headings of the column that is read. */
const HEADINGS = new Set(['code', 'uscc', 'shop', 'shop_id', '代码', '统一社会信用代码', '店铺号', '网店代码'])

export interface Seller {
  scheme: Scheme
  code: string
  /** Its check digit holds. */
  valid: boolean
}

/** First day on which a list of this day no longer counts. */
export const holdsUntil = (dated: string): string => addMonths(dated, HOLDS_MONTHS)

/** The earliest day of a list that counts today. */
export const oldestHolding = (today: string): string => {
  let day = addMonths(today, -HOLDS_MONTHS)
  // Months differ in length: of the days about six months back some have run out today.
  while (holdsUntil(day) <= today) day = addDays(day, 1)
  return day
}

/** What an administrator has set for a client; null: the convention, or the rule. */
export interface SellersSetting {
  marketplace: string | null
  unconfirmedSellers: number | null
}

/** Its id in the shops feed. A marketplace's client is called as the marketplace is, unless it is set. Null: it has none. */
export const marketplaceOf = (client: string, { marketplace }: SellersSetting): string | null =>
  marketplace ?? (MARKETPLACE.test(client) ? client : null)

/** How many sellers whom the shops feed does not confirm may open their grade to the marketplace. */
export const unconfirmedMost = (confirmed: number, { unconfirmedSellers }: SellersSetting): number =>
  unconfirmedSellers ?? Math.max(UNCONFIRMED_LEAST, Math.floor(confirmed * UNCONFIRMED_SHARE))

/** The reason for a marketplace that the grades of some of its sellers stay closed; null: none does. */
export const closedNotice = (closed: number | null, most: number | null): string | null =>
  closed === null || closed === 0
    ? null
    : `${closed} 个卖家在网店信息数据源中没有本平台的在营网店，且超出未核实卖家的上限（${most}），不提供等级和信用分；网店报送后自动开放，或请管理员调整。${closed} sellers have no open shop of this marketplace in the feed of shops and are beyond the cap of unconfirmed ones (${most}): their grade and score stay closed until their shops are reported, or an administrator raises the cap.`

export const isHeading = (cell: string): boolean => HEADINGS.has(cell.trim().toLowerCase())

/**
 * A code of any kind, or `shop:<marketplace>:<shopId>`; where `marketplace` is given, anything that is no code is a shop id of
 * that marketplace. Null for what is none of these, and for a person's ID number: as a shop id it would be kept as it is, and
 * the shops feed brings no shop that is called so.
 */
export const sellerIn = (text: unknown, marketplace: string | null): Seller | null => {
  const given = clean(text)
  if (given === null) return null
  const found = codeOf(given) ?? (marketplace === null ? null : codeOf(shopCode(marketplace, given)))
  if (found === null || isPersons(found)) return null
  return { scheme: found.scheme, code: found.code, valid: found.valid }
}

/** An ID number may be written as a USCC or a registration number is; one whose check digit holds is taken for what it says. */
const isPersons = ({ scheme, code, valid }: Seller): boolean => (scheme === 'shop' || !valid) && holdsIdNumber(code)

/** Codes of one line of NDJSON: a text, or an object with `code` or `shop`. */
export const cellIn = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { code, shop } = value as { code?: unknown; shop?: unknown }
  return code ?? shop
}
