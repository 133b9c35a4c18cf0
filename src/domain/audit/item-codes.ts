/**
 * Operator codes inside an item as an agency sent it. A viewer of the item sees them even while the item is unmatched, so the audit log
 * records them.
 */
import { codeOf } from '../operators/codes.js'

/** Most codes kept of one item. An item usually names one firm. */
export const ITEM_CODES_MOST = 100

/** Finds whole values that are codes by form and check digit. Other numbers rarely pass both. */
export const codesInItem = (item: unknown): string[] => {
  const codes = new Set<string>()
  const look = (value: unknown): void => {
    if (codes.size >= ITEM_CODES_MOST) return
    if (value !== null && typeof value === 'object') for (const member of Object.values(value)) look(member)
    else {
      const found = codeOf(value)
      if (found?.valid) codes.add(found.code)
    }
  }
  look(item)
  return [...codes]
}
