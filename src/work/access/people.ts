import { hash, timingSafeEqual } from 'node:crypto'
import { type AccountInput, checkedAccount, checkedDuty } from '../../domain/access/accounts.js'
import {
  findPasswordFault,
  normalPassword,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  type PasswordFault,
} from '../../domain/access/password.js'
import type { Viewer } from '../../domain/access/viewer.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { hashSecret, newSecret, secretMatches } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { endAccount } from '../../store/access/confirmations.js'
import * as people from '../../store/access/people.js'
import { endSessionsOfPerson, personSessions } from '../../store/access/sessions.js'
import type { Db } from '../../store/db/db.js'
import * as lockouts from './lockouts.js'

const ONE_TIME_MS = 7 * 24 * 3_600_000
export const SESSION_IDLE_MS = 30 * 60_000
const SESSION_MS = 12 * 3_600_000

export interface PersonCredentials extends Pick<people.Person, 'role' | 'duty' | 'agency' | 'region'> {
  name: string
  one_time_password: string
  good_until: string
  /** Sign-in waits for a second person's confirmation. */
  pending: boolean
}

export interface PersonInput extends AccountInput {
  duty?: string
}

/** Refusals: USAGE, ROLE_UNKNOWN, AGENCY_UNKNOWN, PERSON_EXISTS. */
export const registerPerson = async (
  db: Db,
  input: PersonInput,
  agencies: readonly string[],
  change: people.AccountChange,
): Promise<PersonCredentials> => {
  const { name, role, agency, region } = checkedAccount(input, agencies)
  const duty = checkedDuty(role, input.duty)
  const { password, ...secret } = await oneTime(change.now)
  const added = await people.addPerson(db, { id: name, role, duty, agency, region, ...secret }, change)
  if (added === null) throw new Refusal('PERSON_EXISTS', { name })
  const issued = { one_time_password: password, good_until: secret.oneTimeUntil.toISOString() }
  return { name, ...issued, role, duty, agency, region, pending: added.pending }
}

/** Issues a new one-time password and ends all sessions. Refusal PERSON_UNKNOWN. */
export const resetPassword = async (db: Db, name: string, change: people.AccountChange): Promise<PersonCredentials> => {
  const { now } = change
  const person = await people.findPerson(db, name)
  if (person === null) throw new Refusal('PERSON_UNKNOWN', { name })
  const { password, ...secret } = await oneTime(now)
  const { role, duty, agency, region } = person
  const { pending } = await db.transaction(async (tx) => {
    const made = { before: person.passwordHash, ...secret, duty, ...change }
    const changed = await people.resetPassword(tx, name, made)
    if (changed === null) throw new Refusal('PERSON_UNKNOWN', { name })
    await endSessionsOfPerson(tx, name, now)
    return changed
  })
  const issued = { one_time_password: password, good_until: secret.oneTimeUntil.toISOString() }
  return { name, ...issued, role, duty, agency, region, pending }
}

/** Ends all sessions; the name stays reserved. Refusal PERSON_UNKNOWN. */
export const endPerson = async (db: Db, name: string, now: Date): Promise<void> => {
  if (!(await endAccount(db, 'people', name, now))) throw new Refusal('PERSON_UNKNOWN', { name })
}

export const findPerson = people.findPerson

const oneTime = async (now: Date) => {
  const password = newSecret()
  return { password, passwordHash: await hashSecret(password), oneTimeUntil: new Date(now.getTime() + ONE_TIME_MS) }
}

export interface SignInInput {
  name: string
  password: string
  newPassword: string | null
  address: string
  proven?: boolean
  cookie: string | null
}

export interface PersonSession {
  cookie: string
  viewer: Viewer
  endsAt: Date
}

/**
 * Look-ups and one scrypt run for every attempt, so right and wrong ones take equally long. Refusals: SIGN_IN_REFUSED,
 * TOO_MANY_REQUESTS, ACCOUNT_PENDING, PASSWORD_TO_CHOOSE, PASSWORD_WEAK.
 */
