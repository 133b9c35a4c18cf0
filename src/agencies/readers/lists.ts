/** Finds the list of records inside a document (JSON or XML as a value) without knowing where an agency puts it. */
import type { Item } from '../../domain/records.js'
import { Refusal } from '../../errors.js'
import { isRecord, itemOf, recognise, type Shape } from './shapes.js'

const MAX_DEPTH = 5 // levels of envelope around the list
const LOOKED_AT = 20 // elements of a list in which one must be known

export function* itemsIn(value: unknown, shapes: readonly Shape[], feed: string): Iterable<Item> {
  const list = listIn(value, shapes, MAX_DEPTH)
  if (!list) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
  for (const [at, element] of list.entries()) yield itemOf(null, at + 1, element)
}

/** Nearest first: an envelope's own list is taken before one inside its records. */
const listIn = (value: unknown, shapes: readonly Shape[], levels: number): unknown[] | null => {
  if (Array.isArray(value)) return holdsKnown(value, shapes) ? value : null
  if (!isRecord(value)) return null
  if (isKnown(value, shapes)) return [value]
  if (levels === 0) return null
  for (const part of Object.values(value)) {
    const found = listIn(part, shapes, levels - 1)
    if (found) return found
  }
  return null
}

/** Whether a list holds records of a known shape; one good one among the first is enough, the others are judged one by one. */
export const holdsKnown = (list: readonly unknown[], shapes: readonly Shape[]): boolean =>
  list.slice(0, LOOKED_AT).some((element) => isKnown(element, shapes))

const isKnown = (value: unknown, shapes: readonly Shape[]): boolean =>
  isRecord(value) && recognise(Object.keys(value), shapes) !== null
