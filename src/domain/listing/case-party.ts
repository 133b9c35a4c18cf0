/** The listed party sees all steps towards it from the notice on, never the people inside. */
import type { Case } from './case.js'

/** Before the notice (告知) a lead is internal. */
export const isVisibleToParty = ({ notifiedOn }: Pick<Case, 'notifiedOn'>): boolean => notifiedOn !== null

export const isBeforeNotice = (state: string | null): boolean => state === 'LEAD' || state === 'PROPOSED'

/** Steps served on the party, taken by it, or changing what is public about it. */
const TOLD: readonly string[] = [
  'notifyListing',
  'recordDefence',
  'answerDefence',
  'holdHearing',
  'decideListing',
  'serveListing',
  'publishListing',
  'hideListing',
  'confirmHiding',
  'unhideListing',
  'applyRepair',
  'acceptRepair',
  'refuseRepair',
  'removeListing',
  'restoreListing',
  'dropListing',
]

export const stepsForParty = <S extends { move: string }>(steps: readonly S[]): S[] => {
  const notice = steps.findIndex(({ move }) => move === 'notifyListing')
  return notice < 0 ? [] : steps.slice(notice).filter(({ move }) => TOLD.includes(move))
}
