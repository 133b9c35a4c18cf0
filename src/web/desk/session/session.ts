import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
} from '@simplewebauthn/browser'
import { useSyncExternalStore } from 'react'
import type { SessionStage } from '../../../domain/access/sign-in.js'
import type { Act, Role } from '../../../domain/access/viewer.js'
import { seatOf } from '../../../domain/matters/seats.js'

export interface DeskSession {
  name: string
  role: Role
  agency: string | null
  agencyName: string | null
  region: string | null
  /** Permissions, as `hub status --access` names them. */
  acts: Act[]
  csrfToken: string
  /** Absolute end of the session, ISO 8601. */
  endsAt: string
  idleMs: number
  demo: boolean
  /** True until the office is declared in service. */
  trial: boolean
  /** ENROLMENT: a second factor must be enrolled; nothing else is open. */
  stage: SessionStage
}

interface SignInState {
  session: DeskSession | null
  isAskedAgain: boolean
  /** Last request, in epoch milliseconds of the browser. */
  lastAt: number
}

const shownAtStart = (): DeskSession | null => {
  const text = document.getElementById('session')?.textContent ?? 'null'
  return JSON.parse(text) as DeskSession | null
}

let state: SignInState = { session: shownAtStart(), isAskedAgain: false, lastAt: Date.now() }
const listeners = new Set<() => void>()
let waiting: { promise: Promise<void>; done: () => void } | null = null

const change = (next: Partial<SignInState>): void => {
  state = { ...state, ...next }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSignIn = (): SignInState => useSyncExternalStore(subscribe, () => state)

export const useSession = (): DeskSession => {
  const { session } = useSignIn()
  if (session === null) throw new Error('nobody is signed in')
  return session
}

export const useHasSeat = (): boolean => {
  const { name, role, agency, region } = useSession()
  return seatOf({ role, sub: name, agency, region }) !== null
}

export const useMay = (act: Act): boolean => useSession().acts.includes(act)

/** If another person signs in, the page is reloaded. */
export const signedIn = (session: DeskSession): void => {
  if (state.session !== null && state.session.name !== session.name) {
    location.reload()
    return
  }
  change({ session, isAskedAgain: false, lastAt: Date.now() })
  waiting?.done()
  waiting = null
}

const again = (): Promise<void> => {
  if (waiting === null) {
    let done = () => {}
    const promise = new Promise<void>((resolve) => {
      done = resolve
    })
    waiting = { promise, done }
    change({ isAskedAgain: true })
  }
  return waiting.promise
}

/** Repeats the request after a new sign-in (401) or CSRF token (403), so no input is lost. */
export const fetchSignedIn = async (
  input: RequestInfo | URL,
  init: RequestInit = {},
  send: (input: RequestInfo | URL, init: RequestInit) => Promise<Response> = fetch,
): Promise<Response> => {
  const { session } = state
  const headers = new Headers(init.headers)
  if (session !== null) headers.set('X-CSRF-Token', session.csrfToken)
  const sentAt = Date.now()
  const answer = await send(input, { ...init, headers, credentials: 'same-origin' })
  if (session === null) return answer
  if (answer.status === 401) {
    if (state.session?.csrfToken === session.csrfToken) await again()
    return fetchSignedIn(input, init, send)
  }
  if (answer.status === 403 && (await isOfOldToken(answer)) && (await renewed()))
    return fetchSignedIn(input, init, send)
  change({ lastAt: Math.max(state.lastAt, sentAt) })
  return answer
}

const isOfOldToken = async (answer: Response): Promise<boolean> =>
  (await answer.clone().text()).includes('CSRF_REFUSED')

const renewed = async (): Promise<boolean> => {
  const answer = await fetch('/desk/session', { credentials: 'same-origin' })
  if (answer.status === 401) {
    await again()
    return true
  }
  const session = answer.ok ? ((await answer.json()) as DeskSession) : null
  if (session === null || session.csrfToken === state.session?.csrfToken) return false
  signedIn(session)
  return true
}

/** Any request resets the idle timeout. */
export const keepSessionAlive = async (): Promise<void> => {
  await fetchSignedIn('/desk/session')
}

export interface SignInRefusal {
  code: string
  detail: string
  /** Seconds; null when the answer states none. */
  retryAfter: number | null
  /** Second factors that may be shown, with code SECOND_FACTOR_NEEDED. */
  factors?: readonly ('PASSKEY' | 'CODE' | 'RECOVERY')[]
  passkey?: PublicKeyCredentialRequestOptionsJSON | null
}

interface SignInFields {
  name?: string
  password?: string
  newPassword?: string | undefined
  code?: string | undefined
  passkey?: object | undefined
}

const postJson = (path: string, body: object): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(state.session && { 'X-CSRF-Token': state.session.csrfToken }) },
    credentials: 'same-origin',
    body: JSON.stringify(body),
  })

