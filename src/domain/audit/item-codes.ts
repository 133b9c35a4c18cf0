/**
 * Viewers of an intake item see the operator codes in it, even unmatched ones. The audit log therefore records them.
 */
import { parseCode } from '../operators/codes.js'

export const ITEM_CODES_MOST = 100

/** Values in the item that are codes by form and check digit. Other numbers rarely pass both. */
export const codesInItem = (item: unknown): string[] => {
  const codes = new Set<string>()
  const look = (value: unknown): void => {
    if (codes.size >= ITEM_CODES_MOST) return
    if (value !== null && typeof value === 'object') for (const member of Object.values(value)) look(member)
    else {
      const found = parseCode(value)
      if (found?.valid) codes.add(found.code)
    }
  }
  look(item)
  return [...codes]
}
