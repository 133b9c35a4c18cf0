/** GraphQL ids are base64url of `Type:key`. A listing's id is its uuid. */
import { TIMELINESS_DUTIES, type TimelinessKey } from '../../domain/delivery/timeliness.js'
import { isUuid } from '../../domain/listing/listing.js'
import { Refusal } from '../../foundation/errors.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import { isDate } from '../../foundation/time/dates.js'

export const NODE_TYPES = [
  'Operator',
  'Record',
  'Listing',
  'Run',
  'Reject',
  'Unmatched',
  'IdentityDecision',
  'Concern',
  'Score',
  'ScorecardActivation',
  'Override',
  'Objection',
  'Delivery',
  'Discrepancy',
  'Authorisation',
  'Webhook',
  'Matter',
] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** Ids outlive names: these types were renamed, their ids were not. */
const TYPE_IN_ID: Partial<Record<NodeType, string>> = { ScorecardActivation: 'ScorecardAdoption', Override: 'Overrule' }
const inId = (type: NodeType): string => TYPE_IN_ID[type] ?? type

const ID_CHARACTERS_MOST = 1_000
const LARGEST = 2_147_483_647

export const makeGlobalId = (type: NodeType, key: string | number): string =>
  type === 'Listing' && isUuid(String(key)) ? String(key) : encode(`${inId(type)}:${key}`)

export const parseGlobalId = (id: string): { type: NodeType; key: string } | null => {
  if (isUuid(id)) return { type: 'Listing', key: id }
  const [, type = '', key = ''] = /^([A-Za-z]+):(.+)$/.exec(decode(id) ?? '') ?? []
  const known = NODE_TYPES.find((each) => inId(each) === type)
  return known && key ? { type: known, key } : null
}

export const readNumberInGlobalId = (id: string, type: NodeType): number | null => {
  const found = parseGlobalId(id)
  return found?.type === type ? parseWholeNumber(found.key) : null
}

export const readListingInGlobalId = (id: string): { uuid: string } | { version: number } | null => {
  const found = parseGlobalId(id)
  if (found?.type !== 'Listing') return null
  if (isUuid(found.key)) return { uuid: found.key }
  const version = found.key.startsWith('m') ? parseWholeNumber(found.key.slice(1)) : null
  return version === null ? null : { version }
}

export const parseWholeNumber = (text: string): number | null => {
  const n = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN
  return n <= LARGEST ? n : null
}

export const makeCursor = (...keys: readonly (string | number)[]): string => encode(`${CURSOR_START}${keys.join('/')}`)

type Cursor = string | null | undefined

export const readNumberInCursor = (cursor: Cursor): number | null => readCursor(cursor, parseWholeNumber)

export const readAuditRowInCursor = (cursor: Cursor): number | null =>
  readCursor(cursor, (key) => (/^[1-9]\d{0,14}$/.test(key) ? Number(key) : null))

export const makeEntryCursor = (entry: { publishedOn: string; id: string }): string =>
  makeCursor(entry.publishedOn, entry.id)

export const readEntryInCursor = (cursor: Cursor): { publishedOn: string; id: string } | null =>
  readCursorPair(cursor, (publishedOn, id) => (isDate(publishedOn) && isUuid(id) ? { publishedOn, id } : null))

export const makeDueCursor = (one: { dueOn: string; id: number }): string => makeCursor(one.dueOn, one.id)

export const readDueInCursor = (cursor: Cursor): { dueOn: string; id: number } | null =>
  readCursorPair(cursor, (dueOn, key) => {
    const id = parseWholeNumber(key)
    return isDate(dueOn) && id !== null ? { dueOn, id } : null
  })

export const makeTimelinessCursor = ({ authority, platform, duty }: TimelinessKey): string =>
  makeCursor(JSON.stringify([authority, platform, duty]))

export const readTimelinessInCursor = (cursor: Cursor): TimelinessKey | null =>
  readCursor(cursor, (key) => {
    const [authority, platform, word] = textsIn(key)
    const duty = TIMELINESS_DUTIES.find((each) => each === word)
    return authority === undefined || platform === undefined || duty === undefined
      ? null
      : { authority, platform, duty }
  })

const textsIn = (json: string): string[] => {
  const found = parseJsonOr(json, [])
  return Array.isArray(found) && found.every((one) => typeof one === 'string') ? found : []
}

export const makeCursorOfTexts = (texts: readonly string[]): string => makeCursor(JSON.stringify(texts))

export const readTextsInCursor = (cursor: Cursor, length: number): string[] | null =>
  readCursor(cursor, (key) => {
    const texts = textsIn(key)
    return texts.length === length ? texts : null
  })

export const makeMatchCursor = (one: { rank: number; operator: number }): string => makeCursor(one.rank, one.operator)

export const readMatchInCursor = (cursor: Cursor): { rank: number; operator: number } | null =>
  readCursorPair(cursor, (rank, key) => {
    const operator = parseWholeNumber(key)
    return /^\d{1,5}$/.test(rank) && operator !== null ? { rank: Number(rank), operator } : null
  })

export const makeRetractionCursor = (one: { at: string; subjectId: string }): string =>
  makeCursor(one.at, one.subjectId)

export const readRetractionInCursor = (cursor: Cursor): { at: string; subjectId: string } | null =>
  readCursorPair(cursor, (at, subjectId) => (isInstant(at) && isUuid(subjectId) ? { at, subjectId } : null))

const isInstant = (at: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(at) &&
  !Number.isNaN(Date.parse(at)) &&
  // Date.parse alone would accept 30 February as 2 March.
  isDate(at.slice(0, 'YYYY-MM-DD'.length))

export const makeQueueCursor = (one: { dueAt: string; id: string }): string => makeCursorOfTexts([one.dueAt, one.id])

export const readQueueInCursor = (cursor: Cursor): { dueAt: string; id: string } | null => {
  const [dueAt, id] = readTextsInCursor(cursor, 2) ?? []
  if (dueAt === undefined || id === undefined) return null
  if (isUuid(id) && QUEUE_TIME.test(dueAt)) return { dueAt, id }
  throw new Refusal('INPUT_INVALID', { reason: '游标无效 not a cursor' })
}

const QUEUE_TIME = /^(?:-?infinity|\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-]\d{2}(?::\d{2})?)$/

export const makeCaseCursor = ({ id, key }: { id: string; key: string }): string => makeCursor(id, key)

/** `isRanked`: the key is a rank and an instant, as `cases.list` orders by default. */
export const readCaseInCursor = (cursor: Cursor, isRanked: boolean): { id: string; key: string } | null =>
  readCursorPair(cursor, (id, key) => {
    const fits = !isRanked || (/^[01] /.test(key) && isInstant(key.slice(2)))
    return isUuid(id) && fits ? { id, key } : null
  })

const readCursorPair = <T>(cursor: Cursor, read: (first: string, second: string) => T | null): T | null =>
  readCursor(cursor, (key) => {
    const [first = '', ...rest] = key.split('/')
    return read(first, rest.join('/'))
  })

const readCursor = <T>(cursor: Cursor, read: (key: string) => T | null): T | null => {
  if (cursor == null) return null
  const text = decode(cursor)
  const found = text?.startsWith(CURSOR_START) ? read(text.slice(CURSOR_START.length)) : null
  if (found === null) throw new Refusal('INPUT_INVALID', { reason: 'after 不是有效的游标 not a cursor of this hub' })
  return found
}

const CURSOR_START = 'after:'

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

const decode = (id: string): string | null =>
  id.length <= ID_CHARACTERS_MOST && /^[\w-]+$/.test(id) ? Buffer.from(id, 'base64url').toString('utf8') : null
