/**
 * Who is signed in, and how everything is asked: `ask` is fetch with the token that goes with the cookie. Where a sign-in has
 * ended in the middle, it waits for the person to sign in again in a dialog over the page, and asks the same once more: nothing
 * that was typed is lost.
 */
import { useSyncExternalStore } from 'react'
import type { Act, Role } from '../../../domain/access/viewer.js'

export interface Session {
  name: string
  role: Role
  agency: string | null
  region: string | null
  /** What it may do, in the words of `hub status --access`. */
  acts: Act[]
  csrfToken: string
  /** ISO 8601: signed out then in any case. */
  endsAt: string
  /** Signed out after so long without a request, milliseconds. */
  idleMs: number
  /** Everything shown is invented. */
  demo: boolean
}

interface State {
  session: Session | null
  /** A question waits for the person to sign in again. */
  isAskedAgain: boolean
  /** When the last request that was answered left, milliseconds of the browser's clock: the server counts idleness from its arrival. */
  lastAt: number
}

const shownAtStart = (): Session | null => {
  const text = document.getElementById('session')?.textContent ?? 'null'
  return JSON.parse(text) as Session | null
}

let state: State = { session: shownAtStart(), isAskedAgain: false, lastAt: Date.now() }
const listeners = new Set<() => void>()
let waiting: { promise: Promise<void>; done: () => void } | null = null

const change = (next: Partial<State>): void => {
  state = { ...state, ...next }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSignIn = (): State => useSyncExternalStore(subscribe, () => state)

/** For pages, which stand only where somebody is signed in. */
export const useSession = (): Session => {
  const { session } = useSignIn()
  if (session === null) throw new Error('nobody is signed in')
  return session
}

export const useMay = (act: Act): boolean => useSession().acts.includes(act)

/** Somebody else than before begins with a fresh page: what stands in this one was not shown to them. */
export const signedIn = (session: Session): void => {
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

/**
 * Fetch as whoever is signed in. 401: once they have signed in again, it is asked anew; 403 for an old token: with the new one.
 * `send`: another way of fetching.
 */
export const ask = async (
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
    // Signed in anew while this was under way: its token is of the session before.
    if (state.session?.csrfToken === session.csrfToken) await again()
    return ask(input, init, send)
  }
  if (answer.status === 403 && (await isOfOldToken(answer)) && (await renewed())) return ask(input, init, send)
  change({ lastAt: Math.max(state.lastAt, sentAt) })
  return answer
}

const isOfOldToken = async (answer: Response): Promise<boolean> =>
  (await answer.clone().text()).includes('CSRF_REFUSED')

/** Signed in anew in another window: the cookie is common, and so is who it is. False: nothing is new. */
const renewed = async (): Promise<boolean> => {
  const answer = await fetch('/desk/session', { credentials: 'same-origin' })
  if (answer.status === 401) {
    await again()
    return true
  }
  const session = answer.ok ? ((await answer.json()) as Session) : null
  if (session === null || session.csrfToken === state.session?.csrfToken) return false
  signedIn(session)
  return true
}

/** A request of its own keeps the session from ending for idleness. */
export const keepAlive = async (): Promise<void> => {
  await ask('/desk/session')
}

export interface Refused {
  code: string
  detail: string
  /** Seconds to wait; null: not said. */
  retryAfter: number | null
}

/** Null: signed in. `newPassword` where the password is for one use. */
export const signIn = async (given: {
  name: string
  password: string
  newPassword?: string | undefined
}): Promise<Refused | null> => {
  const answer = await fetch('/desk/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    credentials: 'same-origin',
    body: JSON.stringify(given),
  })
  const body = (await answer.json()) as Session & Refused
  if (answer.ok) {
    signedIn(body)
    return null
  }
  const retryAfter = Number(answer.headers.get('Retry-After')) || null
  return { code: body.code, detail: body.detail, retryAfter }
}

/** Also out of the sign-in that has followed this one in another window; whether it is done, the page that comes then shows. */
export const signOut = async (): Promise<void> => {
  try {
    await ask('/desk/logout', { method: 'POST' })
  } finally {
    location.assign('/desk')
  }
}
