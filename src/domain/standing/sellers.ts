import { trimmedTextOrNull } from '../../foundation/text/values.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import { type CodeScheme, MARKETPLACE_ID_PATTERN, makeShopCode, parseCode } from '../operators/codes.js'
import { holdsIdNumber } from '../records/privacy.js'

/** Marketplaces verify sellers at least every six months (网络交易监督管理办法, article 24). */
const HOLDS_MONTHS = 6
export const SELLERS_PER_LIST_MOST = 1_000_000
const MALFORMED_SHARE = 0.5
/** A new marketplace's shops are not reported yet. */
export const UNCONFIRMED_SELLERS_CAP_LEAST = 200
/**
 * A list may hold this many unconfirmed sellers per confirmed one: shops opened since the last half-yearly report
 * (网络交易监督管理办法, article 25).
 */
const UNCONFIRMED_SHARE = 0.1
const SHRINK_SHARE = 0.2
/** A list may always lose this many. */
const LOST_ALWAYS = 10
export const SINGLE_SELLERS_MOST = 1_000
const HEADINGS = new Set(['code', 'uscc', 'shop', 'shop_id', '代码', '统一社会信用代码', '店铺号', '网店代码'])

export interface Seller {
  scheme: CodeScheme
  code: string
  valid: boolean
}

/** First day on which it no longer holds. */
export const findListLapseDate = (dated: string): string => addMonths(dated, HOLDS_MONTHS)

export const findOldestValidListDate = (today: string): string => {
  let day = addMonths(today, -HOLDS_MONTHS)
  while (findListLapseDate(day) <= today) day = addDays(day, 1)
  return day
}

export const isListDateValid = (dated: string, today: string): boolean =>
  dated <= today && findListLapseDate(dated) > today

export const hasFewMalformedLines = ({ lines, malformed }: { lines: number; malformed: number }): boolean =>
  lines > 0 && malformed < lines * MALFORMED_SHARE

/** Returns how many sellers a new list may lose, where it loses more; otherwise null. */
export const findSellersShrinkage = ({ before, lost }: { before: number; lost: number }): number | null => {
  const most = Math.max(LOST_ALWAYS, Math.floor(before * SHRINK_SHARE))
  return lost > most ? most : null
}

export interface SellersSetting {
  marketplace: string | null
  unconfirmedSellers: number | null
}

export const findMarketplaceId = (client: string, { marketplace }: SellersSetting): string | null =>
  marketplace ?? (MARKETPLACE_ID_PATTERN.test(client) ? client : null)

export const limitUnconfirmedSellers = (confirmed: number, { unconfirmedSellers }: SellersSetting): number =>
  unconfirmedSellers ?? Math.max(UNCONFIRMED_SELLERS_CAP_LEAST, Math.floor(confirmed * UNCONFIRMED_SHARE))

export const findSellersSettingFault = ({ marketplace, unconfirmedSellers }: SellersSetting): string | null => {
  if (marketplace !== null && !MARKETPLACE_ID_PATTERN.test(marketplace))
    return '不是平台的标识 this is no id of a marketplace'
  if (unconfirmedSellers === null || (Number.isInteger(unconfirmedSellers) && isCount(unconfirmedSellers))) return null
  return `未核实卖家须为 0–${SELLERS_PER_LIST_MOST} unconfirmed sellers: 0 to ${SELLERS_PER_LIST_MOST}`
}

const isCount = (sellers: number): boolean => sellers >= 0 && sellers <= SELLERS_PER_LIST_MOST

export const describeClosedGrades = (closed: number | null, most: number | null): string | null =>
  closed === null || closed === 0
    ? null
    : `${closed} 个卖家在网店信息数据源中没有本平台的在营网店，且超出未核实卖家的上限（${most}），不提供等级和信用分；网店报送后自动开放，或请管理员调整。${closed} sellers have no open shop of this marketplace in the feed of shops and are beyond the cap of unconfirmed ones (${most}): their grade and score stay closed until their shops are reported, or an administrator raises the cap.`

export const isSellerHeading = (cell: string): boolean => HEADINGS.has(cell.trim().toLowerCase())

/**
 * Accepts any code or `shop:<marketplace>:<shopId>`; with `marketplace` other text is a shop id. ID numbers give null,
 * because they would be stored.
 */
export const parseSeller = (text: unknown, marketplace: string | null): Seller | null => {
  const given = trimmedTextOrNull(text)
  if (given === null) return null
  const found = parseCode(given) ?? (marketplace === null ? null : parseCode(makeShopCode(marketplace, given)))
  if (found === null || isPersons(found)) return null
  return { scheme: found.scheme, code: found.code, valid: found.valid }
}

/** USCCs and registration numbers may look like ID numbers. A valid check digit decides. */
const isPersons = ({ scheme, code, valid }: Seller): boolean => (scheme === 'shop' || !valid) && holdsIdNumber(code)

export const readSellerCell = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { code, shop } = value as { code?: unknown; shop?: unknown }
  return code ?? shop
}
