/** Shapes are the known sets of field names of a feed. Readers receive them and know no names themselves. */
import type { Item } from '../../domain/records/records.js'
import { byNames } from '../../foundation/memo.js'

/** A known set of field names in the agency's spelling. */
export interface Shape {
  names: readonly string[]
  /** All names must be present. Such a shape takes precedence over partial matches. */
  every?: true
}

/** Field for raw content that could not be split: a row with too few columns, an element that is not a record. */
export const BROKEN = '__row'

const FEWEST_KNOWN = 3 // names
const KNOWN_SHARE = 0.5 // of the names present
const MAX_DEPTH = 20 // levels of nesting in one item
const MAX_RAW = 256 * 1024 // characters kept of a broken row; readers return nothing longer

/** Databases reject unpaired surrogates. */
const SURROGATES = /[\ud800-\udfff]/

/** Normalises a heading: blanks, width, case and a `*` for "required" do not matter. */
const loose = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .replace(/^\*|\*$/g, '')
    .toUpperCase()

/** Cached by shape list, because every row of a table repeats the question. */
const recognised = new WeakMap<readonly Shape[], (names: readonly string[]) => Recognised<Shape> | null>()

interface Recognised<S> {
  shape: S
  names: string[]
}

/** Returns the best matching shape and the names in its spelling; null when too few names are known. */
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

/** Returns the shape's names that occur among `names`. */
export const recognisedIn = (names: readonly string[], shape: Shape): string[] => {
  const present = new Set(names.map(loose))
  return shape.names.filter((name) => present.has(loose(name)))
}

/** Builds an item whose fields can be stored: bounded nesting, no character that the database rejects. */
export const item = (page: number | null, row: number, fields: Record<string, unknown>): Item =>
  tooDeep(fields, MAX_DEPTH)
    ? broken(page, row, '嵌套过深 nested too deep')
    : { page, row, fields: storable(fields) as Item['fields'] }

/** Builds an item from texts already checked with `isStorable`. */
export const textItem = (row: number, fields: Record<string, string>): Item => ({ page: null, row, fields })

/** Builds an item from unreadable content, so that an officer can look at it. */
export const broken = (page: number | null, row: number, raw: string): Item => ({
  page,
  row,
  fields: { [BROKEN]: storable(raw.slice(0, MAX_RAW)) },
})

/** Builds an item from a list element. */
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

/** True if the database accepts every character. May be false for acceptable text (paired surrogates). */
export const isStorable = (text: string): boolean => !text.includes('\0') && !SURROGATES.test(text)

const storable = (value: unknown): unknown => {
  if (typeof value === 'string' && isStorable(value)) return value
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').replace(/\p{Cs}/gu, '\uFFFD')
  if (Array.isArray(value)) return value.map(storable)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [storable(name), storable(part)]))
}
