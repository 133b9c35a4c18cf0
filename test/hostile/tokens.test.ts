/** Forged, altered and revoked access tokens, over real HTTP. Each is refused with one log line that does not hold it. */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { NOW } from '../api/world.js'
import { confirmedClient } from '../support/accounts.js'
import { attackedWorld } from './attacked-world.js'

const QUESTION = '{ viewer { sub } }'

describe('attacks by access tokens', () => {
  let secret: string
  const { world, send, ask, refused } = attackedWorld(async ({ database }) => {
    secret = (await confirmedClient(database.db, { name: 'guard', role: 'agency' }, [], NOW)).client_secret
  })
  const withToken = (token: string) => ask(QUESTION, { authorization: `Bearer ${token}` })

  const now = Math.floor(NOW.getTime() / 1_000)
  const CLAIMS = {
    sub: 'king',
    role: 'administrator',
    iat: now,
    exp: now + 60,
    iss: 'http://hub.test',
    aud: 'hub',
    jti: 'x',
  }
  const without = (claim: keyof typeof CLAIMS): object =>
    Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim))
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const keyFile = () => {
    const keys = readdirSync(world().keysFolder).find((file) => file === 'token-signing.pem') ?? ''
    return readFileSync(join(world().keysFolder, keys), 'utf8')
  }
  const kid = () => world().keys.jwks().keys[0]?.kid ?? ''
  const foreign = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const own = (claims: object, options: jwt.SignOptions = {}) =>
    jwt.sign(claims, createPrivateKey(keyFile()), { algorithm: 'ES256', keyid: kid(), ...options })

  it('a valid token is accepted with its role', async () => {
    const answer = await withToken(own(CLAIMS))
    expect(await answer.json()).to.deep.equal({ data: { viewer: { sub: 'king' } } })
  })

  const tokens: [string, () => string][] = [
    ['signed with alg none', () => `${encoded({ alg: 'none', typ: 'JWT', kid: kid() })}.${encoded(CLAIMS)}.`],
    ['signed with alg NONE and a signature', () => `${encoded({ alg: 'NONE', kid: kid() })}.${encoded(CLAIMS)}.AAAA`],
    [
      'signed by HS256 with the public key as the secret',
      () => {
        const pem = createPublicKey(createPrivateKey(keyFile())).export({ type: 'spki', format: 'pem' }).toString()
        const head = `${encoded({ alg: 'HS256', typ: 'JWT', kid: kid() })}.${encoded(CLAIMS)}`
        return `${head}.${hmac(pem, head)}`
      },
    ],
    [
      'signed by another key under the hub’s key id',
      () => jwt.sign(CLAIMS, foreign(), { algorithm: 'ES256', keyid: kid() }),
    ],
    [
      'signed by another key under an unknown key id',
      () => jwt.sign(CLAIMS, foreign(), { algorithm: 'ES256', keyid: 'mine' }),
    ],
    [
      'whose header names a key set of its own (jku)',
      () =>
        jwt.sign(CLAIMS, foreign(), {
          algorithm: 'ES256',
          header: { alg: 'ES256', jku: 'http://127.0.0.1:1/', kid: 'k' },
        }),
    ],
    ['whose key id is a path', () => own(CLAIMS, { keyid: '../../../../etc/passwd' })],
    ['whose key id is __proto__', () => own(CLAIMS, { keyid: '__proto__' })],
    ['without a key id', () => jwt.sign(CLAIMS, createPrivateKey(keyFile()), { algorithm: 'ES256' })],
    ['signed with a key for manifests', () => world().keys.manifests.sign(JSON.stringify(CLAIMS)).jws],
    ['for another audience', () => own({ ...CLAIMS, aud: 'elsewhere' })],
    ['of another issuer', () => own({ ...CLAIMS, iss: 'http://evil.test' })],
    ['that has expired', () => own({ ...CLAIMS, exp: now })],
    ['without exp', () => own(without('exp'))],
    ['without jti', () => own(without('jti'))],
    ['of an unknown role', () => own({ ...CLAIMS, role: 'king' })],
    ['of the role public', () => own({ ...CLAIMS, role: 'public' })],
    ['of the role constructor', () => own({ ...CLAIMS, role: 'constructor' })],
    ['without sub', () => own(without('sub'))],
    ['with one altered character', () => altered(own(CLAIMS))],
    ['of 8,000 characters', () => 'a'.repeat(8_000)],
    ['that is not a JWT', () => '{}.[].'.replaceAll(/[{}[\]]/g, 'x')],
  ]
  for (const [what, token] of tokens)
    it(`a token ${what} is refused`, async () => {
      const line = await refused(await withToken(token()), 401, 'UNAUTHENTICATED')
      expect(line.refused).to.deep.equal(['UNAUTHENTICATED'])
      expect(JSON.stringify(line)).to.not.include('eyJ')
    })

  it('a revoked token is refused', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`guard:${secret}`).toString('base64')}` }
    const form = { ...basic, 'content-type': 'application/x-www-form-urlencoded' }
    const given = await send('/oauth/token', { headers: form, body: 'grant_type=client_credentials' })
    const { access_token: token } = (await given.json()) as { access_token: string }
    expect((await withToken(token)).status).to.equal(200)
    await send('/oauth/revoke', { headers: form, body: `token=${token}` })
    await refused(await withToken(token), 401, 'UNAUTHENTICATED')
  })
})

/** jsonwebtoken refuses to sign HS256 with a public key. */
const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64url')

const altered = (token: string): string => {
  const [head = '', body = '', signature = ''] = token.split('.')
  return `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
}
