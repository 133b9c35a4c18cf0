import { addMonths } from '../../foundation/time/dates.js'
import { maySeeOperator, type OperatorScope, type Viewer } from '../access/viewer.js'

/** No law sets a longest term. After one year the operator is asked again. */
const LONGEST_MONTHS = 12

const SHA256 = /^[0-9a-f]{64}$/

export const parseDocumentHash = (given: string | null): string | null => {
  const hash = (given ?? '').trim().toLowerCase()
  return SHA256.test(hash) ? hash : null
}

export interface AuthorisationTerm {
  givenOn: string
  /** Last day, inclusive. */
  endsOn: string
}

export const isAuthorisationInForce = (
  { givenOn, endsOn, withdrawnAt }: AuthorisationTerm & { withdrawnAt: Date | null },
  day: string,
): boolean => withdrawnAt === null && givenOn <= day && day <= endsOn

/** True for the operator, and for the credit service that recorded the authorisation. */
export const mayWithdrawAuthorisation = (viewer: Viewer, client: string, owner: OperatorScope | null): boolean =>
  viewer.role === 'party' ? maySeeOperator(viewer, owner) : client === viewer.sub

export const findAuthorisationTermFault = ({ givenOn, endsOn }: AuthorisationTerm, today: string): string | null => {
  if (givenOn > today) return '授权日期在今天之后 it was given after today'
  if (endsOn < today) return '授权已经到期 it has ended already'
  if (endsOn > addMonths(givenOn, LONGEST_MONTHS))
    return `期限最长 ${LONGEST_MONTHS} 个月 at most ${LONGEST_MONTHS} months`
  return null
}
