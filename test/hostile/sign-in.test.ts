/** Attacks on signing in: steps skipped, acts at the same time, and doors that a half-open session must not pass. */
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { makeServer } from '../../src/server/server.js'
import * as store from '../../src/store/access/people.js'
import * as factorStore from '../../src/store/access/second-factors.js'
import * as people from '../../src/work/access/people.js'
import * as factors from '../../src/work/access/second-factors.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedPerson, confirmedReset } from '../support/accounts.js'
import { makeAuthenticator } from '../support/authenticator.js'
import { untilWaiting, whileHeld } from '../support/held-locks.js'
import { codeIn, makeSignIns, OWN } from '../support/sign-ins.js'

const DAY_MS = 86_400_000
/** Addresses from which one factor is guessed at the same time. */
const GUESSERS = 40
/** A stranger who asks for so many challenges uses up the rate of everybody. */
const FLOOD = 400

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at piece by piece
type Any = any

describe('attacks on signing in', () => {
  let world: World
  let now = NOW
  before(async () => {
    world = await makeWorld({ secondFactor: 'administrators' })
  })
  after(() => world.close())
  const later = (ms: number) => {
    now = new Date(now.getTime() + ms)
    world.setNow(now)
  }
  // Each test runs on a day of its own, so that no attempt of another test is counted.
  beforeEach(() => later(DAY_MS))

  const clock = { now: () => now, later }
  const { post, login, act, next, viewerOf, signedIn, withCodes, withPasskey, challenge } = makeSignIns(
    () => world,
    clock,
  )
  const db = () => world.database.db
  const change = (by: string) => ({ by, byCommand: false, now })
  const statusesOf = (ended: PromiseSettledResult<{ status: number }>[]) =>
    ended.map((one) => (one.status === 'fulfilled' ? one.value.status : String(one.reason))).sort()
  const behindProxy = async <T>(work: (url: string) => Promise<T>): Promise<T> => {
    const server = await makeServer({ ...world.parts, proxies: 1 })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }
  const postAt = (url: string, path: string, address: string, body: object = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify(body),
    })

  it('a session that must enrol a second factor exports no list and no case', async () => {
    const half = await signedIn('half', 'administrator')
    const refused = [403, 'SECOND_FACTOR_TO_ENROL']
    for (const [path, body] of [
      ['/desk/export', { list: 'operators', format: 'csv' }],
      ['/desk/case-file', { listing: 'x', format: 'json' }],
    ] as const)
      expect(codeIn(await post(path, body, half)), path).to.deep.equal(refused)
  })

  it('an export that is under way when its session ends gives nothing', async () => {
    const session = await signedIn('exports')
    const [ended] = await whileHeld(
      db(),
      'lock table operators in access exclusive mode',
      [() => post('/desk/export', { list: 'operators', format: 'csv' }, session)],
      () => post('/desk/logout', {}, session).catch(() => undefined),
    )
    expect(ended?.status === 'fulfilled' && codeIn(ended.value)).to.deep.equal([401, 'UNAUTHENTICATED'])
  })

  it('a sign-in under way opens no session once the password was reset or changed', async () => {
    await signedIn('in-flight')
    const whileSigningIn = async (meanwhile: () => Promise<unknown>) => {
      const held = 'lock table code_generators in access exclusive mode'
      return statusesOf(await whileHeld(db(), held, [() => login({ name: 'in-flight', password: OWN })], meanwhile))
    }
    const changePassword = () =>
      db().transaction(async (tx) => {
        const { passwordHash = '' } = (await people.findPerson(db(), 'in-flight')) ?? {}
        await store.setPassword(tx, 'in-flight', { before: passwordHash, passwordHash: 'another', kept: 5, now })
      })
    expect(await whileSigningIn(changePassword)).to.deep.equal([401])
    const { one_time_password: password } = await confirmedReset(db(), 'in-flight', now)
    await db()('former_passwords').where({ person: 'in-flight' }).delete()
    expect((await login({ name: 'in-flight', password, newPassword: OWN })).status).to.equal(200)
    const reset = () => people.resetPassword(db(), 'in-flight', change('systems-1'))
    expect(await whileSigningIn(reset)).to.deep.equal([401])
  })

  it('one of two removals at a time leaves the second factor that is required', async () => {
    const { session } = await withPasskey('removes', 'administrator')
    const { options } = (await act(session, 'begin-passkey')).body
    const added = await act(session, 'add-passkey', { name: 'k', passkey: makeAuthenticator().create(options) })
    const full = next(session, added)
    const [one, two] = added.body.account.passkeys.map(({ id }: Any) => id)
    const other = await db().transaction()
    await store.lockPerson(other, 'removes')
    await factorStore.removePasskey(other, 'removes', two)
    const removal = act(full, 'remove-factor', { passkey: one })
    await Promise.race([removal, untilWaiting(db(), 1)])
    await other.commit()
    expect(codeIn(await removal)).to.deep.equal([409, 'FACTOR_LAST'])
    expect(await factorStore.listPasskeys(db(), 'removes')).to.have.length(1)
  })

  it('a passkey that is being enrolled does not outlast the reset of the second factor', async () => {
    const session = await signedIn('taken-over')
    const { options } = (await act(session, 'begin-passkey')).body
    const passkey = makeAuthenticator().create(options)
    const ends: Promise<unknown>[] = []
    const enrols = () => act(session, 'add-passkey', { name: 'k', passkey })
    await whileHeld(db(), `select 1 from sessions where person = 'taken-over' for update`, [enrols], async () => {
      ends.push(people.resetSecondFactor(db(), 'taken-over', change('systems-1')))
      await untilWaiting(db(), 2)
    })
    await Promise.all(ends)
    expect(await factorStore.listPasskeys(db(), 'taken-over')).to.deep.equal([])
    expect(await viewerOf(session)).to.equal('UNAUTHENTICATED')
  })

  it('sessions opened by the password alone end for good when the first second factor is enrolled', async () => {
    const session = await signedIn('enrols-later')
    const stolen = next(session, await login({ name: 'enrols-later', password: OWN }))
    const { options } = (await act(session, 'begin-passkey')).body
    const added = await act(session, 'add-passkey', { name: 'k', passkey: makeAuthenticator().create(options) })
    const full = next(session, added)
    expect(await viewerOf(stolen)).to.equal('UNAUTHENTICATED')
    const [{ id }] = added.body.account.passkeys
    expect((await act(full, 'remove-factor', { passkey: id })).status).to.equal(200)
    expect([await viewerOf(full), await viewerOf(stolen)]).to.deep.equal(['enrols-later', 'UNAUTHENTICATED'])
  })

  it('one of 20 simultaneous uses of one recovery code, or of one passkey answer, succeeds', async () => {
    const { recoveryCodes } = await withCodes('races')
    const { key } = await withPasskey('races-too')
    const parts = { keys: world.keys, policy: 'administrators', party: PARTY, now, log: world.parts.log } as const
    const shown = { code: recoveryCodes[0] ?? '', passkey: null }
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => factors.factorMatches(db(), 'races', shown, parts)),
    )
    expect(codes.filter(Boolean)).to.have.length(1)
    const passkey = key.get(await challenge())
    const answers = await Promise.all(Array.from({ length: 20 }, () => login({ passkey })))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
  })

  it('guesses of one second factor at the same time count as guesses one after another', async () => {
    await withCodes('guessed-at-once')
    const answers = await behindProxy((url) =>
      Promise.all(
        Array.from({ length: GUESSERS }, async (_, n) => {
          const given = { name: 'guessed-at-once', password: OWN, code: String(100_000 + n) }
          const answer = await postAt(url, '/desk/login', `192.0.2.${n}`, given)
          return ((await answer.json()) as Any).code
        }),
      ),
    )
    expect(answers.filter((code) => code === 'SECOND_FACTOR_REFUSED')).to.have.length(10)
    expect(answers.filter((code) => code === 'TOO_MANY_REQUESTS')).to.have.length(GUESSERS - 10)
  })

  it('a lockout that another spelling of the name brought about is named and can be lifted', async () => {
    await signedIn('spelt')
    for (let n = 0; n < 10; n += 1) {
      expect((await login({ name: n % 2 ? 'SPELT' : 'ｓｐｅｌｔ', password: 'wrong' })).status).to.equal(401)
      later(20_000)
    }
    expect(codeIn(await login({ name: 'spelt', password: OWN }))).to.deep.equal([429, 'TOO_MANY_REQUESTS'])
    const token = world.token('administrator', 'systems-1')
    const { data } = await world.ask('{ lockouts { name } }', { token })
    expect(data.lockouts).to.deep.equal([{ name: 'spelt' }])
    const lifted = await world.ask('mutation { liftLockout(kind: PERSON, name: "spelt") { failures } }', { token })
    expect(lifted.errors).to.equal(undefined)
    expect((await login({ name: 'spelt', password: OWN })).status).to.equal(200)
  })

  it('strangers who ask for challenges close sign-in by passkey or password to nobody', async () => {
    const { key } = await withPasskey('besieged')
    await confirmedPerson(db(), { name: 'newcomer', role: 'officer' }, [], now)
    await behindProxy(async (url) => {
      for (let n = 0; n < FLOOD; n += 1)
        await (await postAt(url, '/desk/login/passkey', `2001:db8:${Math.floor(n / 40)}::1`)).text()
      const asked = await postAt(url, '/desk/login/passkey', '198.51.100.1')
      expect(asked.status).to.equal(200)
      const passkey = key.get((await asked.json()) as Any)
      expect((await postAt(url, '/desk/login', '198.51.100.1', { passkey })).status).to.equal(200)
      const wrong = { name: 'newcomer', password: 'wrong' }
      expect((await postAt(url, '/desk/login', '198.51.100.2', wrong)).status).to.equal(401)
    })
  })

  it('another site signs nobody out', async () => {
    const session = await signedIn('stays')
    const answer = await fetch(`${world.url}/desk/logout`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect([answer.status, answer.headers.get('set-cookie')]).to.deep.equal([403, null])
    expect(await viewerOf(session)).to.equal('stays')
  })

  it('enrolment refuses malformed answers, and takes ten passkeys, however many were begun', async () => {
    const session = await signedIn('collects')
    const begin = async (of = session) => (await act(of, 'begin-passkey')).body.options
    const nested = Buffer.alloc(20_000, 0x81).toString('base64url')
    const huge = Buffer.from('9b7fffffffffffffff', 'hex').toString('base64url')
    for (const attestationObject of [nested, huge, '', '!']) {
      const made = makeAuthenticator().create(await begin())
      const passkey = { ...made, response: { ...made.response, attestationObject } }
      expect(codeIn(await act(session, 'add-passkey', { name: 'k', passkey }))).to.deep.equal([422, 'PASSKEY_REFUSED'])
    }
    const begun = await Promise.all(Array.from({ length: 11 }, () => begin()))
    let at = session
    const statuses = []
    for (const [n, options] of begun.entries()) {
      const made = makeAuthenticator().create(options)
      const transports = n % 2 ? { usb: 1 } : ['x'.repeat(900), 'usb', { toString: null }]
      const passkey = { ...made, response: { ...made.response, transports } }
      const added = await act(at, 'add-passkey', { name: 'k', passkey })
      statuses.push(added.status)
      if (added.status === 200) at = next(at, added)
    }
    expect(statuses).to.deep.equal([...Array(10).fill(200), 422])
    const kept = await factorStore.listPasskeys(db(), 'collects')
    expect([...new Set(kept.map(({ transports }) => transports))]).to.have.members(['', 'usb'])
  })

  it('a passkey whose counter goes back is refused and named in the log and the audit log', async () => {
    const { key } = await withPasskey('copied')
    expect((await login({ passkey: key.get(await challenge(), { counter: 7 }) })).status).to.equal(200)
    const copy = key.get(await challenge(), { counter: 7 })
    expect(codeIn(await login({ passkey: copy }))).to.deep.equal([401, 'SECOND_FACTOR_REFUSED'])
    const token = world.token('auditor')
    const asked = '{ auditLog(filter: { kind: ATTEMPT }, first: 1) { nodes { client outcome asked } } }'
    const [row] = (await world.ask(asked, { token })).data.auditLog.nodes
    expect([row.client, row.outcome]).to.deep.equal(['copied', 'SECOND_FACTOR_REFUSED'])
  })
})

const PARTY = { id: 'localhost', origin: 'http://localhost' }
