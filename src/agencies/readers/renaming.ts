import type { NumberedMap } from '../../domain/intake/feed-maps.js'
import type { SourceItem } from '../../domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../../foundation/chunks.js'
import { unknownHeaderRefusal } from './near.js'
import { type FormShape, matchFormByNames, type WantedForms } from './shapes.js'

interface MapShape extends FormShape {
  every: true
  map: NumberedMap
}

export const shapesOfMaps = (maps: readonly NumberedMap[]): MapShape[] =>
  maps.map((map) => ({ names: Object.keys(map.headings), every: true, map }))

export const renameFields = (
  items: AsyncIterable<SourceItem>,
  shapes: readonly MapShape[],
  wanted: WantedForms,
): AsyncIterable<SourceItem> => {
  if (shapes.length === 0) return items
  const checked = new Set<string>()
  const renamed = (item: SourceItem): SourceItem => {
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
    if (!checked.has(signature) && matchFormByNames(Object.keys(fields), wanted.shapes) === null)
      throw unknownHeaderRefusal(wanted, [Object.keys(fields)])
    if (checked.size < MOST_CHECKED) checked.add(signature)
    return { ...item, fields, map }
  }
  function* all(chunk: Iterable<SourceItem>): Iterable<SourceItem> {
    for (const item of chunk) yield renamed(item)
  }
  async function* chunks(): ItemChunks<SourceItem> {
    for await (const chunk of chunksOfItems(items)) yield all(chunk)
  }
  return asItems(chunks())
}

const MOST_CHECKED = 1_000 // sets of field names

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === ''
