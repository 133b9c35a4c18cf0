import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadKeys } from '../../src/foundation/keys.js'

describe('keys of a running hub', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'))
  after(() => rmSync(folder, { recursive: true }))

  it('signs no token, and makes no stray key, once its key folder is empty', async () => {
    const keys = await loadKeys(folder, 'http://localhost')
    const claims = { sub: 'demo-marketplace', role: 'marketplace', agency: null, region: null } as const
    expect(keys.sign(claims, 0).token).to.be.a('string')
    for (const file of readdirSync(folder)) rmSync(join(folder, file))
    expect(() => keys.sign(claims, 60_000)).to.throw('no key to sign tokens with')
    expect(() => keys.manifests.sign('{}')).to.throw('no key to sign manifests with')
    expect(readdirSync(folder)).to.deep.equal([])
  })
})
