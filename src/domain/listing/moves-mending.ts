/** A reviewer sends a case back (退回补正) to the step at which the officer can mend it. */
import type { Case, CaseState, ReturnTarget } from './case.js'
import type { MoveGuard, MoveRow } from './moves-row.js'

const HEARD: readonly CaseState[] = ['NOTIFIED', 'DEFENCE', 'HEARING']

const targetSaid: MoveGuard = ({ state }, { returning }) => {
  if (returning === undefined) return 'RETURN_NOT_SAID'
  return state === 'PROPOSED' && returning !== 'PROPOSAL' ? 'RETURN_BEFORE_NOTICE' : null
}

/** A reviewed case goes back to the state in which its review found it. */
const heardState = ({ state, hearingOn, points }: Case): CaseState => {
  if (state !== null && HEARD.includes(state)) return state
  if (hearingOn !== null) return 'HEARING'
  return points > 0 ? 'DEFENCE' : 'NOTIFIED'
}

const stateOfTarget = (before: Case, target: ReturnTarget | undefined): CaseState => {
  if (target === 'PROPOSAL') return 'LEAD'
  return target === 'NOTICE' ? 'PROPOSED' : heardState(before)
}

export const MENDING_MOVES = {
  returnListing: {
    zh: '退回补正',
    en: 'send back to be mended',
    from: ['PROPOSED', ...HEARD, 'REVIEWED', 'CONSENTED'],
    to: (before, { returning }) => stateOfTarget(before, returning),
    roles: ['reviewer'],
    needs: ['text'],
    offered: ({ returned }) => (returned === null ? null : 'ALREADY_RETURNED'),
    guards: [targetSaid],
    // The party keeps sight of a case of which it was notified: `notifiedOn` stays.
    sets: (_, { by, on, returning = 'PROPOSAL' }) => ({ returned: { by, on, to: returning }, consentedOn: null }),
  },
  // A proposal or a notice made anew also shows that the case was mended.
  resubmitListing: {
    zh: '补正后再次提请复核',
    en: 'submit the mended case',
    from: HEARD,
    roles: ['officer'],
    needs: ['text'],
    offered: ({ returned }) => (returned === null ? 'NOT_RETURNED' : null),
    sets: () => ({ returned: null }),
  },
} satisfies Record<string, MoveRow>
