import { digestDraft } from '../records/digest.js'
import type { ItemProblem, RecordDraft } from '../records/records.js'

/**
 * Several units may report one decision, so the digest omits the reporting unit, and the authority's name where its
 * code is given.
 */
export const digestForComparison = (draft: RecordDraft, whole: string): string => {
  const { body } = draft
  if (!('source_unit' in body)) return whole
  const spelling = typeof body['authority_code'] === 'string' ? { authority: null } : {}
  return digestDraft({ ...draft, body: { ...body, ...spelling, source_unit: null, source_unit_code: null } })
}

export const makeContradictionProblem = (key: string): ItemProblem => ({
  field: null,
  rule: 'repeat.conflict',
  message: `同一批次中 ${key} 出现两次且内容不同，先到者有效。The same key came twice with different contents; the first stands.`,
})
