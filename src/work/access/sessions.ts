import { hash, timingSafeEqual } from 'node:crypto'
import {
  browserFamilyOf,
  isProofRecent,
  type SecondFactorPolicy,
  type SessionProof,
  type SessionStage,
  sessionStageOf,
} from '../../domain/access/sign-in.js'
import type { Viewer } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import { placeOfAddress } from '../../foundation/http/addresses.js'
import { newSecret } from '../../foundation/keys.js'
import * as people from '../../store/access/people.js'
import * as store from '../../store/access/sessions.js'
import type { Db, Tx } from '../../store/db/db.js'
import { signInTermsAt } from './sign-in-rules.js'

const SESSION_MS = 12 * 3_600_000
const MINUTE_MS = 60_000

export interface PersonSession {
  cookie: string
  number: number
  viewer: Viewer
  stage: SessionStage
  proof: SessionProof
  /** The password or a passkey was shown a short time ago. */
  isRecent: boolean
  endsAt: Date
}

export const sessionIdleMs = (now: Date): number => signInTermsAt(now).idleMinutes * MINUTE_MS

/** Null when the session is over or has not shown its person's second factor. */
export const sessionOfCookie = async (
  db: Db,
  cookie: string,
  { now, policy }: { now: Date; policy: SecondFactorPolicy },
): Promise<PersonSession | null> => {
  const found = await store.personSessions.use(db, cookie, sessionIdleMs(now), now)
  const stage = found && sessionStageOf(found, policy)
  if (found === null || stage === null) return null
  const { person: sub, number, role, duty, agency, region, proof, provenAt, endsAt } = found
  const viewer = { role, sub, agency, region, ...(duty && { duty }) }
  return { cookie, number, viewer, stage, proof, isRecent: isProofRecent(provenAt, now), endsAt }
}

/** `address` is as `networkOf` returns it. */
export interface SignInPlace {
  address: string
  userAgent: string
  /** Cookie that the browser still has; its session ends. */
  cookie: string | null
}

/**
 * Starts a session with a new cookie, never the request's (session fixation). Refusal SIGN_IN_REFUSED when the account
 * changed during the sign-in.
 */
export const startSession = async (
  tx: Tx,
  person: Pick<people.Person, 'id' | 'passwordHash'>,
  { proof, place, now }: { proof: SessionProof; place: SignInPlace; now: Date },
): Promise<string> => {
  if (!(await people.noteSignedIn(tx, person, now))) throw new Refusal('SIGN_IN_REFUSED')
  const cookie = newSecret()
  const browser = browserFamilyOf(place.userAgent)
  await store.personSessions.start(tx, {
    ...{ cookie, before: place.cookie, holder: person.id, now, endsAt: new Date(now.getTime() + SESSION_MS) },
    facts: { proof, proven_at: now, browser, place: placeOfAddress(place.address) },
  })
  return cookie
}

/** Gives the session another cookie. Refusal UNAUTHENTICATED. */
export const renewSession = async (
  tx: Tx,
  { cookie, proof }: Pick<PersonSession, 'cookie' | 'proof'>,
  now: Date,
): Promise<string> => {
  const next = newSecret()
  if (await store.renewPersonSession(tx, { cookie, next, proof, now })) return next
  throw new Refusal('UNAUTHENTICATED', { reason: '登录已失效 the session has ended' })
}

export const signOut = store.personSessions.end

/** CSRF token derived from the cookie, which another site cannot read. */
export const csrfTokenOf = (cookie: string): string => hash('sha256', `csrf ${cookie}`, 'base64url')

export const csrfTokenMatches = (cookie: string, token: string): boolean => {
  const [wanted, said] = [Buffer.from(csrfTokenOf(cookie)), Buffer.from(token)]
  return wanted.length === said.length && timingSafeEqual(wanted, said)
}
