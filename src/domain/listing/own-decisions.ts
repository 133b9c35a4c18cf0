/** Recognises decisions of this hub that return through an agency's list, to show one fact once. */
import { simplifyAuthority, simplifyDocumentNumber } from '../records/decision-number.js'
import type { RecordBody } from '../records/records.js'

export interface OwnDecision {
  documentNumber: string | null
  authority: string | null
}

/** An entry that repeats a decision matches even after the decision's own entry was removed. */
export const makeRepeatMatcher = (own: readonly OwnDecision[]): ((body: RecordBody) => boolean) => {
  const authorities = new Map<string, Set<string>>()
  for (const { documentNumber, authority } of own) {
    if (documentNumber === null) continue
    const number = simplifyDocumentNumber(documentNumber)
    const known = authorities.get(number) ?? new Set()
    authorities.set(number, known.add(simplifyAuthority(authority ?? '')))
  }
  return ({ document_number: number, authority }) => {
    if (authorities.size === 0 || typeof number !== 'string') return false
    const known = authorities.get(simplifyDocumentNumber(number))
    if (known === undefined) return false
    return typeof authority !== 'string' || known.has('') || known.has(simplifyAuthority(authority))
  }
}
