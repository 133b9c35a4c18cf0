import { expect } from 'chai'
import { CASE_STATES, type Case, type CaseRole, type CaseState, makeNewCase } from '../../../src/domain/listing/case.js'
import { allowedMoves, attemptMove, MOVE_NAMES } from '../../../src/domain/listing/listing.js'
import type { RemovalReason } from '../../../src/domain/listing/lists.js'
import { REMOVAL_REASONS } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'

import { full, ROLES, rules, TODAY, upTo } from '../../support/case.js'

describe('listing: every state, move and role', () => {
  // From → to, and by whom. Written from the law, not copied from the table of moves.
  const EXPECTED: Record<MoveName, { from: (CaseState | null)[]; to: CaseState | 'SAME'; roles: CaseRole[] }> = {
    openLead: { from: [null], to: 'LEAD', roles: ['officer', 'clock'] },
    linkDecision: { from: ['LEAD'], to: 'LEAD', roles: ['officer', 'clock'] },
    proposeListing: { from: ['LEAD'], to: 'PROPOSED', roles: ['officer'] },
    notifyListing: { from: ['PROPOSED'], to: 'NOTIFIED', roles: ['officer'] },
    recordDefence: { from: ['NOTIFIED', 'DEFENCE', 'HEARING'], to: 'DEFENCE', roles: ['officer', 'party'] },
    answerDefence: { from: ['DEFENCE', 'HEARING'], to: 'SAME', roles: ['officer'] },
    holdHearing: { from: ['NOTIFIED', 'DEFENCE'], to: 'HEARING', roles: ['officer', 'reviewer'] },
    reviewListing: { from: ['NOTIFIED', 'DEFENCE', 'HEARING'], to: 'REVIEWED', roles: ['reviewer'] },
    returnListing: {
      from: ['PROPOSED', 'NOTIFIED', 'DEFENCE', 'HEARING', 'REVIEWED', 'CONSENTED'],
      to: 'LEAD',
      roles: ['reviewer'],
    },
    resubmitListing: { from: ['NOTIFIED', 'DEFENCE', 'HEARING'], to: 'SAME', roles: ['officer'] },
    consentListing: { from: ['REVIEWED'], to: 'CONSENTED', roles: ['officer', 'reviewer'] },
    decideListing: { from: ['REVIEWED', 'CONSENTED'], to: 'DECIDED', roles: ['officer', 'reviewer'] },
    serveListing: { from: ['DECIDED'], to: 'SERVED', roles: ['officer', 'reviewer'] },
    publishListing: { from: ['SERVED'], to: 'PUBLISHED', roles: ['officer', 'reviewer'] },
    hideListing: { from: ['PUBLISHED', 'REPAIR_APPLIED'], to: 'HIDDEN', roles: ['officer', 'reviewer', 'clock'] },
    confirmHiding: { from: ['HIDDEN'], to: 'SAME', roles: ['officer', 'reviewer'] },
    unhideListing: { from: ['HIDDEN'], to: 'PUBLISHED', roles: ['officer', 'reviewer'] },
    applyRepair: { from: ['PUBLISHED', 'HIDDEN'], to: 'REPAIR_APPLIED', roles: ['officer', 'party'] },
    acceptRepair: { from: ['REPAIR_APPLIED', 'HIDDEN'], to: 'SAME', roles: ['officer', 'reviewer'] },
    refuseRepair: { from: ['REPAIR_APPLIED', 'HIDDEN'], to: 'PUBLISHED', roles: ['officer', 'reviewer', 'clock'] },
    withdrawRepair: { from: ['REPAIR_APPLIED', 'HIDDEN'], to: 'PUBLISHED', roles: ['officer', 'party'] },
    restoreListing: { from: ['REMOVED'], to: 'PUBLISHED', roles: ['officer', 'reviewer'] },
    renewTerm: {
      from: ['DECIDED', 'SERVED', 'PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN'],
      to: 'SAME',
      roles: ['clock'],
    },
    removeListing: {
      from: ['PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN'],
      to: 'REMOVED',
      roles: ['officer', 'reviewer', 'clock'],
    },
    renewEntry: { from: ['PUBLISHED', 'REPAIR_APPLIED'], to: 'SAME', roles: ['clock'] },
    lapseListing: { from: ['DECIDED', 'SERVED'], to: 'REMOVED', roles: ['clock'] },
    dropListing: { from: CASE_STATES.slice(0, 9), to: 'NOT_LISTED', roles: ['officer', 'reviewer', 'clock'] },
  }

  it('section 5: a proposal reaches publication only through the review of another person', () => {
    const reachedFrom = (start: CaseState, without: MoveName | null): Set<CaseState> => {
      const found = new Set<CaseState>([start])
      for (const state of found)
        for (const [name, { from, to }] of Object.entries(EXPECTED))
          if (name !== without && to !== 'SAME' && from.includes(state)) found.add(to)
      return found
    }
    expect(reachedFrom('PROPOSED', null)).to.include('PUBLISHED')
    expect([...reachedFrom('PROPOSED', 'reviewListing')]).to.have.members([
      'LEAD',
      'PROPOSED',
      'NOTIFIED',
      'DEFENCE',
      'HEARING',
      'NOT_LISTED',
    ])
    const proposed = upTo('notifyListing')
    const alone = full({ by: proposed.proposedBy ?? '', role: 'reviewer', on: TODAY, today: TODAY })
    const reviewed = attemptMove('reviewListing', proposed, alone, rules)
    expect(reviewed.ok || reviewed.reason.code).to.equal('SAME_PERSON')
  })

  const REPAIRING: MoveName[] = ['acceptRepair', 'refuseRepair', 'withdrawRepair']
  /** Moves that take effect at once; they must be dated today. */
  const OF_TODAY: MoveName[] = ['publishListing', 'hideListing', 'confirmHiding', 'unhideListing', 'restoreListing']
  /** The expected state. A hidden entry stays hidden, except after unhiding and removal. */
  const reached = (name: MoveName, state: CaseState | null): CaseState | null => {
    const { to } = EXPECTED[name]
    return to === 'SAME' || (state === 'HIDDEN' && name !== 'unhideListing' && name !== 'removeListing') ? state : to
  }
  /** A case in which every guard of the move `name` is satisfied. */
  const ready = (state: CaseState | null, name: MoveName): Case => ({
    ...makeNewCase('serious', 7),
    state,
    proposedBy: 'officer-2',
    decisionLinked: true,
    decisionHeavy: true,
    notifiedOn: '2022-01-04',
    defenceUntil: '2022-01-11',
    defenceOpen: name === 'answerDefence',
    openPoints: name === 'answerDefence' ? [1] : [],
    returned: name === 'resubmitListing' ? { by: 'reviewer-1', on: '2022-01-10', to: 'DEFENCE' } : null,
    level: name === 'consentListing' ? 'COUNTY' : 'PROVINCE',
    hiding: { by: 'officer-3', on: '2022-01-15', kind: 'ERROR', confirmedBy: null },
    repair: REPAIRING.includes(name) ? { appliedOn: '2023-06-01', acceptedOn: null } : null,
    removal: 'REPAIRED',
    decidedOn: '2022-01-12',
    servedOn: '2022-01-13',
    publishedOn: '2022-01-14',
    // Differs from the end by the present rules, so that renewTerm has something to change.
    endsOn: name === 'lapseListing' ? '2026-01-01' : '2027-01-01',
    lastOn: '2022-01-14',
  })

  for (const name of MOVE_NAMES) {
    it(`${name} is allowed exactly from its states and for its roles`, () => {
      for (const state of [null, ...CASE_STATES]) {
        for (const role of ROLES) {
          const { from, roles } = EXPECTED[name]
          const may = from.includes(state) && roles.includes(role)
          const on = OF_TODAY.includes(name) ? TODAY : '2026-01-05'
          const act = full({ role, by: 'someone', on, removal: 'CEASED', hiding: role === 'clock' ? 'LOST' : 'ERROR' })
          const moved = attemptMove(name, ready(state, name), act, rules)
          const said = `${name} from ${state} by ${role}`
          expect(moved.ok, said).to.equal(may)
          expect(allowedMoves(ready(state, name), role).includes(name), said).to.equal(may)
          if (moved.ok) expect(moved.after.state, said).to.equal(reached(name, state))
        }
      }
    })
  }

  for (const removal of REMOVAL_REASONS) {
    const who: Record<RemovalReason, CaseRole[]> = {
      EXPIRED: ['clock'],
      // The clock does it where a repair was decided elsewhere.
      REPAIRED: ['officer', 'reviewer', 'clock'],
      REVOKED: ['officer', 'reviewer', 'clock'],
      // The clock does it where the run of its penalty was rolled back.
      CORRECTED: ['officer', 'reviewer', 'clock'],
      CEASED: ['officer', 'reviewer', 'clock'],
    }
    it(`a removal as ${removal} is allowed to ${who[removal].join(', ')} only`, () => {
      for (const role of ROLES) {
        const act = full({ role, by: 'someone', removal, on: '2027-01-02', today: '2027-01-02' })
        expect(attemptMove('removeListing', ready('PUBLISHED', 'removeListing'), act, rules).ok, role).to.equal(
          who[removal].includes(role),
        )
      }
    })
  }
})

describe('listing: no dead ends', () => {
  it('every state except the two final ones allows a move, and a repaired entry may return', () => {
    for (const state of CASE_STATES) {
      const ways = (removal: RemovalReason) =>
        ROLES.flatMap((role) => allowedMoves({ ...makeNewCase('serious', 7), state, removal }, role))
      const last = state === 'REMOVED' || state === 'NOT_LISTED'
      expect(ways('EXPIRED').length > 0, state).to.equal(!last)
      expect(ways('REPAIRED').length > 0, state).to.equal(state !== 'NOT_LISTED')
    }
  })
})
