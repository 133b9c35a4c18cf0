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

describe('account registration', () => {
  const given = { name: 'officer-1', role: 'officer', agency: 'high-court', region: '220100' }
  const cases: [string, Partial<AccountInput>, string | null][] = [
    ['accepts a name, a role, an agency and a region', {}, null],
    ['refuses a name of 65 characters', { name: 'x'.repeat(65) }, 'USAGE'],
    ['refuses a blank in the name', { name: 'officer 1' }, 'USAGE'],
    ['refuses a character that shows nothing, by which two names look alike', { name: '李\uFE0F' }, 'USAGE'],
    ['refuses a filler that looks like a blank', { name: '李\u3164' }, 'USAGE'],
    ['refuses a Braille pattern without dots', { name: '李\u2800' }, 'USAGE'],
    ['refuses an ID number in the name', { name: '11010519491231002X' }, 'USAGE'],
    ['refuses an unknown role', { role: 'king' }, 'ROLE_UNKNOWN'],
    ['refuses the role of a party', { role: 'party' }, 'ROLE_UNKNOWN'],
    ['refuses an unknown agency', { agency: 'moon' }, 'AGENCY_UNKNOWN'],
    ['refuses a region of four digits', { region: '2201' }, 'USAGE'],
  ]
  for (const [title, more, code] of cases)
    it(title, () => expect(codeOf(() => checkedAccount({ ...given, ...more }, ['high-court']))).to.equal(code))

  it('allows a duty for administrators only', () => {
    expect(checkedDuty('administrator', undefined)).to.equal('systems')
    expect(checkedDuty('administrator', 'security')).to.equal('security')
    expect(checkedDuty('officer', undefined)).to.equal(null)
    expect(codeOf(() => checkedDuty('officer', 'security'))).to.equal('USAGE')
    expect(codeOf(() => checkedDuty('administrator', 'king'))).to.equal('USAGE')
  })
})
