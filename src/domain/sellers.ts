/** A marketplace's list of its own sellers: what a line of it is, and for how long it says whose sellers they are. Pure. */
import { addDays, addMonths } from './dates.js'
import { codeOf, type Scheme, shopCode } from './identity.js'
import { holdsIdNumber } from './privacy.js'
import { clean } from './values.js'

/** A marketplace verifies its sellers anew at least every six months (网络交易监督管理办法 art. 24); an older list says nothing. */
const HOLDS_MONTHS = 6
/** Sellers of one list. */
export const SELLERS_MOST = 1_000_000
/** From such a share of lines that hold no code on, the file is no list of sellers. */
export const MALFORMED_SHARE = 0.5
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
