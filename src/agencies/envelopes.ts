/** Looking into an answer's envelope without trusting its form. */
import { isRecord } from './readers/shapes.js'

/** What stands at a path of names, or undefined. */
export const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (isRecord(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  )

/** A count, as a number or written out; null for anything else. */
export const count = (value: unknown): number | null => {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

/** A list, also where a format has no lists and one element stands alone, or none at all. */
export const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null || value === '' ? [] : Array.isArray(value) ? value : [value]
