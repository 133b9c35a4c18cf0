import { expect } from 'chai'
import { checkKeyFingerprints, replaceKeyFingerprints } from '../../../src/work/access/own-keys.js'
import { database, refusal } from '../../support/world.js'

const KEYS = { 'id-hash': ['a'], 'token-signing': ['t1'], manifest: ['m1'], audit: ['s1'] }

describe('R-6: the keys of a database', () => {
  const db = database()

  it('a hub with the keys of the database starts, also after a rotation of keys', async () => {
    await checkKeyFingerprints(db(), KEYS)
    await checkKeyFingerprints(db(), KEYS)
    await checkKeyFingerprints(db(), { ...KEYS, 'token-signing': ['t1', 't2'], manifest: ['m1', 'm2'] })
    await checkKeyFingerprints(db(), { ...KEYS, 'token-signing': ['t2'], manifest: ['m1', 'm2'] })
    await checkKeyFingerprints(db(), { ...KEYS, 'token-signing': ['t2'], audit: ['s1', 's2'] })
  })

  for (const [key, each] of [
    ['id-hash', ['b']],
    ['token-signing', ['t9']],
    ['manifest', ['m9']],
    ['audit', ['s9']],
  ] as const)
    it(`a hub with another ${key} does not start and its keys are not stored`, async () => {
      await checkKeyFingerprints(db(), KEYS)
      const stranger = { ...KEYS, [key]: each }
      expect((await refusal(checkKeyFingerprints(db(), stranger))).code).to.equal('KEYS_FOREIGN')
      expect((await refusal(checkKeyFingerprints(db(), stranger))).code).to.equal('KEYS_FOREIGN')
      await replaceKeyFingerprints(db(), stranger)
      await checkKeyFingerprints(db(), stranger)
      expect((await refusal(checkKeyFingerprints(db(), KEYS))).code).to.equal('KEYS_FOREIGN')
    })

  it('keys of the audit log are stored by this release where the previous release stored none', async () => {
    const { audit: _, ...before } = KEYS
    await checkKeyFingerprints(db(), before)
    await checkKeyFingerprints(db(), KEYS)
    expect((await refusal(checkKeyFingerprints(db(), { ...KEYS, audit: ['s9'] }))).code).to.equal('KEYS_FOREIGN')
  })

  it('one of two hubs that start at the same time with different keys fails', async () => {
    const both = await Promise.allSettled([
      checkKeyFingerprints(db(), KEYS),
      checkKeyFingerprints(db(), { ...KEYS, 'id-hash': ['b'] }),
    ])
    expect(both.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected'])
  })
})
