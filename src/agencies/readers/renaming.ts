import type { NumberedMap } from '../../domain/intake/feed-maps.js'
import type { SourceItem } from '../../domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../../foundation/chunks.js'
import { unknownHeaderRefusal } from './near.js'
import { type FormShape, matchFormByNames } from './shapes.js'

interface MapShape extends FormShape {
  every: true
  map: NumberedMap
}

export const shapesOfMaps = (maps: readonly NumberedMap[]): MapShape[] =>
  maps.map((map) => ({ names: Object.keys(map.headings), every: true, map }))

export const renameFields = (
  items: AsyncIterable<SourceItem>,
  shapes: readonly MapShape[],
  forms: readonly FormShape[],
  feed: string,
): AsyncIterable<SourceItem> => {
  if (shapes.length === 0) return items
  const checked = new Set<string>()
  const each = (item: SourceItem): SourceItem => {
    const names = Object.keys(item.fields)
    const found = matchFormByNames(names, shapes)
    if (!found) return item
    const fields: SourceItem['fields'] = {}
    const { map } = found.shape
    const { headings, values } = map
    for (const [at, name] of names.entries()) {
      const heading = found.names[at] ?? name
      const value = item.fields[name] ?? null
      const field = Object.hasOwn(headings, heading) ? headings[heading] : name
      if (field !== null && field !== undefined)
        fields[field !== name && Object.hasOwn(item.fields, field) ? name : field] = value
    }
    for (const [field, value] of Object.entries(values)) if (isNothing(fields[field])) fields[field] = value
    const signature = names.join('\n')
    if (!checked.has(signature) && matchFormByNames(Object.keys(fields), forms) === null) {
      throw unknownHeaderRefusal(feed, [Object.keys(fields)], forms)
    }
    if (checked.size < MOST_CHECKED) checked.add(signature)
    return { ...item, fields, map }
  }
  return asItems(inStretches(items, each))
}

const MOST_CHECKED = 1_000 // sets of field names

async function* inStretches(
  items: AsyncIterable<SourceItem>,
  each: (item: SourceItem) => SourceItem,
): ItemChunks<SourceItem> {
  for await (const stretch of chunksOfItems(items)) yield eachOf(stretch, each)
}

function* eachOf(stretch: Iterable<SourceItem>, each: (item: SourceItem) => SourceItem): Iterable<SourceItem> {
  for (const item of stretch) yield each(item)
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === ''
