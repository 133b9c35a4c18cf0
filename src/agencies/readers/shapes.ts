import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { memoByNames, memoByObject } from '../../foundation/memo.js'
import { isRecord } from '../../foundation/text/json.js'
import { storableText } from '../../foundation/text/storable.js'

export interface FormShape {
  names: readonly string[]
  /** Requires all names; the shape is preferred to partial matches. */
  every?: true
}

export interface WantedForms {
  feed: string
  shapes: readonly FormShape[]
}

export const BROKEN_ITEM_FIELD = '__row'

const FEWEST_KNOWN = 3
const KNOWN_SHARE = 0.5 // share of the names present
const MAX_DEPTH = 20 // levels of nesting
const MAX_RAW = 256 * 1024 // characters kept of a broken row

const SURROGATES = /[\ud800-\udfff]/

/** Ignores blanks, character width, case and the `*` that marks a required column. */
const loose = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .replace(/^\*|\*$/g, '')
    .toUpperCase()

interface ShapeSpelling {
  loose: readonly string[]
  names: ReadonlyMap<string, string>
}

const spellingOf = memoByObject((shape: FormShape): ShapeSpelling => {
  const names = shape.names.map(loose)
  return { loose: names, names: new Map(names.map((name, at) => [name, shape.names[at] ?? ''])) }
})

interface MatchedForm<S> {
  shape: S
  names: string[]
}

/** Names in the spelling of the form that matches best; null when too few match. */
export const matchFormByNames = <S extends FormShape>(
  names: readonly string[],
  shapes: readonly S[],
): MatchedForm<S> | null => matcherOf(shapes)(names) as MatchedForm<S> | null

const matcherOf = memoByObject((shapes: readonly FormShape[]) => memoByNames((names) => matchAfresh(names, shapes)))

const outranks = (one: { shape: FormShape; known: number }, other: { shape: FormShape; known: number }): boolean =>
  one.shape.every === other.shape.every ? one.known > other.known : one.shape.every === true

const matchAfresh = <S extends FormShape>(names: readonly string[], shapes: readonly S[]): MatchedForm<S> | null => {
  const present = names.filter((name) => name.trim() !== '').map(loose)
  let best: { shape: S; names: string[]; known: number } | null = null
  for (const shape of shapes) {
    const { names: spelling } = spellingOf(shape)
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

export const namesOfShapesIn = (names: readonly string[], shapes: readonly FormShape[]): string[][] => {
  const present = new Set(names.map(loose))
  return shapes.map((shape) => {
    const { loose: own } = spellingOf(shape)
    return shape.names.filter((_, at) => present.has(own[at] ?? ''))
  })
}

export const refuseRepeatedNames = (names: readonly string[], feed: string): void => {
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at)
  if (twice) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `表头重复 ${twice} a column twice` })
}

export const makeItem = (page: number | null, row: number, fields: Record<string, unknown>): SourceItem =>
  tooDeep(fields, MAX_DEPTH)
    ? makeBrokenItem(page, row, '嵌套过深 nested too deep')
    : { page, row, fields: storable(fields) as SourceItem['fields'] }

/** The texts must satisfy `isStorable`. */
export const makeTextItem = (row: number, fields: Record<string, string>): SourceItem => ({ page: null, row, fields })

export const makeBrokenItem = (page: number | null, row: number, raw: string): SourceItem => ({
  page,
  row,
  fields: { [BROKEN_ITEM_FIELD]: storable(raw.slice(0, MAX_RAW)) },
})

export const itemFromValue = (page: number | null, row: number, value: unknown): SourceItem =>
  isRecord(value)
    ? makeItem(page, row, value)
    : makeBrokenItem(page, row, Array.isArray(value) ? '不是记录 not a record' : String(value))

const tooDeep = (value: unknown, levels: number): boolean =>
  value !== null &&
  typeof value === 'object' &&
  (levels === 0 || Object.values(value).some((part) => tooDeep(part, levels - 1)))

/** A fast check; false also for paired surrogates, which PostgreSQL can store. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !SURROGATES.test(text)

const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return isStorable(value) ? value : storableText(value)
  if (Array.isArray(value)) return value.map(storable)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [storable(name), storable(part)]))
}
