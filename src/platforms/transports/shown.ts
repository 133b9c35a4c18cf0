/** Reading back what a platform displays under our keys: a JSON list, under its own names. */
import { isObject, jsonArrayIn, type ShownNames, textOf, Unreadable } from '../formats/reading.js'
import type { Shown, To } from '../platform.js'
import { converse, unreachable } from './converse.js'
import { readable } from './deliver.js'

const PATH = '/entries'

export const readShown = async (from: To, credentials: Record<string, string>, names: ShownNames): Promise<Shown[]> => {
  const headers = { accept: 'application/json', ...credentials }
  const answer = await converse(from, { method: 'GET', path: PATH, headers })
  // Whatever a 4xx carries is no list of entries: read as an empty one, everything would seem to be missing.
  if (answer.status >= 400) throw unreachable(`HTTP ${answer.status}`)
  return readable(answer, (bytes) => jsonArrayIn(bytes).map((row) => shownIn(row, names)))
}

/** A row without a key is no reason to guess: a comparison on half a list would call for wrong removals. */
const shownIn = (row: unknown, names: ShownNames): Shown => {
  const key = isObject(row) ? textOf(row[names.key]) : null
  if (!isObject(row) || key === null) throw new Unreadable(`an entry without ${names.key}`)
  const sequence = Number(textOf(row[names.sequence]) ?? Number.NaN)
  return {
    kind: 'listing',
    key,
    sequence: Number.isSafeInteger(sequence) ? sequence : null,
    uscc: textOf(row[names.uscc]),
    name: textOf(row[names.name]) ?? '',
  }
}
