/** How the stand-ins read what is sent to them. */
import { timingSafeEqual } from 'node:crypto'
import type { Told } from './board.js'

/** A part of a message as an object; an empty one where it is none. */
export const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field of a message as text; blank and absent are the same. */
export const textIn = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null

/** A sequence as a number or its digits. */
export const sequenceIn = (value: unknown): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null
}

export const actionIn = (value: unknown): Told['action'] =>
  value === 'ADD' || value === 'CHANGE' || value === 'REMOVE' ? value : null

export const sameSecret = (given: string | string[] | undefined, expected: string): boolean => {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
