import type { Case, CaseAct } from './case.js'
import type { LinkedDecision } from './legal-ground.js'
import { findLegalBasis, type LegalBasis, type ListKind, type RemovalReason } from './lists.js'
import type { MoveName } from './moves.js'

export interface EntryColumns {
  reason: string
  basis: string
  authority: string
  authorityCode: string
  documentNumber: string | null
  decisionVersion: number | null
  removalReason: RemovalReason | null
  removedOn: string | null
}

export interface LinkedAndPresentDecision {
  linked: LinkedDecision | null
  standing: LinkedDecision | null
}

const ENDING: readonly MoveName[] = ['removeListing', 'lapseListing']

export const computeEntryColumns = (
  name: MoveName,
  act: CaseAct,
  facts: Pick<Case, 'ground' | 'removal'>,
  { linked, standing }: LinkedAndPresentDecision,
  list: ListKind,
): Partial<EntryColumns> => {
  const now = linked ?? standing
  const isStated = facts.ground === 'DECISION_NOT_PERFORMED'
  return {
    ...(now && { decisionVersion: now.version, authority: now.authority, authorityCode: now.authorityCode }),
    ...(linked && { reason: isStated ? (act.reason ?? '') : linked.violation }),
    ...(standing && !isStated && { reason: standing.violation }),
    ...((linked || name === 'decideListing') && { basis: basisText(findLegalBasis(list, act.on)) }),
    ...(name === 'decideListing' && { documentNumber: act.documentNumber ?? null }),
    ...(ENDING.includes(name) && { removalReason: facts.removal, removedOn: act.on }),
    ...(name === 'restoreListing' && { removalReason: null, removedOn: null }),
  }
}

const basisText = (basis: LegalBasis | null): string =>
  basis === null ? '' : [basis.title, basis.number, basis.articles].filter(Boolean).join(' ')
