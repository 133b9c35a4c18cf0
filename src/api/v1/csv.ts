/** Text files for spreadsheets. */

/** Spreadsheets take a text file for UTF-8 only when it begins so. */
export const BYTE_ORDER_MARK = '\uFEFF'
/** What a spreadsheet would run as a formula; it is shown behind an apostrophe. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** RFC 4180. */
export const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(',')}\r\n`

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
