/** What the law tells the listed party of its own case: all that was done towards it, from the notice on; never who within. */
import type { Case } from './case.js'

/** Before the notice (告知) a lead is the authority's own; once told, all of it. */
export const toldToParty = ({ notifiedOn }: Pick<Case, 'notifiedOn'>): boolean => notifiedOn !== null

/** Steps that are served on the party, that it takes itself, or that change what is public of it. */
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

/** Of the steps of a case, in their order, those that the party is told. */
export const stepsTold = <S extends { move: string }>(steps: readonly S[]): S[] => {
  const notice = steps.findIndex(({ move }) => move === 'notifyListing')
  return notice < 0 ? [] : steps.slice(notice).filter(({ move }) => TOLD.includes(move))
}
