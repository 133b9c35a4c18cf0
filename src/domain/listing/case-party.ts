/** From the notice (告知) on, the listed party sees the steps that concern it, but not which officers took them. */
import type { Case } from './case.js'

export const isVisibleToParty = ({ notifiedOn }: Pick<Case, 'notifiedOn'>): boolean => notifiedOn !== null

export const isBeforeNotice = (state: string | null): boolean => state === 'LEAD' || state === 'PROPOSED'

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
