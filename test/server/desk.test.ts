import { expect } from 'chai'
import * as trail from '../../src/store/audit/audit-log.js'
import * as people from '../../src/work/access/people.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedClient, confirmedPerson, confirmedReset } from '../support/accounts.js'
import { dumpOf, refusal } from '../support/world.js'

const OWN = 'fjord kelp umbra lantern'
const AGENCIES = ['market-regulator']
const later = (ms: number): Date => new Date(NOW.getTime() + ms)
const JSON_TYPE = { 'content-type': 'application/json' }

interface Session {
  cookie: string
  csrfToken: string
}

describe('people at the desk', () => {
  let world: World
  let day = 0
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  // Each test runs on a day of its own, so that no attempt of another test is counted.
  let now = NOW
  beforeEach(() => {
    day += 1
    now = later(day * 86_400_000)
    world.setNow(now)
  })

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) })
  const login = (body: unknown, headers: Record<string, string> = {}) => post('/desk/login', body, headers)
  const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]
  const add = (name: string, role = 'officer') =>
    confirmedPerson(world.database.db, { name, role, agency: 'market-regulator', region: '220100' }, AGENCIES, now)
  const sessionIn = async (answer: Response): Promise<Session> => ({
    cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    csrfToken: ((await answer.json()) as { csrfToken: string }).csrfToken,
  })
  const signedIn = async (name: string, role = 'officer'): Promise<Session> => {
    const { one_time_password: password } = await add(name, role)
    return sessionIn(await login({ name, password, newPassword: OWN }))
  }
  const asking = ({ cookie, csrfToken }: Session, query = '{ viewer { sub role region } }') =>
    world.ask(query, { headers: { cookie, 'x-csrf-token': csrfToken } })

  it('choose their own password at the first sign-in, and use it afterwards', async () => {
    const { one_time_password: password, good_until } = await add('first')
    expect(good_until).to.equal(new Date(now.getTime() + 7 * 86_400_000).toISOString())
    expect(await codeOf(await login({ name: 'first', password }))).to.deep.equal([403, 'PASSWORD_TO_CHOOSE'])
    for (const [newPassword, fault] of [
      ['short', 'SHORT'],
      ['password2026', 'COMMON'],
      [password, 'SAME'],
    ]) {
      const answer = await login({ name: 'first', password, newPassword })
      expect(await codeOf(answer), fault).to.deep.equal([422, 'PASSWORD_WEAK'])
      expect(answer.headers.get('set-cookie')).to.equal(null)
    }
    const chosen = await login({ name: 'first', password, newPassword: OWN })
    expect(chosen.status).to.equal(200)
    expect(await chosen.json()).to.include({ name: 'first', role: 'officer', region: '220100' })
    expect(await codeOf(await login({ name: 'first', password }))).to.deep.equal([401, 'SIGN_IN_REFUSED'])
    expect((await login({ name: 'first', password: OWN })).status).to.equal(200)
    const dump = await dumpOf(world.database.db)
    expect([dump.includes(password), dump.includes(OWN)]).to.deep.equal([false, false])
  })

  it('write an audit row for a refused attempt, at most one a minute with the number, and one for signing out', async () => {
    const { number = 0 } = (await trail.readHead(world.database.db)) ?? {}
    const session = await signedIn('rows')
    for (let n = 0; n < 3; n += 1) await login({ name: 'rows', password: 'wrong' })
    await login({ name: 'a password in the wrong place', password: 'wrong' })
    now = later(day * 86_400_000 + 61_000)
    world.setNow(now)
    await login({ name: 'ROWS', password: 'wrong' })
    const out = { cookie: session.cookie, 'x-csrf-token': session.csrfToken }
    expect((await post('/desk/logout', {}, out)).status).to.equal(204)
    const rows = (await trail.listRowsAfter(world.database.db, number, 20)).map(({ kind, content }) => {
      const [asked, more = '{}'] = content?.asked.split('\n') ?? []
      return [kind, content?.client, asked, content?.outcome, (JSON.parse(more) as { attempts?: number }).attempts]
    })
    expect(rows).to.deep.equal([
      ['TOKEN', 'rows', 'POST /desk/login', 'DONE', undefined],
      ['ATTEMPT', 'rows', 'POST /desk/login', 'SIGN_IN_REFUSED', 1],
      ['ATTEMPT', 'public', 'POST /desk/login', 'SIGN_IN_REFUSED', 1],
      ['ATTEMPT', 'rows', 'POST /desk/login', 'SIGN_IN_REFUSED', 3],
      ['SIGN_OUT', 'rows', 'POST /desk/logout', 'DONE', undefined],
    ])
    expect(JSON.stringify(await trail.listRowsAfter(world.database.db, number, 20))).to.not.include('wrong place')
  })

  it('get their permissions, and learn that a session has ended, also after the browser dropped its cookie', async () => {
    const session = await signedIn('told')
    const answered = await fetch(`${world.url}/desk/session`, { headers: { cookie: session.cookie } })
    const told = (await answered.json()) as { acts: string[] }
    expect(told).to.include({ name: 'told', demo: false, trial: false, idleMs: 1_800_000 })
    expect(told.acts).to.include('move_listing').and.to.not.include('see_audit_log')
    const { csrfToken } = session
    expect((await world.ask('{ standing(code: "x") { status } }')).data.standing.status).to.equal('UNKNOWN')
    const answer = await world.ask('{ standing(code: "x") { status } }', { headers: { 'x-csrf-token': csrfToken } })
    expect([answer.status, answer.errors?.[0]?.extensions['code']]).to.deep.equal([401, 'UNAUTHENTICATED'])
  })

  it('have a session cookie closed to scripts and other sites, of which only a hash is stored', async () => {
    const { one_time_password: password } = await add('cookie')
    const answer = await login({ name: 'cookie', password, newPassword: OWN })
    expect(answer.headers.get('set-cookie')).to.match(
      /^__Host-hub=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
    const session = await sessionIn(answer)
    const { data } = await asking(session)
    expect(data.viewer).to.deep.equal({ sub: 'cookie', role: 'officer', region: '220100' })
    expect(await dumpOf(world.database.db)).to.not.include(session.cookie.split('=')[1])
    const present = await fetch(`${world.url}/desk/session`, { headers: { cookie: session.cookie } })
    expect(await present.json()).to.include({ name: 'cookie', csrfToken: session.csrfToken })
  })

  it('may sign in by a form, but not from another site', async () => {
    const { one_time_password: password } = await add('form')
    const form = (headers: Record<string, string>) =>
      fetch(`${world.url}/desk/login`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ name: 'form', password, newPassword: OWN }),
      })
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ])
      expect(await codeOf(await form(headers)), JSON.stringify(headers)).to.deep.equal([403, 'CSRF_REFUSED'])
    expect((await form({ origin: world.url })).status).to.equal(200)
  })

  it('need the CSRF token of their session with its cookie, except for a read by GET', async () => {
    const session = await signedIn('csrf')
    const other = await signedIn('csrf-other')
    const tokens = [{}, { 'x-csrf-token': '' }, { 'x-csrf-token': 'x' }, { 'x-csrf-token': other.csrfToken }]
    for (const headers of tokens) {
      const { status, errors } = await world.ask('{ viewer { sub } }', {
        headers: { cookie: session.cookie, ...headers },
      })
      expect([status, errors?.[0]?.extensions['code']]).to.deep.equal([403, 'CSRF_REFUSED'])
    }
    const read = await fetch(`${world.url}/graphql?query=${encodeURIComponent('{ viewer { sub } }')}`, {
      headers: { cookie: session.cookie, 'apollo-require-preflight': '1' },
    })
    expect(await read.json()).to.deep.equal({ data: { viewer: { sub: 'csrf' } } })
    const logout = await post('/desk/logout', {}, { cookie: session.cookie })
    expect(await codeOf(logout)).to.deep.equal([403, 'CSRF_REFUSED'])
    const upload = await post('/v1/feeds/registry', {}, { cookie: session.cookie })
    expect(upload.status).to.equal(403)
  })

  it('end their session by signing out', async () => {
    const session = await signedIn('leaves')
    const answer = await post('/desk/logout', {}, { cookie: session.cookie, 'x-csrf-token': session.csrfToken })
    expect([answer.status, answer.headers.get('set-cookie')]).to.deep.equal([
      204,
      '__Host-hub=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0',
    ])
    const { status, headers } = await asking(session)
    expect(status).to.equal(401)
    expect(headers.get('set-cookie')).to.include('Max-Age=0')
  })

  it('are signed out after half an hour without a request, and after twelve hours in any case', async () => {
    const [idle, busy] = [await signedIn('idle'), await signedIn('busy')]
    for (let minutes = 0; minutes < 12 * 60; minutes += 29) {
      world.setNow(new Date(now.getTime() + minutes * 60_000))
      expect((await asking(busy)).status).to.equal(200)
      if (minutes === 29) expect((await asking(idle)).status).to.equal(200)
      if (minutes === 87) expect((await asking(idle)).status).to.equal(401)
    }
    world.setNow(new Date(now.getTime() + 12 * 3_600_000))
    expect((await asking(busy)).status).to.equal(401)
  })

  it('get a new session id at sign-in, whatever cookie was sent', async () => {
    const laid = `__Host-hub=${'A'.repeat(43)}`
    const { one_time_password: password } = await add('fixed')
    const first = await sessionIn(await login({ name: 'fixed', password, newPassword: OWN }, { cookie: laid }))
    expect(first.cookie).to.not.equal(laid)
    expect((await asking({ ...first, cookie: laid })).status).to.equal(401)
    expect((await asking({ ...first, cookie: `${laid}; ${first.cookie}` })).status).to.equal(401)
    const second = await sessionIn(await login({ name: 'fixed', password: OWN }, { cookie: first.cookie }))
    expect([(await asking(first)).status, (await asking(second)).status]).to.deep.equal([401, 200])
  })

  it('are signed out everywhere by a changed or reset password, or an ended account', async () => {
    const { db } = world.database
    const [a, b] = [await signedIn('changes'), await sessionIn(await login({ name: 'changes', password: OWN }))]
    const next = `${OWN} again`
    const c = await sessionIn(await login({ name: 'changes', password: OWN, newPassword: next }))
    const opened = async () => Promise.all([a, b, c].map(async (one) => (await asking(one)).status))
    expect(await opened()).to.deep.equal([401, 401, 200])
    const { one_time_password } = await confirmedReset(db, 'changes', now)
    expect(await opened()).to.deep.equal([401, 401, 401])
    expect(await codeOf(await login({ name: 'changes', password: next }))).to.deep.equal([401, 'SIGN_IN_REFUSED'])
    const d = await sessionIn(await login({ name: 'changes', password: one_time_password, newPassword: OWN }))
    await people.endPerson(db, 'changes', now)
    expect((await asking(d)).status).to.equal(401)
    expect(await codeOf(await login({ name: 'changes', password: OWN }))).to.deep.equal([401, 'SIGN_IN_REFUSED'])
    expect((await refusal(confirmedReset(db, 'changes', now))).code).to.equal('PERSON_UNKNOWN')
  })

  it('get the same answer for an unknown name, a wrong password and an expired one-time password', async () => {
    const { one_time_password: password } = await add('late')
    world.setNow(new Date(now.getTime() + 7 * 86_400_000))
    const words = await Promise.all(
      [
        { name: 'late', password, newPassword: OWN },
        { name: 'late', password: 'wrong' },
        { name: 'nobody at all', password: 'wrong' },
      ].map(async (body) => {
        const { requestId: _, ...told } = (await (await login(body)).json()) as { requestId: string }
        return told
      }),
    )
    for (const one of words) expect(one).to.deep.equal(words[0])
  })

  it('must wait after ten wrong passwords from one address, even with the right one', async () => {
    const { one_time_password: password } = await add('guessed')
    for (let n = 0; n < 10; n += 1) await login({ name: n % 2 ? 'GUESSED' : 'guessed', password: `wrong ${n}` })
    const answer = await login({ name: 'guessed', password, newPassword: OWN })
    expect(answer.status).to.equal(429)
    world.setNow(new Date(now.getTime() + 100_000))
    const locked = await login({ name: 'guessed', password, newPassword: OWN })
    expect([locked.status, Number(locked.headers.get('retry-after'))]).to.deep.equal([429, 800])
    world.setNow(new Date(now.getTime() + 901_000))
    expect((await login({ name: 'guessed', password, newPassword: OWN })).status).to.equal(200)
  })

  it('have no name in common with a system, in any spelling', async () => {
    const { db } = world.database
    await add('Zhou')
    await confirmedClient(db, { name: 'system-1', role: 'agency' }, AGENCIES, now)
    expect((await refusal(confirmedClient(db, { name: 'ＺＨＯＵ', role: 'officer' }, AGENCIES, now))).code).to.equal(
      'CLIENT_EXISTS',
    )
    for (const name of ['zhou', 'SYSTEM-1']) expect((await refusal(add(name))).code, name).to.equal('PERSON_EXISTS')
  })

  const bad: [string, unknown][] = [
    ['no body', undefined],
    ['no password', { name: 'x' }],
    ['a name that is no text', { name: ['x'], password: 'y' }],
    ['a NUL', { name: 'x\0', password: 'y' }],
    ['a password of 257 characters', { name: 'x', password: 'y'.repeat(257) }],
    ['a prototype', JSON.parse('{"__proto__": {"name": "x", "password": "y"}}')],
  ]
  for (const [what, body] of bad)
    it(`send ${what} and are refused (INPUT_INVALID)`, async () => {
      expect(await codeOf(await login(body))).to.deep.equal([400, 'INPUT_INVALID'])
    })

  it('cannot call the endpoints by other methods', async () => {
    const answer = await fetch(`${world.url}/desk/login`)
    expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST'])
    expect((await fetch(`${world.url}/desk/session`)).status).to.equal(401)
  })
})
