/** Openings and moves in NDJSON or JSON files, answered row by row. References let a file come twice. */
import { isUtf8 } from 'node:buffer'
import type { HistoryStep } from '../../domain/matters/matter.js'
import { parseCode } from '../../domain/operators/codes.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { contractCheck } from '../../foundation/contracts.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { findDuplicateKey, isRecord, parseJsonOr } from '../../foundation/text/json.js'
import { findUnstorableText } from '../../foundation/text/storable.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/matters/matters.js'
import { operatorsByCode } from '../../store/operators/operators.js'
import { isRefusedContent } from '../timetable/run.js'
import type { MatterParts } from './keep-move.js'
import { readMatterKinds } from './kinds.js'
import {
  isSeenBy,
  type MatterMoving,
  type MatterOpening,
  type MatterPerson,
  moveMatter,
  openMatter,
  refuseUnknownLink,
} from './matters.js'

export const MATTER_ROWS_MOST = 10_000
const NUMBER = /^\p{Script=Han}\d{4}-\d{1,12}$/u

export interface RowVisit extends MatterParts {
  who: MatterPerson
  now: () => Date
  signal?: AbortSignal
  /** Matters are named by number or the opener's own reference; here also by ids of the channel. */
  idIn?: (text: string) => string | null
  /** Absent: links name matters alone. */
  seesLink?: (matter: string, link: string) => Promise<boolean>
}

interface RowsAnswering {
  parse?: (row: unknown) => unknown
  work?: RowWork
  atOnce?: number
}

/** A row's refusals stand in its answer; thrown ones concern all rows. What an answered row did stays done. */
export async function* answerRows(
  visit: RowVisit,
  rows: readonly unknown[],
  { parse = (row) => row, work = openOrMove, atOnce = 1 }: RowsAnswering = {},
) {
  for (let done = 0; done < rows.length; ) {
    visit.signal?.throwIfAborted()
    const chunk = takeIndependent(rows.slice(done, done + atOnce).map(parse))
    const answers = await Promise.all(chunk.map((sent) => answerRow(visit, sent, work)))
    const from = done + 1
    yield answers.map((answer, place) => ({ row: from + place, ...answer }))
    done += chunk.length
  }
}

/** Rows about one reference or matter never run side by side: they count in their order. */
const takeIndependent = (rows: readonly unknown[]): readonly unknown[] => {
  const names = new Set<unknown>()
  for (const [place, sent] of rows.entries()) {
    const { reference, matter, parent, link } = isRecord(sent) ? sent : {}
    const own = [reference, matter, parent, link].filter((name) => name !== undefined)
    if (own.some((name) => names.has(name))) return rows.slice(0, place)
    for (const name of own) names.add(name)
  }
  return rows
}

/** Refusal CONTENT_UNREADABLE: other bytes would be stored as U+FFFD. */
export const readText = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw new Refusal('CONTENT_UNREADABLE', { reader: 'JSON', reason: '不是 UTF-8 not UTF-8' })
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

/** Refusal TOO_MANY_ROWS. */
export const splitRows = (bytes: Buffer): string[] =>
  refuseManyRows(
    readText(bytes)
      .split('\n')
      .filter((line) => line.trim() !== ''),
  )

const refuseManyRows = <R>(rows: R[]): R[] => {
  if (rows.length > MATTER_ROWS_MOST) throw new Refusal('TOO_MANY_ROWS', { limit: MATTER_ROWS_MOST })
  return rows
}

/** Undefined for no JSON, and for an object that names a member twice. */
export const parseRow = (text: string): unknown => {
  const value = parseJsonOr(text, undefined)
  return value !== undefined && findDuplicateKey(text) === null ? value : undefined
}

export const readRows = (name: string, bytes: Buffer): unknown[] => {
  if (!/\.json$/i.test(name)) return splitRows(bytes).map(parseRow)
  const whole = parseRow(readText(bytes))
  if (whole === undefined) throw new Refusal('CONTENT_UNREADABLE', { reader: 'JSON', reason: '不是 JSON no JSON' })
  return refuseManyRows(Array.isArray(whole) ? whole : [whole])
}

const referenceOf = (sent: unknown): string | null =>
  isRecord(sent) && typeof sent['reference'] === 'string' ? sent['reference'] : null

interface RowDone {
  result: string
  reference: string | null
  id: string
  number: string
  state: string | null
}

export type RowWork = (visit: RowVisit, sent: unknown) => Promise<RowDone>

const answerRow = async (visit: RowVisit, sent: unknown, work: RowWork = openOrMove) => {
  try {
    return await work(visit, sent)
  } catch (error) {
    return { id: null, ...tellRowRefusal(error, referenceOf(sent), visit.rules.pseudonymOf) }
  }
}

/** A row with `move` moves a matter, another opens one. Either is keyed by its reference. */
export const openOrMove = async (visit: RowVisit, sent: unknown) => {
  const { stored, isNew } =
    isRecord(sent) && 'move' in sent ? await moveByRow(visit, sent) : await openByRow(visit, sent)
  const result = isNew ? ('created' as const) : ('same' as const)
  return { result, reference: referenceOf(sent), id: stored.id, number: stored.number, state: stored.matter.state }
}

/** Rethrows what concerns the hub and not the row. */
const tellRowRefusal = (error: unknown, reference: string | null, pseudonymOf: MatterParts['rules']['pseudonymOf']) => {
  if (!isRefusedContent(error)) throw error
  const { code, message, details } = error
  const told = redactIdNumbers({ reference, error: { code, message, pointer: '', ...details } }, pseudonymOf)
  return { result: 'refused' as const, ...told }
}

