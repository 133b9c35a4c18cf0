/**
 * Two persons confirm an uncertain rule row (M) against the published text. If a release changes the row, it is
 * uncertain again.
 */
import { hash } from 'node:crypto'
import { canonicalJson, type Json } from '../records/records.js'

export interface RuleReading {
  source: string
  text: string
  readOn: string
}

export interface RuleConfirmation extends RuleReading {
  by: string
  confirmedBy: string
}

export type RuleConfirmations = ReadonlyMap<string, RuleConfirmation>

export interface UncertainRow {
  key: string
  /** Members and ids that lead to the row, without the numbers of places. */
  path: readonly string[]
  row: RowMembers
}

type RowMembers = Readonly<Record<string, unknown>>

const KEY_CHARACTERS = 32

/** Another content of the row has another key. */
export const keyOfRuleRow = (table: string, path: readonly string[], row: RowMembers): string =>
  hash('sha256', `${table} ${path.join('/')} ${canonicalJson(asFiled(row) as Json)}`).slice(0, KEY_CHARACTERS)

const isMembers = (value: unknown): value is RowMembers =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const CERTAINTY = ['mark', 'confirmed', 'confirmation']

const asFiled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asFiled)
  if (!isMembers(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (CERTAINTY.includes(name) ? [] : [[name, asFiled(member)]])),
  )
}

/** Undoes `withConfirmations` on one row, so a confirmation changes no hash of rules. */
export const withoutConfirmation = <Row extends object>(row: Row): Row => {
  if (!('confirmation' in row)) return row
  const { confirmation: _, ...rest } = row
  return { ...rest, mark: 'M', ...('confirmed' in row && { confirmed: false }) } as unknown as Row
}

/** True when `stored`, a copy from an earlier day, is one of `rows` and that row is certain now. */
export const isConfirmedIn = (rows: readonly object[], stored: object): boolean => {
  const filed = canonicalJson(asFiled(stored) as Json)
  return rows.some((row) => 'mark' in row && row.mark === 'F' && canonicalJson(asFiled(row) as Json) === filed)
}

type RowVisitor = (path: readonly string[], row: RowMembers) => RowMembers

const walked = (value: unknown, path: readonly string[], visit: RowVisitor): unknown => {
  if (Array.isArray(value))
    return value.map((each) =>
      walked(each, isMembers(each) && typeof each['id'] === 'string' ? [...path, each['id']] : path, visit),
    )
  if (!isMembers(value)) return value
  const inner = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, walked(member, [...path, name], visit)]),
  )
  return value['mark'] === 'M' ? visit(path, inner) : inner
}

export const withConfirmations = <T>(table: string, content: T, confirmations: RuleConfirmations): T =>
  walked(content, [], (path, row) => {
    const confirmation = confirmations.get(keyOfRuleRow(table, path, row))
    if (confirmation === undefined) return row
    return { ...row, mark: 'F', ...('confirmed' in row && { confirmed: true }), confirmation }
  }) as T

export const listUncertainRows = (table: string, content: unknown): UncertainRow[] => {
  const found: UncertainRow[] = []
  walked(content, [], (path, row) => {
    found.push({ key: keyOfRuleRow(table, path, row), path, row })
    return row
  })
  return found
}
