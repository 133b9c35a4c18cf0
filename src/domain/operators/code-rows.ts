import { trimmedTextOrNull } from '../../foundation/text/values.js'
import { makeShopCode } from './codes.js'

export const CODE_ROWS_MOST = 100_000
export const CODE_ROW_LENGTH_MOST = 2_000
export const ROWS_PER_QUOTA_UNIT = 100

/** The request itself has paid for rows 1 to 100. */
export const quotaUnitsOf = (first: number, last: number): number =>
  Math.floor((last - 1) / ROWS_PER_QUOTA_UNIT) - Math.max(0, Math.floor((first - 2) / ROWS_PER_QUOTA_UNIT))

export interface CodeRow {
  row: number
  code: string
  name: string | null
  /** The asker's own reference, returned unchanged. */
  ref: string | null
}

export type CodeRowFault = 'ROW_NO_CODE' | 'ROW_UNREADABLE' | 'ROW_TOO_LONG' | 'ROW_SHOP_WHOSE'

export interface BadRow {
  row: number
  fault: CodeRowFault
  ref: string | null
}

export type ParsedRow = { value: unknown } | { fault: 'ROW_UNREADABLE' | 'ROW_TOO_LONG' }

export const isBadRow = (row: CodeRow | BadRow): row is BadRow => 'fault' in row

/**
 * A string is a code. An object has `code`, or `shop` with a shop id of `marketplace`. Numbers are refused: they lose
 * digits.
 */
export const parseCodeRow = (row: number, read: ParsedRow, marketplace: string | null): CodeRow | BadRow => {
  if ('fault' in read) return { row, fault: read.fault, ref: null }
  const { value } = read
  if (typeof value === 'string') return coded(row, value, null, null)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { row, fault: 'ROW_NO_CODE', ref: null }
  const { code, shop, name, ref } = value as Record<string, unknown>
  const mark = typeof ref === 'string' ? ref : typeof ref === 'number' ? String(ref) : null
  if (name !== undefined && name !== null && typeof name !== 'string')
    return { row, fault: 'ROW_UNREADABLE', ref: mark }
  const called = trimmedTextOrNull(name) === null ? null : (name as string)
  if (typeof code === 'string' && code.trim() !== '') return coded(row, code, called, mark)
  const id = typeof shop === 'number' && Number.isSafeInteger(shop) ? String(shop) : shop
  if (typeof id !== 'string' || id.trim() === '') return { row, fault: 'ROW_NO_CODE', ref: mark }
  if (WHOLE_SHOP_CODE.test(id)) return coded(row, id, called, mark)
  if (marketplace === null) return { row, fault: 'ROW_SHOP_WHOSE', ref: mark }
  return { row, code: makeShopCode(marketplace, id), name: called, ref: mark }
}

const WHOLE_SHOP_CODE = /^shop[:：]/i

const coded = (row: number, code: string, name: string | null, ref: string | null): CodeRow | BadRow =>
  code.trim() === '' ? { row, fault: 'ROW_NO_CODE', ref } : { row, code, name, ref }

const HEADINGS: Record<string, 'code' | 'shop' | 'name' | 'ref'> = {
  code: 'code',
  uscc: 'code',
  统一社会信用代码: 'code',
  社会信用代码: 'code',
  信用代码: 'code',
  代码: 'code',
  shop: 'shop',
  shop_id: 'shop',
  shopid: 'shop',
  店铺号: 'shop',
  网店代码: 'shop',
  name: 'name',
  名称: 'name',
  企业名称: 'name',
  主体名称: 'name',
  ref: 'ref',
  编号: 'ref',
  序号: 'ref',
}

export type ColumnRole = 'code' | 'shop' | 'name' | 'ref' | null

/** Returns null also when a column is named twice. */
export const columnRolesOfHeading = (cells: readonly string[]): ColumnRole[] | null => {
  const columns = cells.map((cell) => {
    const heading = cell.replace(/[\s\p{Cf}]+/gu, '').toLowerCase()
    return Object.hasOwn(HEADINGS, heading) ? (HEADINGS[heading] ?? null) : null
  })
  const named = columns.filter((column) => column !== null)
  if (new Set(named).size < named.length || !(named.includes('code') || named.includes('shop'))) return null
  return columns
}
