/** Texts that mean "no value", compared after NFKC and upper-casing. */
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

const MARKERS_BEGIN = [
  ...new Set([...NULL_MARKERS].flatMap((marker) => [marker.charAt(0), marker.charAt(0).toLowerCase()])),
].join('')
const [DIGIT_ONE, DIGIT_NINE] = [0x31, 0x39]

const MAX_MARKER_LENGTH = 32 // characters, including surrounding blanks

/** Blanks and invisible characters: zero-width, byte order mark, direction marks. */
const BLANKS = /[\s\p{Cc}\p{Cf}]+/gu
const OUTER_BLANKS = /^[\s\p{Cc}\p{Cf}]+|(?<![\s\p{Cc}\p{Cf}])[\s\p{Cc}\p{Cf}]+$/gu
const BLANK = /^[\s\p{Cc}\p{Cf}]$/u
/** Cache by UTF-16 unit: 0 unknown, 1 not blank, 2 blank. */
const blanks = new Uint8Array(0x10000)
/** Visible ASCII and ideographs need no normalisation. */
const COMPACT = /^[!-~\u4e00-\u9fff]*$/

const BRACKETED_YEAR = /[〔﹝[【［(（〈<{]((?:19|20)\d{2})年?[〕﹞\]】］)）〉>}]/gu

/** Returns the trimmed text, or null when it is empty or a null marker. Never throws. */
export const trimmedTextOrNull = (value: unknown): string | null => {
  const sent = textOfValue(value)
  const text = sent && trimmed(sent)
  return text && !isNullMarker(text) ? text : null
}

const trimmed = (text: string): string => {
  let from = 0
  let to = text.length
  while (from < to) {
    const unit = text.charCodeAt(from)
    if (isSurrogate(unit)) return text.replace(OUTER_BLANKS, '')
    if (!isBlank(unit)) break
    from += 1
  }
  while (to > from) {
    const unit = text.charCodeAt(to - 1)
    if (isSurrogate(unit)) return text.replace(OUTER_BLANKS, '')
    if (!isBlank(unit)) break
    to -= 1
  }
  return from === 0 && to === text.length ? text : text.slice(from, to)
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const isBlank = (unit: number): boolean => {
  const known = blanks[unit]
  if (known) return known === 2
  const blank = BLANK.test(String.fromCharCode(unit))
  blanks[unit] = blank ? 2 : 1
  return blank
}

export const isNullMarker = (text: string): boolean =>
  text.length <= MAX_MARKER_LENGTH &&
  mayBeMarker(text) &&
  (NULL_MARKERS.has(text) || NULL_MARKERS.has(text.normalize('NFKC').trim().toUpperCase()))

/** False when the first characters exclude a null marker. */
const mayBeMarker = (text: string): boolean => {
  const first = text.charCodeAt(0)
  if (first >= 0x4e00 && first <= 0x9fff) return MARKERS_BEGIN.includes(text.charAt(0))
  if (first <= 0x20 || first >= 0x7f) return true
  if (!MARKERS_BEGIN.includes(text.charAt(0))) return false
  const second = text.charCodeAt(1)
  // Each marker that begins with a digit begins with 19.
  return first !== DIGIT_ONE || second === DIGIT_NINE || second <= 0x20 || second >= 0x7f
}

export const textOfValue = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return null
}

/** Makes digits half-width (Unicode NFKC). */
export const toHalfWidth = (text: string): string => text.normalize('NFKC')

/** Removing a blank can let two characters compose, so the text is normalised twice. */
export const compactText = (text: string): string =>
  COMPACT.test(text) ? text : text.normalize('NFKC').replace(BLANKS, '').normalize('NFKC')

/** 吉市监处罚〔2025〕12号: year in 〔〕 (GB/T 9704-2012), half-width digits, no blanks. */
export const normalizeDocumentNumber = (text: string): string => compactText(text).replace(BRACKETED_YEAR, '〔$1〕')

export const compareTexts = (a: string, b: string): -1 | 0 | 1 => {
  if (a === b) return 0
  return a < b ? -1 : 1
}
