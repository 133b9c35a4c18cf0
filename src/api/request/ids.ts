/** GraphQL ids are base64url of `Type:key`. A listing of this hub has its uuid as id. */
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
] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** Ids outlive names: these types were renamed, their ids were not. */
const TYPE_IN_ID: Partial<Record<NodeType, string>> = { ScorecardActivation: 'ScorecardAdoption', Override: 'Overrule' }
const inId = (type: NodeType): string => TYPE_IN_ID[type] ?? type

/** Longest id or cursor accepted, characters. */
const LONGEST = 1_000
const LARGEST = 2_147_483_647

export const globalId = (type: NodeType, key: string | number): string =>
  type === 'Listing' && isUuid(String(key)) ? String(key) : encode(`${inId(type)}:${key}`)

export const parseGlobalId = (id: string): { type: NodeType; key: string } | null => {
  if (isUuid(id)) return { type: 'Listing', key: id }
  const [, type = '', key = ''] = /^([A-Za-z]+):(.+)$/.exec(decode(id) ?? '') ?? []
  const known = NODE_TYPES.find((each) => inId(each) === type)
  return known && key ? { type: known, key } : null
}

export const numberInGlobalId = (id: string, type: NodeType): number | null => {
  const found = parseGlobalId(id)
  return found?.type === type ? parseWholeNumber(found.key) : null
}

export const listingInGlobalId = (id: string): { uuid: string } | { version: number } | null => {
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

export const cursorOf = (key: string | number): string => encode(`after:${key}`)

export const numberInCursor = (cursor: string | null | undefined): number | null => {
  if (cursor == null) return null
  const n = parseWholeNumber(keyAfter(cursor))
  if (n === null) throw badCursor()
  return n
}

/** Like `numberInCursor`, for audit row numbers, which may exceed a PostgreSQL integer. */
export const auditRowInCursor = (cursor: string | null | undefined): number | null => {
  if (cursor == null) return null
  const key = keyAfter(cursor)
  if (!/^[1-9]\d{0,14}$/.test(key)) throw badCursor()
  return Number(key)
}

export const entryCursor = (entry: { publishedOn: string; id: string }): string =>
  cursorOf(`${entry.publishedOn}/${entry.id}`)

export const entryInCursor = (cursor: string | null | undefined): { publishedOn: string; id: string } | null => {
  if (cursor == null) return null
  const [, publishedOn = '', id = ''] = /^(\d{4}-\d{2}-\d{2})\/(.+)$/.exec(keyAfter(cursor)) ?? []
  if (!isDate(publishedOn) || !isUuid(id)) throw badCursor()
  return { publishedOn, id }
}

export const dueCursor = (one: { dueOn: string; id: number }): string => cursorOf(`${one.dueOn}/${one.id}`)

export const dueInCursor = (cursor: string | null | undefined): { dueOn: string; id: number } | null => {
  if (cursor == null) return null
  const [, dueOn = '', key = ''] = /^(\d{4}-\d{2}-\d{2})\/(.+)$/.exec(keyAfter(cursor)) ?? []
  const id = parseWholeNumber(key)
  if (!isDate(dueOn) || id === null) throw badCursor()
  return { dueOn, id }
}

export const timelinessCursor = ({ authority, platform, duty }: TimelinessKey): string =>
  cursorOf(JSON.stringify([authority, platform, duty]))

export const timelinessInCursor = (cursor: string | null | undefined): TimelinessKey | null => {
  if (cursor == null) return null
  const [authority, platform, word] = textsIn(keyAfter(cursor))
  const duty = TIMELINESS_DUTIES.find((each) => each === word)
  if (authority === undefined || platform === undefined || duty === undefined) throw badCursor()
  return { authority, platform, duty }
}

const textsIn = (json: string): string[] => {
  const found = parseJsonOr(json, [])
  return Array.isArray(found) && found.every((one) => typeof one === 'string') ? found : []
}

export const matchCursor = (one: { rank: number; operator: number }): string => cursorOf(`${one.rank}/${one.operator}`)

export const matchInCursor = (cursor: string | null | undefined): { rank: number; operator: number } | null => {
  if (cursor == null) return null
  const [, rank = '', key = ''] = /^(\d{1,5})\/(\d+)$/.exec(keyAfter(cursor)) ?? []
  const operator = parseWholeNumber(key)
  if (operator === null) throw badCursor()
  return { rank: Number(rank), operator }
}

export const retractionCursor = (one: { at: string; subjectId: string }): string =>
  cursorOf(`${one.at}/${one.subjectId}`)

export const retractionInCursor = (cursor: string | null | undefined): { at: string; subjectId: string } | null => {
  if (cursor == null) return null
  const [, at = '', subjectId = ''] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)\/(.+)$/.exec(keyAfter(cursor)) ?? []
  // Date.parse alone would accept 30 February as 2 March.
  if (!isDate(at.slice(0, 'YYYY-MM-DD'.length)) || Number.isNaN(Date.parse(at)) || !isUuid(subjectId)) throw badCursor()
  return { at, subjectId }
}

const keyAfter = (cursor: string): string => {
  const text = decode(cursor)
  if (!text?.startsWith('after:')) throw badCursor()
  return text.slice('after:'.length)
}

const badCursor = () => new Refusal('INPUT_INVALID', { reason: 'after 不是有效的游标 not a cursor of this hub' })

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

const decode = (id: string): string | null =>
  id.length <= LONGEST && /^[\w-]+$/.test(id) ? Buffer.from(id, 'base64url').toString('utf8') : null
