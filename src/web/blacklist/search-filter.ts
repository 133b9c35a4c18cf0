import { isUuid } from '../../domain/listing/listing.js'
import { isTopic, REASON_TOPICS, type ReasonTopic } from '../../domain/listing/reason-topics.js'
import { SEARCH_KEY_LENGTH_MOST } from '../../domain/operators/name-search.js'
import { Refusal } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'
import {
  ENDLESS_DATE,
  LIST_ORDERS,
  type ListCursor,
  type ListOrder,
  type PublicSearch,
} from '../../store/publication/public-list.js'

export type UrlParameters = Record<string, string>

export interface SearchFilter extends Omit<PublicSearch, 'day' | 'pattern'> {
  name: string
  reason: ReasonTopic | null
  /** Default: best match first when `name` is given, otherwise newest first. */
  sort: ListOrder | null
  after: ListCursor | null
}

/** Longer query parameters are cut to this many characters. */
const LONGEST = 200
const REGION = /^\d{2,6}$/

/** Throws INPUT_INVALID. */
export const parseFilter = (query: Readonly<Record<string, unknown>>): SearchFilter => {
  const [reason, region, from, until, sort] = ['reason', 'region', 'from', 'to', 'sort'].map((name) =>
    parameterIn(query, name),
  )
  if (reason && !isTopic(reason)) refuse(`事由类别 ${reason} 不存在 there is no such kind of reason`)
  if (region && !REGION.test(region)) refuse('地区应为二至六位行政区划代码 a region is two to six digits')
  for (const day of [from, until])
    if (day && !isDate(day)) refuse(`日期 ${day} 应为 YYYY-MM-DD a day is written YYYY-MM-DD`)
  if (sort && !LIST_ORDERS.includes(sort as ListOrder)) refuse(`没有排序方式 ${sort} there is no such order`)
  return {
    name: parameterIn(query, 'name').slice(0, SEARCH_KEY_LENGTH_MOST),
    reason: (reason || null) as ReasonTopic | null,
    region: region || null,
    authority: parameterIn(query, 'authority') || null,
    from: from || null,
    to: until || null,
    contested: parameterIn(query, 'contested') === '1',
    sort: (sort || null) as ListOrder | null,
    after: cursorIn(query['after']),
  }
}

/** A repeated parameter counts as absent. NUL is dropped: PostgreSQL text cannot hold it. */
export const parameterIn = (query: Readonly<Record<string, unknown>>, name: string): string => {
  const value = query[name]
  return typeof value === 'string' ? value.replaceAll('\0', '').trim().slice(0, LONGEST) : ''
}

/** A malformed cursor is refused, not read as page 1. */
const cursorIn = (value: unknown): ListCursor | null => {
  const text = typeof value === 'string' ? value : ''
  if (text === '') return null
  const [on = '', id = ''] = text.split('_')
  if ((isDate(on) || on === ENDLESS_DATE) && isUuid(id)) return { on, id }
  return refuse('没有这一页 there is no such page')
}

const refuse = (reason: string): never => {
  throw new Refusal('INPUT_INVALID', { reason })
}

export const makeFilterParameters = ({ after, contested, ...asked }: SearchFilter): UrlParameters =>
  Object.fromEntries(
    Object.entries({
      ...asked,
      contested: contested ? '1' : '',
      after: after ? `${after.on}_${after.id}` : '',
    }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  )

export const makePublicSearch = (
  { name: _name, reason, sort: _sort, after: _after, ...conditions }: SearchFilter,
  day: string,
): PublicSearch => ({ ...conditions, day, pattern: reason === null ? null : REASON_TOPICS[reason].pattern })

export const hasCondition = ({ name, reason, region, authority, from, to, contested }: SearchFilter): boolean =>
  name !== '' || contested || [reason, region, authority, from, to].some((each) => each !== null)
