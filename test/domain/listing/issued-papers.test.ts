import { expect } from 'chai'
import { collectDocumentNumbers, findIssueFault } from '../../../src/domain/listing/documents.js'

describe('papers that the case system issued', () => {
  const paper = {
    number: '1号',
    sha256: 'a'.repeat(64),
    issuedOn: '2026-11-25',
    signer: 'AUTHORITY' as 'AUTHORITY' | 'PARTY',
  }
  const cases: [string, Partial<typeof paper>, string | null][] = [
    ['may be dated today', {}, null],
    ['cannot be dated tomorrow', { issuedOn: '2026-11-26' }, 'after today'],
    ['must have a number', { number: '' }, '1 to 128'],
    ['cannot have a number of 129 characters', { number: 'x'.repeat(129) }, '1 to 128'],
    ['must have a SHA-256 in lower case', { sha256: 'A'.repeat(64) }, 'hexadecimal'],
    ["are never the party's own", { signer: 'PARTY' }, 'own paper'],
  ]
  for (const [title, more, fault] of cases)
    it(title, () => {
      const found = findIssueFault({ ...paper, ...more }, '2026-11-25')
      if (fault === null) expect(found).to.equal(null)
      else expect(found).to.contain(fault)
    })

  it('are named by the last move that has a number', () => {
    const move = (name: string, documentNumber?: string) => ({ move: name, act: { documentNumber } })
    expect(
      collectDocumentNumbers([
        move('notifyListing', '1号'),
        move('notifyListing', '2号'),
        move('decideListing', ''),
        move('publishListing', '3号'),
      ]),
    ).to.deep.equal({ NOTICE: '2号' })
  })
})