export const signIn = async (
  db: Db,
  input: SignInInput,
  { mark, now, log }: { mark: (text: string) => string; now: Date; log: Log },
): Promise<PersonSession> => {
  const knock = { kind: 'PERSON' as const, name: input.name, address: input.address }
  const wait = await lockouts.secondsLocked(db, knock, mark, now, input.proven)
  const person = await people.findPerson(db, input.name)
  const matches = await secretMatches(normalPassword(input.password), person?.passwordHash ?? null)
  if (wait !== null) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: wait })
  const tooLate = person?.oneTimeUntil != null && person.oneTimeUntil <= now
  if (person === null || !matches || tooLate) {
    await lockouts.noteFailedSignIn(db, knock, { mark, known: person !== null, now, log })
    throw new Refusal('SIGN_IN_REFUSED')
  }
  if (person.pendingSince !== null) throw new Refusal('ACCOUNT_PENDING')
  if (person.oneTimeUntil !== null && input.newPassword === null) throw new Refusal('PASSWORD_TO_CHOOSE')
  const passwordHash = input.newPassword === null ? null : await chosen(person, input.password, input.newPassword)
  const { id, role, agency, region } = person
  // Never reuse the request's cookie (session fixation).
  const cookie = newSecret()
  const endsAt = new Date(now.getTime() + SESSION_MS)
  await db.transaction(async (tx) => {
    if (passwordHash !== null) {
      const made = { before: person.passwordHash, passwordHash, oneTimeUntil: null, now }
      if (!(await people.setPassword(tx, id, made))) throw new Refusal('SIGN_IN_REFUSED')
      await endSessionsOfPerson(tx, id, now)
    }
    await personSessions.start(tx, { cookie, before: input.cookie, holder: id, now, endsAt })
  })
  await lockouts.noteGoodSignIn(db, { ...knock, name: id }, mark, now)
  log.info({ person: id, chosen: passwordHash !== null }, 'signed in')
  return { cookie, viewer: { role, sub: id, agency, region }, endsAt }
}

export const sessionOfCookie = async (db: Db, cookie: string, now: Date): Promise<PersonSession | null> => {
  const session = await personSessions.use(db, cookie, SESSION_IDLE_MS, now)
  if (session === null) return null
  const { person: sub, role, agency, region, endsAt } = session
  return { cookie, viewer: { role, sub, agency, region }, endsAt }
}

export const signOut = personSessions.end

/** CSRF token derived from the cookie, which another site cannot read. */
export const csrfTokenOf = (cookie: string): string => hash('sha256', `csrf ${cookie}`, 'base64url')

export const csrfTokenMatches = (cookie: string, token: string): boolean => {
  const [wanted, said] = [Buffer.from(csrfTokenOf(cookie)), Buffer.from(token)]
  return wanted.length === said.length && timingSafeEqual(wanted, said)
}

const WEAK: Record<PasswordFault, string> = {
  SHORT: `不足 ${PASSWORD_MIN_LENGTH} 个字符 fewer than ${PASSWORD_MIN_LENGTH} characters`,
  LONG: `超过 ${PASSWORD_MAX_LENGTH} 个字符 more than ${PASSWORD_MAX_LENGTH} characters`,
  CHARACTERS: '含有控制字符 it holds control characters',
  PATTERN: '重复或顺排的字符过多 too much of it repeats or follows a row',
  NAMED: '含有本人名称 it holds the name',
  COMMON: '过于常见 it is a common one',
  SAME: '与原密码相同 it is the one before',
}

const chosen = async ({ id }: people.Person, before: string, text: string): Promise<string> => {
  const password = normalPassword(text)
  const fault = findPasswordFault(password, { name: id, before, common: common() })
  if (fault !== null) throw new Refusal('PASSWORD_WEAK', { fault, reason: WEAK[fault] })
  return hashSecret(password)
}

let list: ReadonlySet<string> | null = null
const common = (): ReadonlySet<string> => {
  list ??= new Set(contracts.schemaText('passwords/common.txt').split('\n').filter(Boolean))
  return list
}
