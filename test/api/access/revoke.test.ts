import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { makeRevocations } from '../../../src/api/request/revocations.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { KEY_SET_CACHE_SECONDS, loadKeys, newTokenKey, TOKEN_LIFETIME_SECONDS } from '../../../src/foundation/keys.js'
import * as trail from '../../../src/store/audit/audit-log.js'
import * as clients from '../../../src/work/access/clients.js'
import * as lockouts from '../../../src/work/access/lockouts.js'
import { confirmedClient, confirmedRotation } from '../../support/accounts.js'
import { log } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const CLAIMS = { sub: 'x', role: 'officer', agency: null, region: null }
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)

describe('revoked tokens', () => {
  let world: World
  let secret: string
  let other: string
  before(async () => {
    world = await makeWorld()
    const add = (name: string) => confirmedClient(world.database.db, { name, role: 'auditor' }, [], NOW)
    secret = (await add('one')).client_secret
    other = (await add('two')).client_secret
  })
  after(() => world.close())
  afterEach(() => world.setNow(NOW))

  const post = (path: string, name: string, password: string, form: Record<string, string>) =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` },
      body: new URLSearchParams(form),
    })
  const tokenOf = async (name: string, password: string): Promise<string> => {
    const answer = await post('/oauth/token', name, password, { grant_type: 'client_credentials' })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const opens = async (token: string) => (await world.ask('{ viewer { sub } }', { token })).status

  it('a client revokes one of its own tokens, which is refused afterwards', async () => {
    const [first, second] = [await tokenOf('one', secret), await tokenOf('one', secret)]
    expect(await opens(first)).to.equal(200)
    const answer = await post('/oauth/revoke', 'one', secret, { token: first, token_type_hint: 'access_token' })
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).to.deep.equal([
      200,
      '',
      'no-store',
    ])
    expect([await opens(first), await opens(second)]).to.deep.equal([401, 200])
    expect((await post('/oauth/revoke', 'one', secret, { token: first })).status).to.equal(200)
  })

  it('a revocation writes an audit row before and one after; an invalid or foreign token writes none', async () => {
    const [token, foreign] = [await tokenOf('one', secret), await tokenOf('two', other)]
    const { db } = world.database
    const before = (await trail.listRowsAfter(db, 0, 1_000)).length
    for (const each of ['nonsense', foreign, token]) await post('/oauth/revoke', 'one', secret, { token: each })
    const rows = await trail.listRowsAfter(db, before, 10)
    expect(rows.map(({ kind, content }) => [kind, content?.client, content?.asked, content?.outcome])).to.deep.equal([
      ['ACT', 'one', 'POST /oauth/revoke', null],
      ['OUTCOME', 'one', 'POST /oauth/revoke', 'DONE'],
    ])
  })

  it('an invalid token counts as revoked; a foreign token and a wrong secret revoke nothing', async () => {
    expect((await post('/oauth/revoke', 'one', secret, { token: 'nonsense' })).status).to.equal(200)
    const token = await tokenOf('two', other)
    const foreign = await post('/oauth/revoke', 'one', secret, { token })
    expect([foreign.status, ((await foreign.json()) as { error: string }).error]).to.deep.equal([
      400,
      'unauthorized_client',
    ])
    expect((await post('/oauth/revoke', 'two', 'wrong', { token })).status).to.equal(401)
    expect((await post('/oauth/revoke', 'two', other, {})).status).to.equal(400)
    expect((await fetch(`${world.url}/oauth/revoke`)).status).to.equal(405)
    expect(await opens(token)).to.equal(200)
  })

  it('another process sees a revocation within a second, also one from before its start', async () => {
    const { db } = world.database
    const token = { jti: 'j-1', sub: 'x', issuedAt: NOW.getTime() / 1_000 }
    const [mine, theirs] = [makeRevocations(db), makeRevocations(db)]
    expect(await theirs.concern(token, NOW)).to.equal(false)
    await mine.add({ jti: 'j-1', endsAt: later(TOKEN_LIFETIME_SECONDS) }, NOW)
    expect(await mine.concern(token, NOW)).to.equal(true)
    expect(await theirs.concern(token, later(1))).to.equal(true)
    expect(await makeRevocations(db).concern(token, NOW)).to.equal(true)
    expect(await theirs.concern({ ...token, jti: 'j-2' }, later(1))).to.equal(false)
  })

  it('checking revocation needs no statement per request', async () => {
    const token = await tokenOf('two', other)
    await opens(token)
    const sql = await world.statements(() => opens(token))
    expect(sql.filter((text) => text.includes('revocations'))).to.deep.equal([])
  })

  it('a rotated secret gets tokens beside its successor for a while; a leaked secret and its tokens end at once', async () => {
    const { db } = world.database
    const next = await confirmedRotation(db, 'one', NOW, { overlapMs: 3_600_000 })
    expect(next.previous_until).to.equal(later(3_600).toISOString())
    const [old, young] = [await tokenOf('one', secret), await tokenOf('one', next.client_secret)]
    expect([await opens(old), await opens(young)]).to.deep.equal([200, 200])
    world.setNow(later(3_600))
    expect([await tokenOf('one', secret), typeof (await tokenOf('one', next.client_secret))]).to.deep.equal([
      undefined,
      'string',
    ])
    const got = await tokenOf('one', next.client_secret)
    world.setNow(later(3_602))
    const last = await confirmedRotation(db, 'one', later(3_602), { leaked: true })
    expect(last.previous_until).to.equal(null)
    world.setNow(later(3_604))
    expect([await opens(got), await tokenOf('one', next.client_secret)]).to.deep.equal([401, undefined])
    expect(await opens(await tokenOf('one', last.client_secret))).to.equal(200)
  })

  it('an ended client is refused like one that never existed', async () => {
    const { db } = world.database
    const { client_secret } = await confirmedClient(db, { name: 'leaving', role: 'agency' }, [], NOW)
    const token = await tokenOf('leaving', client_secret)
    await clients.endClient(db, 'leaving', NOW)
    world.setNow(later(2))
    expect(await opens(token)).to.equal(401)
    const ask = async (name: string) => {
      const answer = await post('/oauth/token', name, client_secret, { grant_type: 'client_credentials' })
      return [answer.status, await answer.text()]
    }
    expect(await ask('leaving')).to.deep.equal(await ask('never'))
    const again = await clients.endClient(db, 'leaving', NOW).catch((error) => (isRefusal(error) ? error.code : error))
    expect(again).to.equal('CLIENT_UNKNOWN')
  })

  it('a client that keeps failing is locked out in every process; auditors see it, but no unknown names', async () => {
    const at = (n: number) => later(86_400 + n * 10)
    const { pseudonymOf } = world.keys
    for (const [name, known] of [
      ['two', true],
      ['my password', false],
    ] as const) {
      const knock = { kind: 'CLIENT', name, address: '127.0.0.1' } as const
      for (let n = 1; n < 60; n += 1)
        await lockouts.noteFailedSignIn(world.database.db, knock, { pseudonymOf, known, now: at(n), log })
      world.setNow(at(60))
      expect((await post('/oauth/token', name, 'wrong', { grant_type: 'client_credentials' })).status).to.equal(401)
    }
    const answer = await post('/oauth/token', 'two', other, { grant_type: 'client_credentials' })
    expect(answer.status).to.equal(429)
    expect(Number(answer.headers.get('retry-after'))).to.be.within(800, 900)
    const asked = await world.ask('{ lockouts { kind name address failures until } }', {
      token: world.token('auditor'),
    })
    expect(asked.data.lockouts.map((one: { name: string }) => one.name).sort()).to.deep.equal([null, 'two'].sort())
    expect(asked.data.lockouts[0]).to.include({ kind: 'CLIENT', failures: 60 })
    const denied = await world.ask('{ lockouts { kind } }', { token: world.token('officer') })
    expect(denied.errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
    world.setNow(at(60 + 91))
    expect((await post('/oauth/token', 'two', other, { grant_type: 'client_credentials' })).status).to.equal(200)
  })
})

describe('token signing keys', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-ring-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const kidOf = (token: string): string =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const good = (act: () => unknown): boolean => {
    try {
      act()
      return true
    } catch {
      return false
    }
  }

  it('a new key is published before it signs, and the old one is valid until its last token ends', async () => {
    const keys = await loadKeys(folder, 'http://hub.test')
    const at = (seconds: number) => later(seconds).getTime()
    const first = keys.sign(CLAIMS, at(0)).token
    const { kid, signsFrom } = newTokenKey(folder, at(1))
    expect(signsFrom).to.deep.equal(later(1 + KEY_SET_CACHE_SECONDS))
    expect(keys.jwks().keys.map((key) => key.kid)).to.include.members([kid, kidOf(first)])
    expect(kidOf(keys.sign(CLAIMS, at(KEY_SET_CACHE_SECONDS)).token)).to.equal(kidOf(first))
    const last = keys.sign(CLAIMS, at(KEY_SET_CACHE_SECONDS)).token
    const next = keys.sign(CLAIMS, at(KEY_SET_CACHE_SECONDS + 2)).token
    expect(kidOf(next)).to.equal(kid)
    const end = KEY_SET_CACHE_SECONDS + TOKEN_LIFETIME_SECONDS
    expect([good(() => keys.verify(last, at(end - 1))), good(() => keys.verify(next, at(end - 1)))]).to.deep.equal([
      true,
      true,
    ])
    newTokenKey(folder, at(end + 10))
    expect(readdirSync(folder)).to.not.include('token-signing.pem')
    expect(keys.jwks().keys.map((key) => key.kid)).to.not.include(kidOf(first))
  })

  it('a retired key is accepted for no token, whatever times it claims', async () => {
    const keys = await loadKeys(folder, 'http://hub.test')
    const kid = kidOf(keys.sign(CLAIMS, NOW.getTime()).token)
    const old = createPrivateKey(readFileSync(join(folder, 'token-signing.pem')))
    newTokenKey(folder, NOW.getTime())
    const end = KEY_SET_CACHE_SECONDS + TOKEN_LIFETIME_SECONDS
    // A fresh token, forged with the old key: only the key has expired.
    const iat = Math.floor(later(end - 1).getTime() / 1_000)
    const claims = { ...CLAIMS, iat, exp: iat + TOKEN_LIFETIME_SECONDS, iss: 'http://hub.test', aud: 'hub', jti: 'x' }
    const forged = jwt.sign(claims, old, { algorithm: 'ES256', keyid: kid })
    expect(good(() => keys.verify(forged, later(end - 1).getTime()))).to.equal(true)
    expect(good(() => keys.verify(forged, later(end).getTime()))).to.equal(false)
  })

  it('after a leak the new key signs at once and no older token is valid, also in a running hub', async () => {
    const keys = await loadKeys(folder, 'http://hub.test')
    const stolen = keys.sign(CLAIMS, NOW.getTime()).token
    newTokenKey(folder, NOW.getTime())
    const { kid } = newTokenKey(folder, later(2).getTime(), { leaked: true })
    expect(good(() => keys.verify(stolen, later(3).getTime()))).to.equal(false)
    expect(kidOf(keys.sign(CLAIMS, later(3).getTime()).token)).to.equal(kid)
    expect(readdirSync(folder).filter((file) => file.startsWith('token-signing'))).to.have.length(1)
    const again = await loadKeys(folder, 'http://hub.test')
    expect(kidOf(again.sign(CLAIMS, later(3).getTime()).token)).to.equal(kid)
  })

  it('a token signed by a manifest key is refused', async () => {
    const keys = await loadKeys(folder, 'http://hub.test')
    const iat = Math.floor(NOW.getTime() / 1_000)
    const claims = { ...CLAIMS, iat, exp: iat + 60, iss: 'http://hub.test', aud: 'hub', jti: 'x' }
    const { jws } = keys.manifests.sign(JSON.stringify(claims))
    expect(good(() => keys.verify(jws, NOW.getTime()))).to.equal(false)
  })
})
