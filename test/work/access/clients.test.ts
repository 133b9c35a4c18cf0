import { expect } from 'chai'
import { secretMatches } from '../../../src/foundation/keys.js'
import * as store from '../../../src/store/access/clients.js'
import { listRevocationsAfter } from '../../../src/store/access/revocations.js'
import {
  BY_COMMAND_LINE,
  endClient,
  registerClient,
  rotateSecretWithOverlap,
} from '../../../src/work/access/clients.js'
import { database, dumpOf, later, NOW, refusal } from '../../support/world.js'

const BY = { by: BY_COMMAND_LINE, now: NOW }
const AGENCIES = ['market-regulator', 'ip-office']

describe('clients', () => {
  const db = database({ once: true })

  it('a secret is shown once and kept only as its hash', async () => {
    const client = await registerClient(db(), { name: 'guguji', role: 'marketplace' }, AGENCIES, BY)
    expect(client).to.include({ client_id: 'guguji', role: 'marketplace', agency: null, region: null })
    const held = await store.findClient(db(), 'guguji', NOW)
    expect(await secretMatches(client.client_secret, held?.secretHash ?? null)).to.equal(true)
    expect(await dumpOf(db())).to.not.contain(client.client_secret)
  })

  it('a rotated secret replaces the previous one, and the client keeps its role', async () => {
    const before = await registerClient(
      db(),
      { name: '长春分局', role: 'agency', agency: 'ip-office', region: '220100' },
      AGENCIES,
      BY,
    )
    const now = await rotateSecretWithOverlap(db(), '长春分局', { by: BY_COMMAND_LINE, now: later(60) })
    const held = (await store.findClient(db(), '长春分局', NOW))?.secretHash ?? null
    expect(now).to.include({ role: 'agency', agency: 'ip-office', region: '220100' })
    expect([
      await secretMatches(before.client_secret, held),
      await secretMatches(now.client_secret, held),
    ]).to.deep.equal([false, true])
  })

  it('an ended client and a leaked secret lose the tokens that were issued while the change was under way', async () => {
    const clock = () => later(3)
    for (const name of ['ending', 'leaking']) await registerClient(db(), { name, role: 'auditor' }, AGENCIES, BY)
    await endClient(db(), 'ending', NOW, clock)
    await rotateSecretWithOverlap(db(), 'leaking', { ...BY, clock, leaked: true })
    const revoked = await listRevocationsAfter(db(), 0, NOW)
    expect(revoked.map(({ sub, issuedUntil }) => [sub, issuedUntil])).to.deep.equal([
      ['ending', later(3)],
      ['leaking', later(3)],
    ])
  })

  it('two simultaneous registrations of one name give one client', async () => {
    const both = await Promise.all(
      [1, 2].map(() => refusal(registerClient(db(), { name: 'twice', role: 'auditor' }, AGENCIES, BY))),
    )
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['CLIENT_EXISTS', 'none'])
  })

  it('a name that differs from a taken one only in case or width is refused', async () => {
    await registerClient(db(), { name: 'zhang', role: 'officer' }, AGENCIES, BY)
    for (const name of ['Zhang', 'ｚhang', 'ZHANG'])
      expect((await refusal(registerClient(db(), { name, role: 'reviewer' }, AGENCIES, BY))).code, name).to.equal(
        'CLIENT_EXISTS',
      )
  })

  const refused: [string, Parameters<typeof registerClient>[1], string][] = [
    ['an empty name', { name: '', role: 'agency' }, 'USAGE'],
    ['a name with a blank', { name: 'a b', role: 'agency' }, 'USAGE'],
    ['a name with a colon, which HTTP Basic cannot carry', { name: 'a:b', role: 'agency' }, 'USAGE'],
    ['a name of 65 characters', { name: 'a'.repeat(65), role: 'agency' }, 'USAGE'],
    ['an unknown role', { name: 'x1', role: 'king' }, 'ROLE_UNKNOWN'],
    ['the role of the public', { name: 'x2', role: 'public' }, 'ROLE_UNKNOWN'],
    ['the role of a party', { name: 'x3', role: 'party' }, 'ROLE_UNKNOWN'],
    ['an unknown agency', { name: 'x4', role: 'agency', agency: 'nobody' }, 'AGENCY_UNKNOWN'],
    ['a region of four digits', { name: 'x5', role: 'agency', region: '2201' }, 'USAGE'],
  ]
  for (const [what, given, code] of refused) {
    it(`${what} is refused (${code})`, async () => {
      expect((await refusal(registerClient(db(), given, AGENCIES, BY))).code).to.equal(code)
      expect(await store.findClient(db(), given.name, NOW)).to.equal(null)
    })
  }

  it('an unknown client cannot be rotated', async () => {
    expect((await refusal(rotateSecretWithOverlap(db(), 'nobody', BY))).code).to.equal('CLIENT_UNKNOWN')
  })
})
