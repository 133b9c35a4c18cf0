import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeCachingVerify } from '../../../src/api/fast/verified-tokens.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { type Keys, loadKeys, newTokenKey, TOKEN_LIFETIME_SECONDS } from '../../../src/foundation/keys.js'

const NOW = Date.UTC(2026, 2, 2)

describe('verified tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-known-'))
  let keys: Keys
  let checked = 0
  const counted = {
    verify: (token: string, now: number) => {
      checked += 1
      return keys.verify(token, now)
    },
    accepts: (kid: string, now: number) => keys.accepts(kid, now),
  }
  const tokenOf = (sub: string): string => keys.sign({ sub, role: 'officer', agency: null, region: null }, NOW).token
  const refusal = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      if (isRefusal(error)) return error.message
    }
    return 'none'
  }

  before(async () => {
    keys = await loadKeys(folder, 'http://hub.test')
  })
  beforeEach(() => {
    checked = 0
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('are verified once and give the same claims', () => {
    const verify = makeCachingVerify(counted)
    const [one, two] = [tokenOf('one'), tokenOf('two')]
    for (let time = 0; time < 5; time += 1) {
      expect(verify(one, NOW + time)).to.deep.equal(keys.verify(one, NOW))
      expect(verify(two, NOW + time)).to.deep.equal(keys.verify(two, NOW))
    }
    expect(checked).to.equal(2)
  })

  it('are refused from the second in which they expire, with the same message as any expired token', () => {
    const verify = makeCachingVerify(counted)
    const token = tokenOf('one')
    const end = NOW + TOKEN_LIFETIME_SECONDS * 1000
    expect(verify(token, end - 1).sub).to.equal('one')
    expect(refusal(() => verify(token, end))).to.equal(refusal(() => keys.verify(token, end)))
    expect(refusal(() => verify(token, end))).to.include('expired')
  })

  it('are refused as soon as their key is no longer accepted, with the same message as for another key', () => {
    const verify = makeCachingVerify(counted)
    const token = tokenOf('one')
    verify(token, NOW)
    newTokenKey(folder, NOW + 5_000, { leaked: true })
    expect(refusal(() => verify(token, NOW + 5_000))).to.include('not a token')
  })

  it('are verified each time when invalid, and a forged signature is not taken for the cached token', () => {
    const verify = makeCachingVerify(counted)
    const token = tokenOf('one')
    verify(token, NOW)
    const forged = `${token.slice(0, -6)}AAAAAA`
    for (let time = 0; time < 3; time += 1) expect(refusal(() => verify(forged, NOW))).to.include('not a token')
    expect(checked).to.equal(4)
  })
})
