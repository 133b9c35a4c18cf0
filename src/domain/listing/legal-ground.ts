import { extractRegionOfUscc, hasUsccForm } from '../operators/codes.js'
import { type DivisionLevel, divisionLevelOf } from '../operators/places.js'
import { isHeavyPenalty, isWithdrawnPenalty } from '../records/penalty.js'
import type { RecordBody } from '../records/records.js'

export interface GroundStatus {
  /** FALLEN: no source reports the decision any more. ABSENT: a full delivery lacks it. ELSEWHERE: it is reported for another operator. */
  state: 'STANDS' | 'WITHDRAWN' | 'FALLEN' | 'ABSENT' | 'ELSEWHERE'
  /** True for a 较重行政处罚. While the linked source reports it, that source alone decides. */
  heavy: boolean
}

export interface GroundSource {
  operatorId: number | null
  body: RecordBody
  stands: boolean
  /** True for the record linked to the case, false for another source of the same fact. */
  linked: boolean
}

/** A withdrawal by one source outweighs all other sources. */
export const assessLegalGround = (sources: readonly GroundSource[], operatorId: number): GroundStatus => {
  const own = sources.filter((source) => source.operatorId === operatorId)
  const standing = own.filter((source) => source.stands)
  const said = standing.find((source) => source.linked)
  const heavy = said ? isHeavyPenalty(said.body) : standing.some(({ body }) => isHeavyPenalty(body))
  if (own.some(({ body }) => isWithdrawnPenalty(body))) return { state: 'WITHDRAWN', heavy: false }
  if (standing.length > 0) return { state: 'STANDS', heavy }
  if (own.length > 0) return { state: 'ABSENT', heavy: false }
  return { state: sources.length > 0 ? 'ELSEWHERE' : 'FALLEN', heavy: false }
}

export type GroundConsequence = 'REVOKED' | 'CORRECTED' | 'CHANGED_HANDS' | 'LIGHTER' | 'ABSENT'

export interface GroundHistory {
  /** True when the listing rested on a heavier penalty (较重行政处罚). */
  wasHeavy: boolean
  isWrong: boolean
  /** True when the record was dropped because its operator is no longer certain. */
  isLetGo: boolean
}

/**
 * A withdrawn or erroneous penalty ends the case. A lighter penalty, or a penalty of another operator, hides the
 * entry. Null: the ground stands.
 */
export const decideGroundConsequence = (
  { state, heavy }: GroundStatus,
  { wasHeavy, isWrong, isLetGo }: GroundHistory,
): GroundConsequence | null => {
  if (state === 'WITHDRAWN') return 'REVOKED'
  if (state === 'FALLEN') return isLetGo ? 'CHANGED_HANDS' : 'CORRECTED'
  const isLighter = wasHeavy && !heavy
  // Without the erroneous record nothing would have been listed.
  if (isWrong && (state !== 'STANDS' || isLighter)) return 'CORRECTED'
  if (state === 'ABSENT') return 'ABSENT'
  if (state === 'ELSEWHERE') return 'CHANGED_HANDS'
  return isLighter ? 'LIGHTER' : null
}

export type LinkedDecision = ReturnType<typeof readLinkedDecision>

/** Division code of Jilin, used when the authority's code is malformed. */
const PROVINCE = '220000'

export const readLinkedDecision = ({ id, body }: { id: number; body: RecordBody }) => {
  const text = (field: string): string => (typeof body[field] === 'string' ? (body[field] as string) : '')
  const code = text('authority_code')
  return {
    version: id,
    documentNumber: text('document_number'),
    heavy: isHeavyPenalty(body),
    decidedOn: text('decided_on'),
    violation: text('violation'),
    authority: text('authority'),
    authorityCode: hasUsccForm(code) ? extractRegionOfUscc(code) : PROVINCE,
    level: readAuthorityLevel(body),
  }
}

export const readAuthorityLevel = (penalty: RecordBody): DivisionLevel | null => {
  const code = penalty['authority_code']
  return typeof code === 'string' && hasUsccForm(code) ? divisionLevelOf(extractRegionOfUscc(code)) : null
}
