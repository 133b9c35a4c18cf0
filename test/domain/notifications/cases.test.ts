import { expect } from 'chai'
import { CASE_STATES } from '../../../src/domain/listing/case.js'
import { findWaitingStep, WAITING_STATES } from '../../../src/domain/notifications/cases.js'
import { rules, upTo } from '../../support/case.js'

describe('what a case waits for', () => {
  const told = (...[last, today]: [Parameters<typeof upTo>[0], string]) => {
    const step = findWaitingStep(upTo(last), rules, today)
    return step === null
      ? null
      : `${step.move} ${step.roles.join(' ')}${step.notBy === null ? '' : ` not ${step.notBy}`}`
  }
  const rows: [Parameters<typeof upTo>[0], string, string | null][] = [
    ['openLead', '2026-01-05', 'linkDecision officer'],
    ['linkDecision', '2026-01-06', 'proposeListing officer'],
    ['proposeListing', '2026-01-07', 'notifyListing officer'],
    ['notifyListing', '2026-01-09', null],
    ['notifyListing', '2026-01-16', 'reviewListing reviewer not officer-1'],
    ['recordDefence', '2026-01-09', 'answerDefence officer'],
    ['answerDefence', '2026-01-12', null],
    ['answerDefence', '2026-01-16', 'reviewListing reviewer not officer-1'],
    ['reviewListing', '2026-01-16', 'decideListing officer reviewer'],
    ['decideListing', '2026-01-19', 'serveListing officer reviewer'],
    ['serveListing', '2026-01-21', 'publishListing officer reviewer'],
    ['publishListing', '2026-01-22', null],
  ]
  for (const [last, today, step] of rows)
    it(`after ${last}, on ${today}: ${step ?? 'nothing'}`, () => {
      expect(told(last, today)).to.equal(step)
    })

  it('is asked for every state but those that are published or over', () => {
    expect(CASE_STATES.filter((state) => !(WAITING_STATES as readonly string[]).includes(state))).to.deep.equal([
      'PUBLISHED',
      'REMOVED',
      'NOT_LISTED',
    ])
  })
})
