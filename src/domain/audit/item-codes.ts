/** Codes of operators in an item as an agency sent it: whoever sees the item sees them, though nobody has matched it yet. */
import { codeOf } from '../operators/codes.js'

/** Codes of one item that are kept; an item names one firm, seldom two. */
export const ITEM_CODES_MOST = 100

/** Whole values that are a code by form and check digit: a number of another kind seldom is. */
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