/** Refusal INPUT_INVALID: the hub has no operator of this code. */
export const findOperatorOfMatter = async (db: Db, code: string) => {
  const scheme = parseCode(code)
  const [operator] = scheme ? (await operatorsByCode(db, [scheme])).values() : []
  if (operator !== undefined) return operator.id
  throw new Refusal('INPUT_INVALID', {
    reason: '枢纽没有此代码的经营者，请核对 No operator of the hub has this code',
    pointer: '/code',
  })
}

const CONTRACTS = {
  OPENING: 'contracts/matter-opening',
  MOVING: 'contracts/matter-moving',
  TAKEDOWN: 'contracts/matter-takedown',
}

/** Refusals MATTER_FIELD_INVALID, INPUT_INVALID. The contract comes first: it bounds the depth. */
export const checkMatterInput = (what: keyof typeof CONTRACTS, sent: unknown): object => {
  const [fault] = isRecord(sent)
    ? contractCheck(CONTRACTS[what])(sent)
    : [{ field: '', message: '不是 JSON 对象，或有同名成员 no JSON object, or a member named twice' }]
  const unstorable = fault === undefined ? findUnstorableText(sent) : null
  if (unstorable !== null) throw new Refusal('INPUT_INVALID', { ...unstorable })
  if (fault === undefined) return sent as object
  const pointer = fault.field === '' ? '' : `/${fault.field}`
  throw new Refusal('MATTER_FIELD_INVALID', { pointer, reason: fault.message })
}

const openByRow = async (visit: RowVisit, sent: unknown) => {
  const { code, parent, ...opening } = checkMatterInput('OPENING', sent) as Omit<MatterOpening, 'operatorId'> & {
    code?: string
  }
  const operatorId = code === undefined ? undefined : await findOperatorOfMatter(visit.db, code)
  const above = parent === undefined ? null : await findOwnMatter(visit, parent, '/parent')
  const about = { ...(operatorId !== undefined && { operatorId }), ...(above && { parent: above.id }) }
  return openMatter(visit, visit.who, { ...opening, ...about }, visit.now())
}

const moveByRow = async (visit: RowVisit, sent: unknown) => {
  const { matter, documentNumber, workdays, ...given } = checkMatterInput('MOVING', sent) as Omit<
    MatterMoving,
    'id' | 'number'
  > & { matter: string; documentNumber?: string; workdays?: number }
  const { id } = await findOwnMatter(visit, matter, '/matter')
  if (given.link !== undefined) refuseUnknownLink(await isLinkSeen(visit, id, given.link))
  const more = {
    ...(documentNumber !== undefined && { number: documentNumber }),
    ...(workdays !== undefined && { extension: { value: workdays, unit: 'WORKDAYS' as const } }),
  }
  const stored = await moveMatter(visit, visit.who, { ...given, ...more, id }, visit.now())
  return { stored, isNew: stored.isNew }
}

const findOwnMatter = async (visit: RowVisit, named: string, pointer: string): Promise<store.StoredMatter> => {
  const found = await findNamedMatter(visit, named)
  if (found === null || !isSeenBy(visit.who, found)) throw new Refusal('MATTER_UNKNOWN', { pointer })
  return found
}

const isLinkSeen = async (visit: RowVisit, id: string, link: string): Promise<boolean> => {
  if (visit.seesLink) return visit.seesLink(id, link)
  const found = await findNamedMatter(visit, link)
  return found !== null && found.id !== id && isSeenBy(visit.who, found)
}

const findNamedMatter = async ({ db, who: { seat }, idIn }: RowVisit, named: string) => {
  const id = idIn?.(named) ?? null
  if (id !== null) return store.matterById(db, id)
  if (NUMBER.test(named)) return store.matterByNumber(db, named)
  const kinds = [...readMatterKinds().keys()]
  const own = seat === null ? [] : await store.mattersOfReference(db, { openedBy: seat, kinds, reference: named })
  return own.length === 1 ? (own[0] ?? null) : null
}

/** What a marketplace or a channel reports afterwards: the opening and the steps so far, any number of times. */
export interface MatterHistory {
  opening: MatterOpening
  names: Readonly<Record<string, string>>
  steps: readonly HistoryStep[]
}

/** Makes what is missing, in the caller's transaction. Refusals point to the member of the row. */
export const followHistory = async (
  parts: MatterParts,
  who: MatterPerson,
  { opening, names, steps }: MatterHistory,
  now: Date,
): Promise<{ stored: store.StoredMatter; result: 'created' | 'moved' | 'same' }> => {
  const opened = await openMatter(parts, who, opening, now).catch((error) => {
    throw pointTo(error, (pointer) => names[pointer] ?? pointer.replace(/^\/fields(?=\/|$)/, ''))
  })
  let stored = opened.stored
  let moved = false
  for (const { at, names: own, ...step } of steps) {
    const moving = { ...step, id: stored.id, reference: `${step.move} ${step.on}` }
    const made = await moveMatter(parts, who, moving, now).catch((error) => {
      throw pointTo(error, (pointer) => own?.[pointer] ?? at)
    })
    moved ||= made.isNew
    stored = made
  }
  return { stored, result: opened.isNew ? 'created' : moved ? 'moved' : 'same' }
}

export const pointTo = (error: unknown, at: (pointer: string) => string): unknown =>
  isRefusal(error) && 'pointer' in error.details
    ? new Refusal(error.code, { ...error.details, pointer: at(String(error.details['pointer'])) })
    : error
