import { useSyncExternalStore } from 'react'
import type { Act, Role } from '../../../domain/access/viewer.js'

export interface DeskSession {
  name: string
  role: Role
  agency: string | null
  region: string | null
  /** Permissions, as `hub status --access` names them. */
  acts: Act[]
  csrfToken: string
  /** Absolute end of the session, ISO 8601. */
  endsAt: string
  /** Idle timeout, milliseconds. */
  idleMs: number
  demo: boolean
}

interface SignInState {
  session: DeskSession | null
  isAskedAgain: boolean
  /** When the last request was sent, in epoch milliseconds of the browser. */
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

export const useMay = (act: Act): boolean => useSession().acts.includes(act)

/** If another person signs in, the page is reloaded. */
const signedIn = (session: DeskSession): void => {
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

/** Repeats the request after a new sign-in (401) or with a new CSRF token (403), so that no input is lost. */
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
  /** In seconds; null when the answer states none. */
  retryAfter: number | null
}

export const signIn = async (given: {
  name: string
  password: string
  newPassword?: string | undefined
}): Promise<SignInRefusal | null> => {
  const answer = await fetch('/desk/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    credentials: 'same-origin',
    body: JSON.stringify(given),
  })
  const body = (await answer.json()) as DeskSession & SignInRefusal
  if (answer.ok) {
    signedIn(body)
    return null
  }
  const retryAfter = Number(answer.headers.get('Retry-After')) || null
  return { code: body.code, detail: body.detail, retryAfter }
}

/** Also ends a newer session of another window. */
export const signOut = async (): Promise<void> => {
  try {
    await fetchSignedIn('/desk/logout', { method: 'POST' })
  } finally {
    location.assign('/desk')
  }
}
