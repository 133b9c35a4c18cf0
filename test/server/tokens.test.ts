import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { hashSecret, loadKeys, TOKEN_LIFETIME_SECONDS } from '../../src/foundation/keys.js'
import * as clients from '../../src/store/access/clients.js'
import { markAccountConfirmed } from '../../src/store/access/confirmations.js'
import * as trail from '../../src/store/audit/audit-log.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const SECRET = 'a secret: of+this & test'
const JSON_TYPE = { 'content-type': 'application/json' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('tokens over HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    const made = { agency: null, region: '220000', secretHash: await hashSecret(SECRET) }
    for (const role of ['officer', 'marketplace'] as const) {
      await clients.addClient(world.database.db, { id: `${role} one`, role, ...made }, { by: 'systems-1', now: NOW })
      await world.database.db.transaction((tx) => markAccountConfirmed(tx, 'clients', `${role} one`, 'security-1', NOW))
    }
  })
  after(() => world.close())

  const post = (path: string, body: string | undefined, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, { method: 'POST', headers, ...(body !== undefined && { body }) })
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  })

  describe('POST /oauth/token', () => {
    it('returns a short-lived Bearer token to a client by Basic, with the role of the client', async () => {
      const answer = await post('/oauth/token', 'grant_type=client_credentials', {
        ...FORM,
        ...basic('officer one', SECRET),
      })
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      const body = (await answer.json()) as Record<string, unknown>
      expect(body).to.deep.include({ token_type: 'Bearer', expires_in: TOKEN_LIFETIME_SECONDS, scope: 'officer' })
      const { data } = await world.ask('{ viewer { role sub region mayMove kinds } }', {
        token: String(body['access_token']),
      })
      expect(data.viewer).to.deep.include({ role: 'officer', sub: 'officer one', region: '220000', mayMove: true })
    })

    it('takes the credentials in the form or as JSON too', async () => {
      const parameters = { grant_type: 'client_credentials', client_id: 'marketplace one', client_secret: SECRET }
      const form = await post('/oauth/token', new URLSearchParams(parameters).toString(), FORM)
      expect(form.status).to.equal(200)
      const json = await post('/oauth/token', JSON.stringify(parameters), JSON_TYPE)
      expect(json.status).to.equal(200)
    })

    it('the right secret of a client that nobody has confirmed is refused, with an audit row', async () => {
      const made = { id: 'waiting', role: 'agency' as const, agency: null, region: null }
      const secretHash = await hashSecret(SECRET)
      await clients.addClient(world.database.db, { ...made, secretHash }, { by: 'systems-1', now: NOW })
      const answer = await post('/oauth/token', 'grant_type=client_credentials', {
        ...FORM,
        ...basic('waiting', SECRET),
      })
      expect([answer.status, ((await answer.json()) as { error: string }).error]).to.deep.equal([
        ...[400, 'unauthorized_client'],
      ])
      const { number = 0 } = (await trail.readHead(world.database.db)) ?? {}
      const [row] = await trail.listRowsAfter(world.database.db, number - 1, 1)
      expect([row?.kind, row?.content?.client, row?.content?.outcome]).to.deep.equal([
        ...['ATTEMPT', 'waiting', 'ACCOUNT_PENDING'],
      ])
    })

    it('refuses a wrong secret and an unknown client with the same answer', async () => {
      const answers = await Promise.all(
        [basic('officer one', 'wrong'), basic('nobody', SECRET), basic('', ''), {}].map((headers) =>
          post('/oauth/token', 'grant_type=client_credentials', { ...FORM, ...headers }),
        ),
      )
      const bodies = await Promise.all(
        answers.map(async (answer) => [answer.status, answer.headers.get('www-authenticate'), await answer.text()]),
      )
      for (const body of bodies) expect(body).to.deep.equal(bodies[0])
      expect(bodies[0]?.slice(0, 2)).to.deep.equal([401, 'Basic realm="hub", charset="UTF-8"'])
      expect(JSON.parse(String(bodies[0]?.[2]))).to.include({ error: 'invalid_client' })
    })

    it('writes an audit row of a refused attempt, by name where the name is registered', async () => {
      const { number = 0 } = (await trail.readHead(world.database.db)) ?? {}
      for (const name of ['marketplace one', 'marketplace one', 'nobody there'])
        await post('/oauth/token', 'grant_type=client_credentials', { ...FORM, ...basic(name, 'wrong') })
      const rows = await trail.listRowsAfter(world.database.db, number, 10)
      expect(rows.map(({ kind, content }) => [kind, content?.client, content?.outcome])).to.deep.equal([
        ['ATTEMPT', 'marketplace one', 'invalid_client'],
        ['ATTEMPT', 'public', 'invalid_client'],
      ])
    })

    const bad: [string, string | undefined, Record<string, string>, string][] = [
      ['no grant', '', { ...FORM, ...basic('officer one', SECRET) }, 'invalid_request'],
      ['another grant', 'grant_type=password', { ...FORM, ...basic('officer one', SECRET) }, 'unsupported_grant_type'],
      ['a parameter twice', 'grant_type=client_credentials&grant_type=x', FORM, 'invalid_request'],
      [
        'two ways at once',
        'grant_type=client_credentials&client_secret=x',
        { ...FORM, ...basic('officer one', SECRET) },
        'invalid_request',
      ],
      ['no form', 'hello', { 'content-type': 'text/plain' }, 'invalid_request'],
      ['broken JSON', '{"grant_type":', JSON_TYPE, 'invalid_request'],
      ['JSON that is no object of texts', '{"grant_type":{"a":1}}', JSON_TYPE, 'invalid_request'],
    ]
    for (const [what, body, headers, error] of bad) {
      it(`answers ${what} with ${error}`, async () => {
        const answer = await post('/oauth/token', body, headers)
        expect(answer.status).to.equal(400)
        expect(answer.headers.get('cache-control')).to.equal('no-store')
        expect(await answer.json()).to.include({ error })
      })
    }

    describe('after too many attempts', () => {
      const TRIED = { ...FORM, 'x-forwarded-for': '192.0.2.1' }
      const wrong = (id: string) =>
        post('/oauth/token', 'grant_type=client_credentials', { ...TRIED, ...basic(id, 'no') })
      const right = (id: string) =>
        post('/oauth/token', 'grant_type=client_credentials', { ...FORM, ...basic(id, SECRET) })
      // A day later, so that no attempt of an earlier test is counted.
      beforeEach(() => world.setNow(new Date(NOW.getTime() + 86_400_000)))
      afterEach(() => world.setNow(NOW))

      it('one client at one address must wait, even with the right secret, and no other client must', async () => {
        let many = 0
        let refused = await wrong('officer one')
        for (; refused.status === 401 && many < 200; many += 1) refused = await wrong('officer one')
        expect(many).to.be.within(5, 60)
        expect(refused.status).to.equal(429)
        const seconds = Number(refused.headers.get('retry-after'))
        expect(seconds).to.be.within(1, 60)
        expect(refused.headers.get('cache-control')).to.equal('no-store')
        expect(await refused.json()).to.include({ error: 'temporarily_unavailable' })
        expect((await right('officer one')).status).to.equal(429)
        expect((await right('marketplace one')).status).to.equal(200)
        world.setNow(new Date(NOW.getTime() + 86_400_000 + seconds * 1_000))
        expect((await right('officer one')).status).to.equal(200)
      })

      it('one address with changing names must wait', async () => {
        world.setNow(new Date(NOW.getTime() + 2 * 86_400_000))
        let status = 401
        let many = 0
        for (; status === 401 && many < 300; many += 10) {
          const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => wrong(`nobody ${many + n}`)))
          status = Math.max(...answers.map((answer) => answer.status))
        }
        expect([status, many < 300]).to.deep.equal([429, true])
      })

      it('attempts with the right secret do not count', async () => {
        world.setNow(new Date(NOW.getTime() + 3 * 86_400_000))
        for (let n = 0; n < 35; n += 1) expect((await right('officer one')).status).to.equal(200)
      })
    })

    it('answers only POST', async () => {
      const answer = await fetch(`${world.url}/oauth/token`)
      expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST'])
    })

    it('publishes its signing key without the private part', async () => {
      const { keys } = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as {
        keys: Record<string, string>[]
      }
      const header = JSON.parse(Buffer.from(world.token('officer').split('.')[0] ?? '', 'base64url').toString())
      expect(keys[0]).to.include({ kid: header.kid, alg: 'ES256', use: 'sig' })
      expect(keys[0]).not.to.have.property('d')
    })
  })

  describe('an invalid token', () => {
    const query = `{ standing(code: "x") { status } }`
    const refused = async (headers: Record<string, string>) => {
      const { status, data, errors, headers: got } = await world.ask(query, { headers })
      expect([status, data, errors?.[0]?.extensions['code']]).to.deep.equal([401, undefined, 'UNAUTHENTICATED'])
      expect(got.get('www-authenticate')).to.equal('Bearer realm="hub", error="invalid_token"')
    }

    it('that has expired refuses the whole request, public fields included', async () => {
      const token = world.keys.sign(
        { sub: 'x', role: 'officer', agency: null, region: null },
        NOW.getTime() - (TOKEN_LIFETIME_SECONDS + 1) * 1_000,
      )
      await refused({ authorization: `Bearer ${token.token}` })
    })

    it('a token of another issuer or key, altered, unsigned or of an unknown role is refused', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'hub-foreign-'))
      const claims = { sub: 'x', role: 'officer', agency: null, region: null }
      const foreign = (await loadKeys(folder, 'http://hub.test')).sign(claims, NOW.getTime()).token
      rmSync(folder, { recursive: true })
      const good = world.token('marketplace')
      const [head, body, signature] = good.split('.') as [string, string, string]
      const payload = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), role: 'officer' }
      const altered = [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.')
      const unsigned = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), body, ''].join('.')
      const strange = world.keys.sign({ ...claims, role: 'king' }, NOW.getTime()).token
      for (const token of [foreign, altered, unsigned, strange, 'nonsense', 'a.b.c'])
        await refused({ authorization: `Bearer ${token}` })
      await refused({ authorization: 'Basic eDp5' })
      await refused({ authorization: 'Bearer' })
    })
  })
})
