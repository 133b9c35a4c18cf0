import { expect } from 'chai'
import { type AccountInput, checkedAccount, checkedDuty } from '../../../src/domain/access/accounts.js'
import { isRefusal } from '../../../src/foundation/errors.js'

const codeOf = (act: () => unknown): string | null => {
  try {
    act()
    return null
  } catch (error) {
    return isRefusal(error) ? error.code : String(error)
  }
}

describe('an account', () => {
  const given = { name: 'officer-1', role: 'officer', agency: 'high-court', region: '220100' }
  const cases: [string, Partial<AccountInput>, string | null][] = [
    ['has a name, a role, an agency and a region', {}, null],
    ['has a name of at most 64 characters', { name: 'x'.repeat(65) }, 'USAGE'],
    ['has no blank in its name', { name: 'officer 1' }, 'USAGE'],
    ['has no ID number in its name', { name: '11010519491231002X' }, 'USAGE'],
    ['has a known role', { role: 'king' }, 'ROLE_UNKNOWN'],
    ['is never registered as a party', { role: 'party' }, 'ROLE_UNKNOWN'],
    ['is of a known agency', { agency: 'moon' }, 'AGENCY_UNKNOWN'],
    ['has a region of six digits', { region: '2201' }, 'USAGE'],
  ]
  for (const [title, more, code] of cases)
    it(title, () => expect(codeOf(() => checkedAccount({ ...given, ...more }, ['high-court']))).to.equal(code))

  it('has a duty only as an administrator', () => {
    expect(checkedDuty('administrator', undefined)).to.equal('systems')
    expect(checkedDuty('administrator', 'security')).to.equal('security')
    expect(checkedDuty('officer', undefined)).to.equal(null)
    expect(codeOf(() => checkedDuty('officer', 'security'))).to.equal('USAGE')
    expect(codeOf(() => checkedDuty('administrator', 'king'))).to.equal('USAGE')
  })
})
