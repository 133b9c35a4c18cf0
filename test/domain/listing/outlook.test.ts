import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import type { Case, CaseAct } from '../../../src/domain/listing/case.js'
import { allowedMoves, attemptMove } from '../../../src/domain/listing/listing.js'
import { previewMoves } from '../../../src/domain/listing/outlook.js'
import { caseAfter, denied, full, rules, STEPS, TODAY, upTo } from '../../support/case.js'

const told = (before: Case, role: Role, on = TODAY, by = `${role}-1`, today = TODAY) =>
  previewMoves(before, { by, role, on, today }, rules)
const why = (before: Case, name: string, role: Role, on?: string, by?: string, today?: string) =>
  told(before, role, on, by, today).find((one) => one.move === name)?.denial ?? null

describe('outlook of a case', () => {
  for (const [last] of STEPS) {
    it(`predicts after ${last} exactly the allowed moves and their results, on each of five days`, () => {
      const before = upTo(last)
      for (const role of ['officer', 'reviewer'] as const)
        for (const on of ['2026-01-04', '2026-01-12', '2026-01-16', '2026-01-21', TODAY]) {
          const found = told(before, role, on)
          const theirs = new Set(found.filter(({ isTheirs }) => isTheirs).map((one) => one.move))
          expect(theirs).to.deep.equal(new Set(allowedMoves(before, role)))
          for (const { move: name, removal, denial, reached } of found.filter((one) => one.isTheirs)) {
            const act: Partial<CaseAct> = { by: `${role}-1`, role, on, today: TODAY, hiding: 'ERROR' }
            const made = attemptMove(name, before, full({ ...act, ...(removal && { removal }) }), rules)
            expect(denial?.code ?? null, `${name} on ${on}`).to.equal(denied(made))
            // The level comes from the decision, which is not chosen yet.
            const after = made.ok ? made.after : null
            expect([reached?.state, reached?.endsOn]).to.deep.equal([after?.state, after?.endsOn])
          }
        }
    })
  }

  it('reports what a move lacks, also to a role that may not make it', () => {
    const notified = upTo('notifyListing')
    const review = told(notified, 'officer', '2026-01-12').find((one) => one.move === 'reviewListing')
    expect(review).to.deep.include({ isTheirs: false, roles: ['reviewer'], reached: null })
    expect(review?.denial).to.deep.include({ code: 'DEFENCE_RUNNING', from: '2026-01-16' })
    expect(why(notified, 'reviewListing', 'officer', '2026-01-16')).to.equal(null)
  })

  it('reports beforehand that another person must act', () => {
    const notified = upTo('notifyListing')
    expect(why(notified, 'reviewListing', 'reviewer', TODAY, 'officer-1')?.code).to.equal('SAME_PERSON')
    const act = full({ on: TODAY, hiding: 'STAY' })
    const hidden = caseAfter(attemptMove('hideListing', upTo('publishListing'), act, rules))
    expect(why(hidden, 'confirmHiding', 'officer')?.code).to.equal('SAME_PERSON')
    expect(why(hidden, 'confirmHiding', 'reviewer')).to.equal(null)
  })

  it('lists a removal once for each reason except the end of the term', () => {
    const found = told(upTo('publishListing'), 'officer').filter((one) => one.move === 'removeListing')
    expect(found.map(({ removal }) => removal)).to.deep.equal(['REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED'])
    expect(found.map(({ denial }) => denial?.code ?? null)).to.deep.equal([
      'REPAIR_TOO_EARLY',
      null,
      'CORRECTION_ALONE',
      null,
    ])
    expect(found[1]?.reached?.state).to.equal('REMOVED')
  })
})
