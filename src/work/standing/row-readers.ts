/** A bad row is reported alone; text that is no list of rows is refused. */

import {
  CODE_ROW_LENGTH_MOST,
  type ColumnRole,
  columnRolesOfHeading,
  type ParsedRow,
} from '../../domain/operators/code-rows.js'
import { parseCode } from '../../domain/operators/codes.js'
import { Refusal } from '../../foundation/errors.js'
import { parseJsonOr } from '../../foundation/text/json.js'

export interface RowReader {
  read(text: string): Iterable<ParsedRow>
  /** Refusal ROWS_UNREADABLE when the text ends early. */
  end(): Iterable<ParsedRow>
}

const AROUND_CHARACTERS = 1_000

const TOO_LONG: ParsedRow = { fault: 'ROW_TOO_LONG' }
const UNREADABLE: ParsedRow = { fault: 'ROW_UNREADABLE' }

const parsed = (text: string): ParsedRow => {
  if (text.length > CODE_ROW_LENGTH_MOST) return TOO_LONG
  const value = parseJsonOr(text, undefined)
  return value === undefined ? UNREADABLE : { value }
}

const isBlank = (text: string): boolean => text.trim() === ''

/** Cuts a row to one character over the limit: still too long. */
const bounded = (row: string): string => row.slice(0, CODE_ROW_LENGTH_MOST + 1)

export const makeNdjsonReader = (): RowReader => {
  let pending = ''
  return {
    *read(text) {
      const lines = (pending + text).split('\n')
      pending = bounded(lines.pop() ?? '')
      for (const line of lines) if (!isBlank(line)) yield parsed(line)
    },
    *end() {
      if (!isBlank(pending)) yield parsed(pending)
    },
  }
}

const unreadable = (reader: string, reason: string): Refusal => new Refusal('ROWS_UNREADABLE', { reader, reason })
const ENDS_EARLY = '列表没有结束 the list has no end'

const BEGINS = /^\s*(?:\[|(\{)\s*"codes"\s*:\s*\[)/
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

export const makeJsonReader = (): RowReader => {
  let where: 'BEFORE' | 'LIST' | 'BEHIND' = 'BEFORE'
  let around = ''
  let inObject = false
  let pending = ''
  let [depth, inText, escaped] = [0, false, false]
  let isFirst = true

  const begin = (text: string): string => {
    around += text
    const match = BEGINS.exec(around)
    if (match === null) {
      if (around.length > AROUND_CHARACTERS || around.includes('[')) throw unreadable('JSON', NO_LIST)
      return ''
    }
    const rest = around.slice(match[0].length)
    inObject = match[1] !== undefined
    around = ''
    where = 'LIST'
    return rest
  }
  const ended = (rest: string, isLast: boolean): ParsedRow | null => {
    const text = pending + rest
    const read = isFirst && isLast && isBlank(text) ? null : parsed(text)
    pending = ''
    isFirst = false
    return read
  }
  function* list(text: string): Iterable<ParsedRow> {
    let from = 0
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      if (inText) {
        if (escaped) escaped = false
        else if (unit === BACKSLASH) escaped = true
        else if (unit === QUOTE) inText = false
      } else if (unit === QUOTE) inText = true
      else if (unit === OPEN_LIST || unit === OPEN_OBJECT) depth += 1
      else if (depth > 0) {
        if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) depth -= 1
      } else if (unit === COMMA || unit === CLOSE_LIST) {
        const row = ended(text.slice(from, at), unit === CLOSE_LIST)
        if (row !== null) yield row
        from = at + 1
        if (unit === CLOSE_LIST) {
          where = 'BEHIND'
          behind(text.slice(from))
          return
        }
      }
    }
    pending = bounded(pending + text.slice(from))
  }
  const behind = (text: string): void => {
    around += text
    if (around.length > AROUND_CHARACTERS || !(inObject ? /^\s*\}?\s*$/ : /^\s*$/).test(around))
      throw unreadable('JSON', '列表之后还有内容 something stands behind the list')
  }
  return {
    *read(text) {
      const rest = where === 'BEFORE' ? begin(text) : text
      if (where === 'LIST') yield* list(rest)
      else if (where === 'BEHIND') behind(rest)
    },
    end: () => {
      if (where === 'BEFORE') throw unreadable('JSON', isBrokenJson(around) ? BROKEN : NO_LIST)
      if (where === 'LIST' || (inObject && !around.includes('}'))) throw unreadable('JSON', ENDS_EARLY)
      return []
    },
  }
}
const BROKEN = 'JSON 不完整或有误 the JSON is broken or ends early'
const isBrokenJson = (text: string): boolean => !isBlank(text) && parseJsonOr(text, undefined) === undefined
const NO_LIST = '应为列表，或 {"codes": [...]} a list is wanted, or {"codes": [...]}'

