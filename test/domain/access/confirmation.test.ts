import { expect } from 'chai'
import { type AdministratorDuty, findAccountConfirmationFault } from '../../../src/domain/access/accounts.js'

describe('confirmation of an account', () => {
  const cases: [string, string[], string, AdministratorDuty | null, string | null][] = [
    ['allows another person with the duty security', ['systems-1'], 'security-1', 'security', null],
    ['allows anybody with the duty where no registrant is recorded', [], 'security-1', 'security', null],
    ['refuses the person who registered it', ['security-1'], 'security-1', 'security', 'SECOND_PERSON'],
    [
      'refuses a name that differs from the registrant’s only in case',
      ['security-1'],
      'Security-1',
      'security',
      'SECOND_PERSON',
    ],
    [
      'refuses whoever made an earlier of several changes',
      ['security-1', 'systems-1'],
      'security-1',
      'security',
      'SECOND_PERSON',
    ],
    ['refuses the duty systems', ['systems-1'], 'systems-2', 'systems', 'DUTY_MISSING'],
    ['refuses a person without a duty', ['systems-1'], 'officer-1', null, 'DUTY_MISSING'],
  ]
  for (const [title, changers, sub, duty, fault] of cases)
    it(title, () => expect(findAccountConfirmationFault(changers, { sub, duty })).to.equal(fault))
})
