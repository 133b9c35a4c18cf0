/** Decisions of this hub's own that come back through the list of an agency: the same fact, told once. Pure. */
import { authorityCompared, numberCompared } from '../records/decision-number.js'
import type { Body } from '../records/records.js'

/** An entry that this hub published, with the decision behind it. */
export interface OwnDecision {
  documentNumber: string | null
  authority: string | null
}

/**
 * Tells whether a mirrored entry of the same operator repeats one of these: the number of the decision is the same, and so is
 * its authority where the entry names one. The hub's own entry says from when to when it stands, also after its removal.
 */
export const repeatsOwn = (own: readonly OwnDecision[]): ((body: Body) => boolean) => {
  const authorities = new Map<string, Set<string>>()
  for (const { documentNumber, authority } of own) {
    if (documentNumber === null) continue
    const number = numberCompared(documentNumber)
    const known = authorities.get(number) ?? new Set()
    authorities.set(number, known.add(authorityCompared(authority ?? '')))
  }
  return ({ document_number: number, authority }) => {
    if (authorities.size === 0 || typeof number !== 'string') return false
    const known = authorities.get(numberCompared(number))
    if (known === undefined) return false
    return typeof authority !== 'string' || known.has('') || known.has(authorityCompared(authority))
  }
}