const SEPARATORS = [',', ';', '\t']
const HEADLESS: ColumnRole[] = ['code', 'name', 'ref']

/** Without a heading, the code comes first. An unclosed quote spoils only its line. */
export const makeCsvReader = (): RowReader => {
  let pending = ''
  let table: { separator: string; columns: ColumnRole[]; headed: boolean } | null = null

  const rowOf = (cells: readonly string[]): ParsedRow | null => {
    if (cells.every(isBlank)) return null
    const value: Record<string, string> = {}
    for (const [at, column] of (table?.columns ?? []).entries()) {
      const cell = cells[at]?.trim() ?? ''
      if (column !== null && cell !== '') value[column] = cell
    }
    return { value }
  }
  const begin = (line: string): boolean => {
    for (const separator of SEPARATORS) {
      const columns = columnRolesOfHeading(cellsIn(line, 0, separator, line.length)?.cells ?? [])
      if (columns === null) continue
      table = { separator, columns, headed: true }
      return true
    }
    const separator = SEPARATORS.find((each) => parseCode(cellsIn(line, 0, each, line.length)?.cells[0] ?? '') !== null)
    if (separator === undefined)
      throw unreadable('CSV', '没有 code（统一社会信用代码）列 no column code or shop; or say its charset')
    table = { separator, columns: HEADLESS, headed: false }
    return false
  }
  function* drain(last: boolean): Iterable<ParsedRow> {
    let at = 0
    while (at < pending.length) {
      const feed = pending.indexOf('\n', at)
      if (feed < 0 && !last) break
      const end = feed < 0 ? pending.length : feed
      if (end - at > CODE_ROW_LENGTH_MOST) {
        at = end + 1
        yield TOO_LONG
        continue
      }
      const line = pending.slice(at, end)
      if (table === null && (isBlank(line) || begin(line))) {
        at = end + 1
        continue
      }
      const { separator, columns, headed } = table as NonNullable<typeof table>
      const quoted = line.includes('"') ? cellsIn(pending, at, separator, last ? pending.length : -1) : null
      if (quoted === null && line.includes('"')) {
        // Text not yet read may close the quote that is still open.
        if (!last && pending.length - at <= CODE_ROW_LENGTH_MOST) break
        at = end + 1
        yield UNREADABLE
        continue
      }
      const cells = quoted?.cells ?? line.split(separator)
      const swallowed = quoted !== null && quoted.end > end + 1 && headed && cells.length !== columns.length
      at = swallowed || quoted === null ? end + 1 : quoted.end
      const row = swallowed ? UNREADABLE : rowOf(cells)
      if (row !== null) yield row
    }
    const rest = pending.slice(at)
    pending = rest.includes('\n') ? rest : bounded(rest)
  }
  return {
    *read(text) {
      pending += text
      yield* drain(false)
    },
    end: () => drain(true),
  }
}

const cellsIn = (
  text: string,
  from: number,
  separator: string,
  most: number,
): { cells: string[]; end: number } | null => {
  const cells: string[] = []
  for (let at = from; ; ) {
    let cell: string
    let next: number
    if (text.charCodeAt(at) === QUOTE) {
      let close = text.indexOf('"', at + 1)
      while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2)
      if (close < 0 || close - from > CODE_ROW_LENGTH_MOST) return null
      cell = text.slice(at + 1, close).replaceAll('""', '"')
      next = text[close + 1] === '\r' ? close + 2 : close + 1
      if (next >= text.length && most < 0) return null
      if (next < text.length && text[next] !== separator && text[next] !== '\n') return null
    } else {
      const [cut, feed] = [text.indexOf(separator, at), text.indexOf('\n', at)]
      const end = feed < 0 ? text.length : feed
      next = cut < 0 || cut > end ? end : cut
      cell = text.slice(at, next)
    }
    cells.push(cell)
    if (next >= text.length || text[next] === '\n') return { cells, end: next + 1 }
    at = next + separator.length
  }
}
