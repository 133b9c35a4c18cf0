import { expect } from 'chai'
import { type AdministratorDuty, confirmationFault } from '../../../src/domain/access/confirmation.js'

describe('who may confirm an account', () => {
  const cases: [string, string | null, string, AdministratorDuty | null, string | null][] = [
    ['another person with the duty security', 'systems-1', 'security-1', 'security', null],
    ['whoever has the duty, for what stands from before', null, 'security-1', 'security', null],
    ['nobody who registered it', 'security-1', 'security-1', 'security', 'SECOND_PERSON'],
    ['nobody whose name reads alike', 'security-1', 'Security-1', 'security', 'SECOND_PERSON'],
    ['nobody with the duty systems', 'systems-1', 'systems-2', 'systems', 'DUTY_MISSING'],
    ['nobody without a duty', 'systems-1', 'officer-1', null, 'DUTY_MISSING'],
  ]
  for (const [title, changedBy, sub, duty, fault] of cases)
    it(title, () => expect(confirmationFault(changedBy, { sub, duty })).to.equal(fault))
})
