import type { RecordDraft, SourceItem } from '../../../src/domain/records/records.js'
import { draftsOf, itemsOf, problemsOf, sample } from '../samples.js'

/** Returns the n-th item of a sample with changed fields. */
export const from = async (
  id: string,
  file: string,
  at = 0,
  changes: Record<string, unknown> = {},
): Promise<SourceItem> => {
  const item = (await itemsOf(id, sample(file)))[at]
  if (!item) throw new Error('no such item')
  return { ...item, fields: { ...item.fields, ...changes } }
}

export const only = async (
  id: string,
  file: string,
  at = 0,
  changes: Record<string, unknown> = {},
): Promise<RecordDraft> => {
  const [draft] = draftsOf(id, await from(id, file, at, changes))
  if (!draft) throw new Error('no draft')
  return draft
}

export const noted = ({ remarks }: RecordDraft): string[] => remarks.map(({ field, rule }) => `${field} ${rule}`)

export const faults = async (
  id: string,
  file: string,
  at: number,
  changes: Record<string, unknown>,
): Promise<string[]> => problemsOf(id, await from(id, file, at, changes)).map(({ field, rule }) => `${field} ${rule}`)