const refusalIn = async (answer: Response): Promise<SignInRefusal> => ({
  ...((await answer.json()) as SignInRefusal),
  retryAfter: Number(answer.headers.get('Retry-After')) || null,
})

export const signIn = async (given: SignInFields): Promise<SignInRefusal | null> => {
  const answer = await postJson('/desk/login', given)
  if (!answer.ok) return refusalIn(answer)
  signedIn((await answer.json()) as DeskSession)
  return null
}

/** Returns null when the user gave up or the authenticator failed. */
export const askAuthenticator = (options: PublicKeyCredentialRequestOptionsJSON): Promise<object | null> =>
  startAuthentication({ optionsJSON: options }).catch(() => null)

export const NO_PASSKEY: SignInRefusal = {
  code: 'NO_PASSKEY',
  detail: '没有读到通行密钥，请重试，或改用密码登录。',
  retryAfter: null,
}

export const signInByPasskey = async (): Promise<SignInRefusal | null> => {
  const answer = await postJson('/desk/login/passkey', {})
  if (!answer.ok) return refusalIn(answer)
  const passkey = await askAuthenticator((await answer.json()) as PublicKeyCredentialRequestOptionsJSON)
  return passkey === null ? NO_PASSKEY : signIn({ passkey })
}

export interface OwnAccount {
  required: boolean
  passkeysPossible: boolean
  recent: boolean
  passwordSince: string
  passwordDueOn: string
  passkeys: readonly { id: number; name: string; addedAt: string; usedAt: string | null }[]
  codesSince: string | null
  recoveryCodesLeft: number
  sessions: readonly {
    number: number
    browser: string | null
    place: 'LOOPBACK' | 'INTERNAL' | 'EXTERNAL' | null
    startedAt: string
    seenAt: string
    current: boolean
  }[]
}

export interface AccountAnswer {
  session: DeskSession
  account: OwnAccount
  options?: PublicKeyCredentialCreationOptionsJSON
  generator?: { secret: string; uri: string }
  recoveryCodes?: readonly string[] | null
}

/** Throws a SignInRefusal. */
export const actOnAccount = async (act: string | null, body: object = {}): Promise<AccountAnswer> => {
  const answer = await (act === null
    ? fetch('/desk/session/account', { credentials: 'same-origin' })
    : postJson(`/desk/session/${act}`, body))
  if (answer.ok) return (await answer.json()) as AccountAnswer
  const refusal = await refusalIn(answer)
  const isOver = refusal.code === 'UNAUTHENTICATED'
  if (isOver) await again()
  if (isOver || (refusal.code === 'CSRF_REFUSED' && (await renewed()))) return actOnAccount(act, body)
  throw refusal
}

/** Also ends a newer session of another window. */
export const signOut = async (): Promise<void> => {
  try {
    await fetchSignedIn('/desk/logout', { method: 'POST' })
  } finally {
    location.assign('/desk')
  }
}
