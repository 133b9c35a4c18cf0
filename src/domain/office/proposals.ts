import { isSamePerson } from '../access/persons.js'
import type { Act } from '../access/viewer.js'

export type OfficeProposalKind =
  | 'SETTINGS'
  | 'SERVICE'
  | 'RULE_ROW'
  | 'RULES_ADDED'
  | 'LIST_ENDED'
  | 'ROBOT'
  | 'RESTORE_RELEASE'

export const ACT_OF_PROPOSAL: Record<OfficeProposalKind, Act> = {
  SETTINGS: 'change_office',
  SERVICE: 'change_office',
  RULE_ROW: 'confirm_rules',
  RULES_ADDED: 'confirm_rules',
  LIST_ENDED: 'confirm_rules',
  ROBOT: 'change_office',
  RESTORE_RELEASE: 'release_restored',
}

export const SIGHT_OF_PROPOSAL: Record<OfficeProposalKind, Act> = {
  SETTINGS: 'see_office',
  SERVICE: 'see_rules',
  RULE_ROW: 'see_rules',
  RULES_ADDED: 'see_rules',
  LIST_ENDED: 'see_rules',
  ROBOT: 'see_office',
  RESTORE_RELEASE: 'see_operations',
}

export type OfficeProposalState = 'PROPOSED' | 'IN_FORCE' | 'REFUSED' | 'WITHDRAWN'
export type OfficeVerdict = 'CONFIRM' | 'REFUSE' | 'WITHDRAW'

/** Proposals of a command need two persons: it is not known who ran it. */
export const NEEDS_TWO_CONFIRMATIONS: readonly OfficeProposalKind[] = ['RULES_ADDED']

/** The proposer may only withdraw, and nobody else may withdraw. Whoever has endorsed it does not confirm it too. */
export const findOfficeVerdictFault = (
  { state, proposedBy, endorsedBy }: { state: OfficeProposalState; proposedBy: string; endorsedBy: string | null },
  verdict: OfficeVerdict,
  by: string,
): 'OFFICE_PROPOSAL_SETTLED' | 'SECOND_PERSON' | 'OFFICE_PROPOSAL_ANOTHERS' | null => {
  if (state !== 'PROPOSED') return 'OFFICE_PROPOSAL_SETTLED'
  if (verdict === 'CONFIRM' && endorsedBy !== null && isSamePerson(endorsedBy, by)) return 'SECOND_PERSON'
  if (isSamePerson(proposedBy, by)) return verdict === 'WITHDRAW' ? null : 'SECOND_PERSON'
  return verdict === 'WITHDRAW' ? 'OFFICE_PROPOSAL_ANOTHERS' : null
}
