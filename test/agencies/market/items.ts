import type { RecordDraft, SourceItem } from '../../../src/domain/records/records.js'
import { draftsOf, itemsOf, problemsOf, sample } from '../samples.js'

type Fields = Record<string, unknown>

/** Cached, because each workbook starts a thread. */
const read = new Map<string, Promise<SourceItem[]>>()
const itemsIn = (id: string, file: string): Promise<SourceItem[]> => {
  const known = read.get(`${id} ${file}`) ?? itemsOf(id, sample(file))
  read.set(`${id} ${file}`, known)
  return known
}

/** Returns the n-th item of a sample with changed fields; undefined removes a field. */
export const from = async (id: string, file: string, at = 0, changes: Fields = {}): Promise<SourceItem> => {
  const item = (await itemsIn(id, file))[at]
  if (!item) throw new Error('no such item')
  const fields = Object.entries({ ...item.fields, ...changes }).filter(([, value]) => value !== undefined)
  return { ...item, fields: Object.fromEntries(fields) }
}

export const all = async (id: string, file: string, at = 0, changes: Fields = {}): Promise<RecordDraft[]> =>
  draftsOf(id, await from(id, file, at, changes))

export const only = async (id: string, file: string, at = 0, changes: Fields = {}): Promise<RecordDraft> => {
  const [draft, another] = await all(id, file, at, changes)
  if (!draft || another) throw new Error('not one draft')
  return draft
}

export const rulesOf = ({ remarks }: RecordDraft): string[] => remarks.map(({ field, rule }) => `${field} ${rule}`)

/** Returns `field rule` of every problem. */
export const faults = async (id: string, file: string, at = 0, changes: Fields = {}): Promise<string[]> =>
  problemsOf(id, await from(id, file, at, changes)).map(({ field, rule }) => `${field} ${rule}`)
