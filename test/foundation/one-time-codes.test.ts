import { expect } from 'chai'
import { base32, codeOfStep, codeSecretUri, findStepOfCode, stepAt } from '../../src/foundation/keys/one-time-codes.js'

const SECRET = Buffer.from('12345678901234567890')

describe('one-time codes', () => {
  // RFC 4226, appendix D.
  const HOTP = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  it('are those of RFC 4226 for the first ten counters', () => {
    expect(HOTP.map((_, counter) => codeOfStep(SECRET, counter))).to.deep.equal(HOTP)
  })

  // RFC 6238, appendix B, SHA-1, eight digits.
  const TOTP: [number, string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ]
  for (const [seconds, code] of TOTP)
    it(`are those of RFC 6238 after ${seconds} s`, () => {
      const now = new Date(seconds * 1_000)
      expect(codeOfStep(SECRET, stepAt(now), 8)).to.equal(code)
      expect(findStepOfCode(SECRET, code.slice(2), now)).to.equal(stepAt(now))
    })

  it('are accepted one step early or late, and nothing else is', () => {
    const now = new Date('2026-03-02T02:00:00Z')
    const step = stepAt(now)
    const found = [-2, -1, 0, 1, 2].map((drift) => findStepOfCode(SECRET, codeOfStep(SECRET, step + drift), now))
    expect(found).to.deep.equal([null, step - 1, step, step + 1, null])
    for (const text of ['', '12345', '1234567', '１２３４５６', 'abcdef', '-12345'])
      expect(findStepOfCode(SECRET, text, now), text).to.equal(null)
  })

  it('have a secret in base32 (RFC 4648), in a URI that apps read', () => {
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))).to.deep.equal([
      ...['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
    ])
    expect(codeSecretUri(SECRET, { issuer: '枢纽', account: '张三' })).to.equal(
      `otpauth://totp/${encodeURIComponent('枢纽:张三')}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=${encodeURIComponent('枢纽')}`,
    )
  })
})
