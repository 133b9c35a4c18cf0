import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { codeOfStep, stepAt } from '../../src/foundation/keys/one-time-codes.js'
import { makeServer } from '../../src/server/server.js'
import * as trail from '../../src/store/audit/audit-log.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { makeAuthenticator, type SoftwareAuthenticator } from '../support/authenticator.js'
import { codeIn, type DeskCookie, makeSignIns, OWN } from '../support/sign-ins.js'
import { dumpOf } from '../support/world.js'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at piece by piece
type Any = any

describe('second factors at the desk', () => {
  let world: World
  let now = NOW
  before(async () => {
    world = await makeWorld({ secondFactor: 'administrators' })
  })
  after(() => world.close())
  const setNow = (at: Date) => {
    now = at
    world.setNow(at)
  }
  const later = (ms: number) => setNow(new Date(now.getTime() + ms))
  // Each test runs on a day of its own, so that no attempt of another test is counted.
  beforeEach(() => {
    later(DAY_MS)
  })

  const clock = { now: () => now, later }
  const { post, login, act, next, viewerOf, signedIn, withCodes, withPasskey, challenge } = makeSignIns(
    () => world,
    clock,
  )
  const asRole = (role: 'administrator', sub: string) => ({ token: world.token(role, sub) })

  it('a person enrols one-time codes, and then signs in by password and code only', async () => {
    const { session, codeNow, recoveryCodes } = await withCodes('codes')
    expect(recoveryCodes).to.have.length(10)
    expect(await viewerOf(session)).to.equal('codes')
    const half = await login({ name: 'codes', password: OWN })
    expect([...codeIn(half), half.body.factors, half.cookie]).to.deep.equal([
      ...[403, 'SECOND_FACTOR_NEEDED', ['CODE', 'RECOVERY'], ''],
    ])
    expect(codeIn(await login({ name: 'codes', password: 'wrong', code: codeNow() }))).to.deep.equal([
      401,
      'SIGN_IN_REFUSED',
    ])
    expect(codeIn(await login({ name: 'codes', password: OWN, code: '000000' }))).to.deep.equal([
      ...[401, 'SECOND_FACTOR_REFUSED'],
    ])
    const whole = await login({ name: 'codes', password: OWN, code: codeNow() })
    expect([whole.status, whole.body.stage]).to.deep.equal([200, 'FULL'])
    expect(codeIn(await act(session, 'begin-code'))).to.deep.equal([409, 'CODE_ENROLLED'])
  })

  it('a code is good once, also for two requests at a time, and an older one is not good after it', async () => {
    const { secret, codeNow } = await withCodes('once')
    const given = { name: 'once', password: OWN, code: codeNow() }
    const answers = await Promise.all([login(given), login(given), login(given)])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401])
    const older = codeOfStep(secret, stepAt(now) - 1)
    expect(codeIn(await login({ ...given, code: older }))).to.deep.equal([401, 'SECOND_FACTOR_REFUSED'])
  })

  it('a passkey signs in alone where its authenticator verified its user, and beside the password otherwise', async () => {
    const { key } = await withPasskey('keys')
    const alone = await login({ passkey: key.get(await challenge()) })
    expect([alone.status, alone.body.name, alone.body.stage]).to.deep.equal([200, 'keys', 'FULL'])
    expect(codeIn(await login({ passkey: key.get(await challenge(), { verifiesUser: false }) }))).to.deep.equal([
      ...[401, 'SECOND_FACTOR_REFUSED'],
    ])
    const half = await login({ name: 'keys', password: OWN })
    expect(half.body.factors).to.deep.equal(['PASSKEY', 'RECOVERY'])
    expect(half.body.passkey.allowCredentials).to.have.length(1)
    const beside = { name: 'keys', password: OWN, passkey: key.get(half.body.passkey, { verifiesUser: false }) }
    expect((await login(beside)).status).to.equal(200)
  })

  it('a passkey is refused for a used challenge, another site, another’s credential, handle or counter', async () => {
    const [{ key }, { key: foreign }] = [await withPasskey('target'), await withPasskey('attacker')]
    const refused = [401, 'SECOND_FACTOR_REFUSED']
    const asked = await challenge()
    expect((await login({ passkey: key.get(asked) })).status).to.equal(200)
    expect(codeIn(await login({ passkey: key.get(asked) })), 'used').to.deep.equal(refused)
    const forgeries: [string, Parameters<SoftwareAuthenticator['get']>[1]][] = [
      ['another origin', { origin: 'https://evil.example' }],
      ['another relying party', { rpId: 'evil.example' }],
      ['a challenge of nobody', { challenge: Buffer.alloc(32).toString('base64url') }],
      ['the counter of before', { counter: 1 }],
      ['another’s handle', { handle: Buffer.alloc(32).toString('base64url') }],
    ]
    for (const [what, forged] of forgeries)
      expect(codeIn(await login({ passkey: key.get(await challenge(), forged) })), what).to.deep.equal(refused)
    const { passkey: forTarget } = (await login({ name: 'target', password: OWN })).body
    const theirs = { name: 'target', password: OWN, passkey: foreign.get(forTarget) }
    expect(codeIn(await login(theirs)), 'another’s credential').to.deep.equal(refused)
    const moved = { ...key.get(await challenge()), id: foreign.id, rawId: foreign.id }
    expect(codeIn(await login({ passkey: moved })), 'signed by another key').to.deep.equal(refused)
    const alone = await login({ name: 'target', password: OWN, passkey: key.get(await challenge()) })
    expect(codeIn(alone), 'a challenge for another purpose').to.deep.equal(refused)
    const late = await challenge()
    later(5 * MINUTE_MS)
    expect(codeIn(await login({ passkey: key.get(late) })), 'late').to.deep.equal(refused)
    for (const passkey of [
      {},
      { id: 1 },
      { id: key.id, response: 'x' },
      { id: key.id, response: { clientDataJSON: 'eA' } },
    ])
      expect(codeIn(await login({ passkey })), JSON.stringify(passkey)).to.deep.equal(refused)
    expect((await login({ passkey: key.get(await challenge()) })).status).to.equal(200)
  })

  it('enrolment takes no used or foreign challenge, no other site, and no credential that is registered', async () => {
    const { session, key } = await withPasskey('enrols')
    const other = await signedIn('enrols-too')
    const refused = [422, 'PASSKEY_REFUSED']
    const offered = async (of: DeskCookie) => (await act(of, 'begin-passkey')).body.options
    const add = async (of: DeskCookie, passkey: object) => codeIn(await act(of, 'add-passkey', { name: 'x', passkey }))
    const fresh = makeAuthenticator()
    expect(await add(other, fresh.create(await offered(session))), 'another person’s').to.deep.equal(refused)
    expect(await add(session, fresh.create(await offered(session), { origin: 'https://evil.example' }))).to.deep.equal(
      refused,
    )
    expect(await add(session, fresh.create(await offered(session), { rpId: 'evil.example' }))).to.deep.equal(refused)
    expect(await add(other, key.create(await offered(other))), 'registered by another').to.deep.equal(refused)
    expect(await add(session, fresh.create(await challenge())), 'a challenge for signing in').to.deep.equal(refused)
  })

  it('a required second factor leaves nothing open but its enrolment', async () => {
    const first = await signedIn('boss', 'administrator')
    expect(await viewerOf(first)).to.equal('SECOND_FACTOR_TO_ENROL')
    const present = (await (
      await fetch(`${world.url}/desk/session`, { headers: { cookie: first.cookie } })
    ).json()) as Any
    expect([present.stage, present.acts]).to.deep.equal(['ENROLMENT', []])
    const again = next(first, await login({ name: 'boss', password: OWN }))
    const upload = await post('/v1/feeds/registry', {}, first)
    expect(codeIn(upload)).to.deep.equal([403, 'SECOND_FACTOR_TO_ENROL'])
    const key = makeAuthenticator()
    const { options } = (await act(first, 'begin-passkey')).body
    const added = await act(first, 'add-passkey', { name: 'k', passkey: key.create(options) })
    const full = next(first, added)
    expect(added.cookie).to.match(/^__Host-hub=[\w-]{43}$/)
    expect([await viewerOf(full), await viewerOf(first), await viewerOf(again)]).to.deep.equal([
      ...['boss', 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ])
    const { passkeys } = added.body.account
    expect(codeIn(await act(full, 'remove-factor', { passkey: passkeys[0].id }))).to.deep.equal([409, 'FACTOR_LAST'])
  })

  it('changes of sign-in need the CSRF token, and the password of the last ten minutes', async () => {
    const session = await signedIn('recent')
    expect(codeIn(await post('/desk/session/begin-code', {}, { cookie: session.cookie }))).to.deep.equal([
      403,
      'CSRF_REFUSED',
    ])
    for (const path of ['/desk/login/passkey', '/desk/login'])
      expect(codeIn(await post(path, {}, undefined, { 'sec-fetch-site': 'cross-site' }))).to.deep.equal([
        403,
        'CSRF_REFUSED',
      ])
    expect((await act(session, 'begin-code')).status).to.equal(200)
    later(10 * MINUTE_MS)
    for (const name of ['begin-code', 'begin-passkey', 'add-passkey', 'remove-factor', 'renew-recovery-codes'])
      expect(codeIn(await act(session, name, { name: 'x', code: '123456' })), name).to.deep.equal([403, 'PROOF_NEEDED'])
    expect(codeIn(await act(session, 'prove-password', { password: 'wrong' }))).to.deep.equal([401, 'SIGN_IN_REFUSED'])
    expect((await act(session, 'prove-password', { password: OWN })).status).to.equal(200)
    expect((await act(session, 'begin-code')).status).to.equal(200)
    expect((await act(session, 'no-such-act')).status).to.equal(404)
  })

  it('recovery codes are good once each, and stored as hashes; the secret of the codes is sealed', async () => {
    const { session, secret, recoveryCodes } = await withCodes('recovers')
    const [one = '', two = ''] = recoveryCodes
    const given = { name: 'recovers', password: OWN }
    expect((await login({ ...given, code: ` ${one.toLowerCase().replaceAll('-', ' ')}` })).status).to.equal(200)
    expect(codeIn(await login({ ...given, code: one }))).to.deep.equal([401, 'SECOND_FACTOR_REFUSED'])
    const renewed = await act(session, 'renew-recovery-codes')
    expect([renewed.body.recoveryCodes.length, renewed.body.account.recoveryCodesLeft]).to.deep.equal([10, 10])
    expect(codeIn(await login({ ...given, code: two }))).to.deep.equal([401, 'SECOND_FACTOR_REFUSED'])
    const dump = await dumpOf(world.database.db)
    const kept = [...recoveryCodes, ...renewed.body.recoveryCodes, secret.toString('base64'), OWN]
    expect(kept.filter((text: string) => dump.includes(text) || dump.includes(text.replaceAll('-', '')))).to.deep.equal(
      [],
    )
  })

  it('ten wrong codes close the second factor, and the right password does not open it', async () => {
    const { codeNow } = await withCodes('guessed')
    const given = { name: 'guessed', password: OWN }
    for (let n = 0; n < 10; n += 1) {
      expect((await login({ ...given, code: `00000${n}` })).status, `${n}`).to.equal(401)
      expect(codeIn(await login(given))).to.deep.equal([403, 'SECOND_FACTOR_NEEDED'])
      later(20_000)
    }
    expect(codeIn(await login({ ...given, code: codeNow() }))).to.deep.equal([429, 'TOO_MANY_REQUESTS'])
    later(16 * MINUTE_MS)
    expect((await login({ ...given, code: codeNow() })).status).to.equal(200)
  })

  it('a lost second factor is reset by one administrator and confirmed by another', async () => {
    await signedIn('安全员', 'administrator', 'security')
    const { session } = await withPasskey('loses')
    const reset = 'mutation { resetSecondFactor(name: "loses") { secondFactor pendingSince changedBy } }'
    const { data, errors } = await world.ask(reset, asRole('administrator', 'systems-1'))
    expect(errors).to.equal(undefined)
    expect(data.resetSecondFactor).to.include({ secondFactor: false, changedBy: 'systems-1' })
    expect(await viewerOf(session)).to.equal('UNAUTHENTICATED')
    expect(codeIn(await login({ name: 'loses', password: OWN }))).to.deep.equal([403, 'ACCOUNT_PENDING'])
    const confirm = (by: string) =>
      world.ask('mutation($at: DateTime!) { confirmPerson(name: "loses", pendingSince: $at) { name } }', {
        ...asRole('administrator', by),
        variables: { at: data.resetSecondFactor.pendingSince },
      })
    expect((await confirm('systems-1')).errors?.[0]?.extensions['code']).to.equal('DUTY_MISSING')
    expect((await confirm('安全员')).errors).to.equal(undefined)
    expect((await login({ name: 'loses', password: OWN })).body.stage).to.equal('FULL')
  })

  it('a password older than 90 days must be changed, and none of the last five returns', async () => {
    await signedIn('ages')
    const used = [OWN]
    const change = async (newPassword: string) => {
      const answer = await login({ name: 'ages', password: used.at(-1), newPassword })
      if (answer.status === 200) used.push(newPassword)
      return answer.status === 422 ? (/近期用过/.test(answer.body.detail) ? 'FORMER' : answer.body) : answer.status
    }
    later(89 * DAY_MS)
    expect((await login({ name: 'ages', password: OWN })).status).to.equal(200)
    later(DAY_MS)
    expect(codeIn(await login({ name: 'ages', password: OWN }))).to.deep.equal([403, 'PASSWORD_AGED'])
    expect(await change('fjord kelp birch lantern')).to.equal(200)
    const { db } = world.database
    const { password_hash } = await db('people').where({ id: 'ages' }).first('password_hash')
    await db('former_passwords').insert(Array.from({ length: 3 }, () => ({ person: 'ages', password_hash })))
    expect(await change(OWN)).to.equal('FORMER')
    expect(await change('fjord kelp alder lantern')).to.equal(200)
    expect(await change(OWN), 'the fifth before').to.equal('FORMER')
    expect(await change('fjord kelp aspen lantern')).to.equal(200)
    expect(await change(OWN), 'the sixth before').to.equal(200)
    expect(await world.database.db('former_passwords').where({ person: 'ages' })).to.have.length(5)
  })

  it('an account unused for 90 days is asleep until an administrator wakes it', async () => {
    const { key } = await withPasskey('sleeps')
    setNow(new Date(now.getTime() + 90 * DAY_MS))
    expect(codeIn(await login({ name: 'sleeps', password: 'wrong' }))).to.deep.equal([401, 'SIGN_IN_REFUSED'])
    const asleep = [403, 'ACCOUNT_ASLEEP']
    expect(codeIn(await login({ name: 'sleeps', password: OWN }))).to.deep.equal(asleep)
    expect(codeIn(await login({ passkey: key.get(await challenge()) }))).to.deep.equal(asleep)
    const of = asRole('administrator', 'systems-1')
    const listed = await world.ask('{ people { name asleep secondFactor } }', of)
    expect(listed.data.people.find(({ name }: Any) => name === 'sleeps')).to.include({
      asleep: true,
      secondFactor: true,
    })
    expect((await world.ask('mutation { wakePerson(name: "sleeps") { asleep } }', of)).data.wakePerson.asleep).to.equal(
      false,
    )
    expect((await login({ passkey: key.get(await challenge()) })).status).to.equal(200)
  })

  it('a person sees and ends the own sessions, and a changed password ends the others', async () => {
    const session = await signedIn('sees')
    const given = { name: 'sees', password: OWN }
    const others = [await login(given, { 'user-agent': 'curl/8.5' }), await login(given), await login(given)]
    const [second, third, fourth] = others.map((answer) => next(session, answer)) as [
      DeskCookie,
      DeskCookie,
      DeskCookie,
    ]
    const stranger = await signedIn('stranger')
    const list = async (of: DeskCookie) => {
      const answer = await fetch(`${world.url}/desk/session/account`, { headers: { cookie: of.cookie } })
      return ((await answer.json()) as Any).account.sessions as Any[]
    }
    const seen = await list(session)
    expect(seen.map(({ browser, place, current }) => [browser, place, current]).sort()).to.deep.equal([
      [null, 'LOOPBACK', false],
      ['Chrome（Windows）', 'LOOPBACK', false],
      ['Chrome（Windows）', 'LOOPBACK', false],
      ['Chrome（Windows）', 'LOOPBACK', true],
    ])
    expect(JSON.stringify(seen)).to.not.include('127.0.0.1')
    const number = (await list(second)).find(({ current }) => current).number
    expect(codeIn(await act(stranger, 'end-sessions', { number }))).to.deep.equal([404, 'SESSION_UNKNOWN'])
    expect((await act(session, 'end-sessions', { number })).status).to.equal(200)
    expect([await viewerOf(second), await viewerOf(third)]).to.deep.equal(['UNAUTHENTICATED', 'sees'])
    expect(codeIn(await act(session, 'change-password', { password: 'wrong', newPassword: `${OWN} 2` }))).to.deep.equal(
      [...[401, 'SIGN_IN_REFUSED']],
    )
    const changed = await act(session, 'change-password', { password: OWN, newPassword: `${OWN} 2` })
    const kept = next(session, changed)
    const states = await Promise.all([kept, session, third, fourth, stranger].map(viewerOf))
    expect(states).to.deep.equal(['sees', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'stranger'])
    const last = next(session, await login({ name: 'sees', password: `${OWN} 2` }))
    expect((await act(kept, 'end-sessions', { number: null })).body.account.sessions).to.have.length(1)
    expect(await viewerOf(last)).to.equal('UNAUTHENTICATED')
  })

  it('each act on the own account has its audit rows, without password, code or secret', async () => {
    const { number = 0 } = (await trail.readHead(world.database.db)) ?? {}
    const { codeNow } = await withCodes('audited')
    await login({ name: 'audited', password: OWN, code: codeNow() })
    const rows = (await trail.listRowsAfter(world.database.db, number, 20)).map(({ kind, content }) => [
      ...[kind, content?.client, content?.asked, content?.outcome],
    ])
    expect(rows).to.deep.equal([
      ['TOKEN', 'audited', 'POST /desk/login', 'DONE'],
      ['ACT', 'audited', 'POST /desk/session/begin-code', null],
      ['OUTCOME', 'audited', 'POST /desk/session/begin-code', 'DONE'],
      ['ACT', 'audited', 'POST /desk/session/add-code', null],
      ['OUTCOME', 'audited', 'POST /desk/session/add-code', 'DONE'],
      ['TOKEN', 'audited', 'POST /desk/login', 'DONE'],
    ])
  })

  it('an administrator who registers accounts does not read the audit log', async () => {
    const read = async (name: string, duty: 'systems' | 'security') => {
      const session = await signedIn(name, 'administrator', duty)
      const { options } = (await act(session, 'begin-passkey')).body
      const added = await act(session, 'add-passkey', { name: 'k', passkey: makeAuthenticator().create(options) })
      const { cookie, csrf } = next(session, added)
      const headers = { cookie, 'x-csrf-token': csrf }
      return (await world.ask('{ auditLog(first: 1) { nodes { number } } }', { headers })).errors?.[0]?.extensions[
        'code'
      ]
    }
    expect([await read('系统员', 'systems'), await read('安全员二', 'security')]).to.deep.equal([
      'FORBIDDEN',
      undefined,
    ])
  })

  it('administrators sign in from the configured networks only', async () => {
    await signedIn('outside', 'administrator')
    await signedIn('clerk')
    const at = async (network: string, name: string) => {
      const server = await makeServer({ ...world.parts, administratorNetworks: [network] })
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ name, password: OWN })
      const answer = await fetch(`${url}/desk/login`, { method: 'POST', headers, body })
      const told = [answer.status, ((await answer.json()) as Any).code]
      await new Promise((resolve) => server.close(resolve))
      return told
    }
    expect(await at('192.0.2.0/24', 'outside')).to.deep.equal([403, 'ADDRESS_REFUSED'])
    expect(await at('192.0.2.0/24', 'clerk')).to.deep.equal([200, undefined])
    expect(await at('127.0.0.0/8', 'outside')).to.deep.equal([200, undefined])
  })
})
