import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { isRecord } from '../../foundation/text/json.js'
import { unknownHeaderRefusal } from './near.js'
import { type FormShape, itemFromValue, matchFormByNames, type WantedForms } from './shapes.js'

const MAX_DEPTH = 5 // levels of envelope
const LOOKED_AT = 20 // elements

export function* itemsInLists(value: unknown, { feed, shapes }: WantedForms): Iterable<SourceItem> {
  const [list, another] = [...listsIn(value, shapes, MAX_DEPTH)]
  if (!list) throw unknownHeaderRefusal({ feed, shapes }, [...recordsIn(value, MAX_DEPTH)].map(Object.keys))
  // Reading one of two lists could lose half a feed.
  if (another) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '有两个记录列表 two lists' })
  for (const [at, element] of list.entries()) yield itemFromValue(null, at + 1, element)
}

function* recordsIn(value: unknown, levels: number): Iterable<object> {
  if (isRecord(value)) yield value
  if (levels === 0 || value === null || typeof value !== 'object') return
  for (const part of Object.values(value).slice(0, LOOKED_AT)) yield* recordsIn(part, levels - 1)
}

function* listsIn(value: unknown, shapes: readonly FormShape[], levels: number): Iterable<unknown[]> {
  if (Array.isArray(value)) {
    if (hasKnownElement(value, shapes)) yield value
    else if (levels > 0) for (const part of value) yield* listsIn(part, shapes, levels - 1)
  } else if (isRecord(value)) {
    if (isKnown(value, shapes)) yield [value]
    else if (levels > 0) for (const part of Object.values(value)) yield* listsIn(part, shapes, levels - 1)
  }
}

export const hasKnownElement = (list: readonly unknown[], shapes: readonly FormShape[]): boolean =>
  list.slice(0, LOOKED_AT).some((element) => isKnown(element, shapes))

const isKnown = (value: unknown, shapes: readonly FormShape[]): boolean =>
  isRecord(value) && matchFormByNames(Object.keys(value), shapes) !== null
