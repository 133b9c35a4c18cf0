/** Reading what a platform answers: strictly where a decision hangs on it, leniently in words for people. */

/** Longest text kept of one field of an answer, in UTF-16 units: an answer is stored and shown, not archived. */
const FIELD_LENGTH_MAX = 500

/** The answer is not in the form agreed on. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** A platform's own names for what it displays of an entry. */
export interface ShownNames {
  key: string
  sequence: string
  uscc: string
  name: string
}

/** A JSON object that has this field: without it, it is someone else's answer (a proxy's, a login page's). */
export const jsonIn = (bytes: Buffer, required: string): Record<string, unknown> => {
  const value = parsed(bytes)
  if (!isObject(value) || !(required in value)) throw new Unreadable(`no ${required} in the answer`)
  return value
}

export const jsonArrayIn = (bytes: Buffer): unknown[] => {
  const value = parsed(bytes)
  if (!Array.isArray(value)) throw new Unreadable('not a JSON array')
  return value
}

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(textOfBytes(bytes))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Unreadable('not JSON')
    throw error
  }
}

/** UTF-8, else GB18030, which some interfaces answer in whatever they declare; keys and codes are the same bytes in both. */
export const textOfBytes = (bytes: Buffer): string => {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch {}
  }
  throw new Unreadable('neither UTF-8 nor GB18030')
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field as text; numbers are taken too, since codes and ids are sent as either. Blank is null. */
export const textOf = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export const shortened = (value: unknown): string | null => textOf(value)?.slice(0, FIELD_LENGTH_MAX) ?? null
