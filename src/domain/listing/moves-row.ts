import type { DenialCode } from '../../foundation/errors/denials.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Case, CaseAct, CaseRole, CaseState, MoveRules } from './case.js'

export interface MoveRow extends BilingualText {
  from: readonly (CaseState | null)[]
  /** Absent: the state stays. */
  to?: CaseState | ((before: Case, act: CaseAct) => CaseState)
  roles: readonly CaseRole[]
  needs?: readonly MoveNeed[]
  /** Recorded as `text` when the input has none, so an opinion always stands in the file. */
  usualText?: string
  /** Judged on the case alone. When it fails, the move is not offered. */
  offered?: (before: Case) => DenialCode | null
  guards?: readonly MoveGuard[]
  sets?: (before: Case, act: CaseAct, rules: MoveRules) => Partial<Case>
}

export type MoveNeed = 'documentNumber' | 'reason' | 'text'
export type MoveGuard = (before: Case, act: CaseAct, rules: MoveRules) => DenialCode | NotYetDenial | null

export interface NotYetDenial {
  code: DenialCode
  from: string
}

export const findMissingNeed = (needs: readonly MoveNeed[], act: CaseAct): DenialCode | null => {
  const lacking = needs.find((need) => !act[need]?.trim())
  return lacking === undefined ? null : LACKING[lacking]
}

const LACKING = { documentNumber: 'NO_DOCUMENT_NUMBER', reason: 'NO_REASON', text: 'NO_TEXT' } as const

export const requireDocumentNumber: MoveGuard = (_, act) => findMissingNeed(['documentNumber'], act)

/** Publishing and hiding take effect now. They cannot be backdated. */
export const requireToday: MoveGuard = (_, act) => (act.on === act.today ? null : 'NOT_TODAY')

export const requireNotEnded: MoveGuard = (before, act) =>
  before.endsOn !== null && act.today <= before.endsOn ? null : 'ENDED'

export const requirePublicList: MoveGuard = (_, __, { list }) => (list.public ? null : 'LIST_NOT_PUBLIC')

export const requireGround: MoveGuard = (before) => {
  if (!before.decisionLinked) return 'NO_DECISION'
  return before.decisionHeavy === true || before.ground === 'DECISION_NOT_PERFORMED' ? null : 'DECISION_NOT_HEAVY'
}
