import { Refusal } from '../foundation/errors.js'
import { isRecord } from '../foundation/text/json.js'
import { parseJson } from './readers/json.js'
import type { ListPage } from './transports/http/pages.js'

export const valueAt = (value: unknown, dottedPath: string): unknown =>
  dottedPath
    .split('.')
    .reduce<unknown>((inner, name) => (isRecord(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined), value)

export const parseCount = (value: unknown): number | null => {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

export const asList = (value: unknown): unknown[] =>
  value === undefined || value === null || value === '' ? [] : Array.isArray(value) ? value : [value]

interface PagePaths {
  list: string
  total: string
  page?: string
}

export const readListPage = (answer: unknown, { list, total, page }: PagePaths): ListPage | null => {
  const items = valueAt(answer, list)
  const count = parseCount(valueAt(answer, total))
  if (!Array.isArray(items) || count === null) return null
  return { items, total: count, page: page === undefined ? null : parseCount(valueAt(answer, page)) }
}

export const makePageReader =
  ({ code, good, message, ...paths }: PagePaths & Record<'code' | 'good' | 'message', string>) =>
  (body: Buffer): ListPage | null => {
    const answer = parseJson(body.toString('utf8'))
    const sent = valueAt(answer, code)
    if (sent === undefined) return null
    if (String(sent) === good) return readListPage(answer, paths)
    throw new Refusal('FEED_UNREACHABLE', {
      reason: `${code} ${String(sent)} ${String(valueAt(answer, message) ?? '')}`,
    })
  }
