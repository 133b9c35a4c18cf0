/** Compared after NFKC and upper-casing. */
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

const MAX_MARKER_LENGTH = 32 // characters, including surrounding blanks

/** Blanks and invisible characters: zero-width, byte order mark, direction marks. */
const BLANKS = /[\s\p{Cc}\p{Cf}]+/gu
const OUTER_BLANKS = /^[\s\p{Cc}\p{Cf}]+|(?<![\s\p{Cc}\p{Cf}])[\s\p{Cc}\p{Cf}]+$/gu
/** Visible ASCII, ideographs and these Chinese signs need no normalisation. */
const COMPACT = /^[!-~\u4e00-\u9fff、〈-】〔〕“”]*$/
/** Texts that begin otherwise are no null markers. */
const MAY_BE_MARKER = /^(?:19|[/\\无暂—\-Nn]|1?[^!-~\u4e00-\u9fff])/

const BRACKETED_YEAR = /[〔﹝[【［(（〈<{]((?:19|20)\d{2})年?[〕﹞\]】］)）〉>}]/gu

export const trimmedTextOrNull = (value: unknown): string | null => {
  const sent = textOfValue(value)
  const text = sent && trimmed(sent)
  return text && !isNullMarker(text) ? text : null
}

const trimmed = (text: string): string => {
  if (hasCleanEnds(text)) return text
  const plain = text.trim()
  return hasCleanEnds(plain) ? plain : plain.replace(OUTER_BLANKS, '')
}

const hasCleanEnds = (text: string): boolean =>
  isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(text.length - 1))

/** False also for visible characters other than ASCII, East Asian and full-width ones. */
const isVisible = (unit: number): boolean =>
  (unit > 0x20 && unit < 0x7f) || (unit > 0x3000 && unit < 0xd800) || (unit > 0xff00 && unit < 0xffe7)

export const isNullMarker = (text: string): boolean =>
  text.length <= MAX_MARKER_LENGTH &&
  MAY_BE_MARKER.test(text) &&
  (NULL_MARKERS.has(text) || NULL_MARKERS.has(text.normalize('NFKC').trim().toUpperCase()))

export const textOfValue = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return null
}

export const toHalfWidth = (text: string): string => text.normalize('NFKC')

/** Wide brackets stay: stored keys hold them. */
export const toPlainNumber = (text: string): string =>
  text.replace(/[－．／０-９Ａ-Ｚａ-ｚ]/g, (wide) => wide.normalize('NFKC'))

/** Removing a blank can let two characters compose, so the text is normalised twice. */
export const compactText = (text: string): string =>
  COMPACT.test(text) ? text : text.normalize('NFKC').replace(BLANKS, '').normalize('NFKC')

/** 吉市监处罚〔2025〕12号: year in 〔〕 (GB/T 9704-2012), half-width digits, no blanks. */
export const normalizeDocumentNumber = (text: string): string => compactText(text).replace(BRACKETED_YEAR, '〔$1〕')

export const compareTexts = (a: string, b: string): -1 | 0 | 1 => {
  if (a === b) return 0
  return a < b ? -1 : 1
}
