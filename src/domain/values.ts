/** Texts as agencies send them: blanks, markers of "nothing", full-width digits, the brackets of document numbers. */

/** What agencies write where they have nothing to say; compared after narrowing and upper-casing. */
const NULL_MARKERS = new Set([
  '/',
  '\\',
  '无',
  '暂无',
  '—',
  '——',
  '-',
  '--',
  'N/A',
  'NULL',
  '\\N',
  '1900-01-01',
  '1900-01-01 00:00:00',
])

const MAX_MARKER_LENGTH = 32 // characters, blanks around it included

/** White space, control characters and invisible ones (zero-width, byte order mark, direction marks). */
const BLANKS = /[\s\p{Cc}\p{Cf}]+/gu
const OUTER_BLANKS = /^[\s\p{Cc}\p{Cf}]+|(?<![\s\p{Cc}\p{Cf}])[\s\p{Cc}\p{Cf}]+$/gu

const BRACKETED_YEAR = /[〔﹝[【［(（〈<{]((?:19|20)\d{2})年?[〕﹞\]】］)）〉>}]/gu

/** Trimmed text (full-width and zero-width blanks too); null for nothing and for a marker of nothing. Never throws. */
export const clean = (value: unknown): string | null => {
  const text = textOf(value)?.replace(OUTER_BLANKS, '')
  return text && !isNullMarker(text) ? text : null
}

export const isNullMarker = (text: string): boolean =>
  text.length <= MAX_MARKER_LENGTH && NULL_MARKERS.has(text.normalize('NFKC').trim().toUpperCase())

/** Text and numbers as text; anything else holds no text. */
export const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return null
}

/** Full-width digits, letters and signs in their ASCII form (Unicode NFKC). */
export const digitsNarrow = (text: string): string => text.normalize('NFKC')

/** NFKC without any blank. Taking a blank away can let two characters compose, hence normalised twice. */
export const compact = (text: string): string => text.normalize('NFKC').replace(BLANKS, '').normalize('NFKC')

/**
 * The number of an official document in one spelling: 吉市监处罚〔2025〕12号. Year in 〔〕 as GB/T 9704-2012 wants it, narrow
 * digits, no blanks; whatever brackets the sender used around the year.
 */
export const documentNumber = (text: string): string => compact(text).replace(BRACKETED_YEAR, '〔$1〕')
