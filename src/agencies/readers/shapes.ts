/** Shapes: the sets of field names in which a feed is known to come. Readers are told them and know no name themselves. */
import type { Item } from '../../domain/records/records.js'
import { byNames } from '../../foundation/memo.js'

/** One known set of field names, as the agency spells them. */
export interface Shape {
  names: readonly string[]
  /** All of the names must be there, and then this shape goes before those that need but some. */
  every?: true
}

/** The field that holds what could not be taken apart: a row with too few columns, an element that is no record. */
export const BROKEN = '__row'

const FEWEST_KNOWN = 3 // names
const KNOWN_SHARE = 0.5 // of the names that are there
const MAX_DEPTH = 20 // levels of nesting in one item
const MAX_RAW = 256 * 1024 // characters kept of a broken row; no reader gives a longer one whole

/** In pairs they are characters; alone no database takes them. */
const SURROGATES = /[\ud800-\udfff]/

/** Header cells differ in blanks, width, case and a `*` for "required"; that is no other name. */
const loose = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .replace(/^\*|\*$/g, '')
    .toUpperCase()

/** By shapes, as every row of a table asks again. */
const recognised = new WeakMap<readonly Shape[], (names: readonly string[]) => Recognised<Shape> | null>()

interface Recognised<S> {
  shape: S
  names: string[]
}

/** The shape to which enough of the names belong, and the names in its spelling; null: nothing known. */
export const recognise = <S extends Shape>(names: readonly string[], shapes: readonly S[]): Recognised<S> | null => {
  const known = recognised.get(shapes) ?? byNames((some) => recogniseAfresh(some, shapes))
  recognised.set(shapes, known)
  return known(names) as Recognised<S> | null
}

const outranks = (one: { shape: Shape; known: number }, other: { shape: Shape; known: number }): boolean =>
  one.shape.every === other.shape.every ? one.known > other.known : one.shape.every === true

const recogniseAfresh = <S extends Shape>(names: readonly string[], shapes: readonly S[]): Recognised<S> | null => {
  const present = names.filter((name) => name.trim() !== '').map(loose)
  let best: { shape: S; names: string[]; known: number } | null = null
  for (const shape of shapes) {
    const spelling = new Map(shape.names.map((name) => [loose(name), name]))
    const known = new Set(present.map((name) => spelling.get(name)).filter((name) => name !== undefined)).size
    const enough = shape.every
      ? known === spelling.size
      : known >= Math.min(FEWEST_KNOWN, shape.names.length) && known >= present.length * KNOWN_SHARE
    if (enough && (best === null || outranks({ shape, known }, best))) {
      best = { shape, names: names.map((name) => spelling.get(loose(name)) ?? name.trim()), known }
    }
  }
  return best && { shape: best.shape, names: best.names }
}

/** The names of a shape that are among these, in its spelling. */
export const recognisedIn = (names: readonly string[], shape: Shape): string[] => {
  const present = new Set(names.map(loose))
  return shape.names.filter((name) => present.has(loose(name)))
}

/** An item whose fields can be stored as they are: no character that a database refuses, nothing nested without end. */
export const item = (page: number | null, row: number, fields: Record<string, unknown>): Item =>
  tooDeep(fields, MAX_DEPTH)
    ? broken(page, row, '嵌套过深 nested too deep')
    : { page, row, fields: storable(fields) as Item['fields'] }

/** The same of texts by name that are storable as they are (`isStorable`). */
export const textItem = (row: number, fields: Record<string, string>): Item => ({ page: null, row, fields })

/** What stood where an item should, kept so that a person can look at it. */
export const broken = (page: number | null, row: number, raw: string): Item => ({
  page,
  row,
  fields: { [BROKEN]: storable(raw.slice(0, MAX_RAW)) },
})

/** An element of a list that should be a record. */
export const itemOf = (page: number | null, row: number, value: unknown): Item => {
  if (isRecord(value)) return item(page, row, value)
  return broken(page, row, typeof value === 'object' && value !== null ? '不是记录 not a record' : String(value))
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const tooDeep = (value: unknown, levels: number): boolean =>
  value !== null &&
  typeof value === 'object' &&
  (levels === 0 || Object.values(value).some((part) => tooDeep(part, levels - 1)))

/** Certainly nothing in it that a database refuses; a no may be wrong. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !SURROGATES.test(text)

const storable = (value: unknown): unknown => {
  if (typeof value === 'string' && isStorable(value)) return value
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').replace(/\p{Cs}/gu, '\uFFFD')
  if (Array.isArray(value)) return value.map(storable)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [storable(name), storable(part)]))
}
