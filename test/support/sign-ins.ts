/** People who sign in over HTTP, with their second factors. */
import { expect } from 'chai'
import { codeOfStep, stepAt } from '../../src/foundation/keys/one-time-codes.js'
import type { World } from '../api/world.js'
import { confirmedPerson } from './accounts.js'
import { makeAuthenticator } from './authenticator.js'

/** Synthetic password of test people. */
export const OWN = 'fjord kelp umbra lantern'
const STEP_MS = 60_000
const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at piece by piece
type Any = any

export interface DeskCookie {
  cookie: string
  csrf: string
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Reads base32 (RFC 4648). */
export const bytesOfBase32 = (text: string): Buffer => {
  const bits = [...text].map((sign) => BASE32.indexOf(sign).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

export const codeIn = ({ status, body }: { status: number; body: Any }) => [status, body.code]

/** `clock` tells the world's time and moves it on. */
export const makeSignIns = (world: () => World, clock: { now: () => Date; later: (ms: number) => void }) => {
  const post = async (
    path: string,
    body: object,
    session?: Partial<DeskCookie>,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${world().url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': CHROME,
        ...(session?.cookie && { cookie: session.cookie }),
        ...(session?.csrf && { 'x-csrf-token': session.csrf }),
        ...headers,
      },
      body: JSON.stringify(body),
    })
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
    return { status: answer.status, cookie, body: (await answer.json()) as Any }
  }
  const login = (body: object, headers = {}) => post('/desk/login', body, undefined, headers)
  const act = (session: DeskCookie, name: string, body: object = {}) => post(`/desk/session/${name}`, body, session)
  const next = (session: DeskCookie, answer: { cookie: string; body: Any }): DeskCookie => ({
    cookie: answer.cookie || session.cookie,
    csrf: (answer.body.session ?? answer.body).csrfToken,
  })
  const viewerOf = async ({ cookie, csrf }: DeskCookie) => {
    const answer = await world().ask('{ viewer { sub } }', { headers: { cookie, 'x-csrf-token': csrf } })
    return answer.data?.viewer?.sub ?? answer.errors?.[0]?.extensions['code']
  }
  const signedIn = async (name: string, role = 'officer', duty?: 'systems' | 'security'): Promise<DeskCookie> => {
    const given = { name, role, ...(duty && { duty }) }
    const { one_time_password: password } = await confirmedPerson(world().database.db, given, [], clock.now())
    return next({ cookie: '', csrf: '' }, await login({ name, password, newPassword: OWN }))
  }
  const withCodes = async (name: string, role?: string) => {
    const session = await signedIn(name, role)
    const secret = bytesOfBase32((await act(session, 'begin-code')).body.generator.secret)
    const codeNow = () => codeOfStep(secret, stepAt(clock.now()))
    const added = await act(session, 'add-code', { code: codeNow() })
    clock.later(STEP_MS)
    return { session: next(session, added), secret, codeNow, recoveryCodes: added.body.recoveryCodes as string[] }
  }
  const withPasskey = async (name: string, role?: string) => {
    const session = await signedIn(name, role)
    const key = makeAuthenticator()
    const { options } = (await act(session, 'begin-passkey')).body
    const added = await act(session, 'add-passkey', { name: '办公室', passkey: key.create(options) })
    expect(added.status, JSON.stringify(added.body)).to.equal(200)
    return { session: next(session, added), key, recoveryCodes: added.body.recoveryCodes as string[] }
  }
  const challenge = async () => (await post('/desk/login/passkey', {})).body
  return { post, login, act, next, viewerOf, signedIn, withCodes, withPasskey, challenge }
}
