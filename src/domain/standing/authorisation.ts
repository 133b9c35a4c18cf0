/** For how long an operator's word lets a credit service see its score. Pure. */
import { addMonths } from '../../foundation/time/dates.js'

/** No law names a longest term: one year, after which the operator is asked again. */
const LONGEST_MONTHS = 12

/** SHA-256 of the document's file, hexadecimal. */
const SHA256 = /^[0-9a-f]{64}$/

/** In lower case; null for what is no SHA-256. */
export const documentHash = (given: string | null): string | null => {
  const hash = (given ?? '').trim().toLowerCase()
  return SHA256.test(hash) ? hash : null
}

export interface Term {
  givenOn: string
  /** Last day on which it holds. */
  endsOn: string
}

/** Why a term recorded today is none; null: it is one. */
export const termFault = ({ givenOn, endsOn }: Term, today: string): string | null => {
  if (givenOn > today) return '授权日期在今天之后 it was given after today'
  if (endsOn < today) return '授权已经到期 it has ended already'
  if (endsOn > addMonths(givenOn, LONGEST_MONTHS))
    return `期限最长 ${LONGEST_MONTHS} 个月 at most ${LONGEST_MONTHS} months`
  return null
}
