import { normalPassword } from '../../domain/access/password.js'
import { isAsleep, isPasswordAged, type SessionProof, type SignInTerms } from '../../domain/access/sign-in.js'
import { Refusal } from '../../foundation/errors.js'
import { firstAddressOf, isInNetworks } from '../../foundation/http/addresses.js'
import { secretMatches } from '../../foundation/keys.js'
import * as people from '../../store/access/people.js'
import * as factors from '../../store/access/second-factors.js'
import { endOwnSessions, endSessionsOfPerson } from '../../store/access/sessions.js'
import type { Db } from '../../store/db/db.js'
import { noteAccountEvent } from './account-notices.js'
import * as lockouts from './lockouts.js'
import { checkPasskey } from './passkeys.js'
import { hashChosenPassword } from './passwords.js'
import { type FactorParts, factorMatches, type ShownFactor } from './second-factors.js'
import { type PersonSession, renewSession, type SignInPlace, sessionOfCookie, startSession } from './sessions.js'
import { signInTermsAt } from './sign-in-rules.js'

export interface SignInParts extends FactorParts {
  administratorNetworks: readonly string[]
}

interface SignInInput extends ShownFactor {
  name: string
  password: string
  newPassword: string | null
  place: SignInPlace
  proven?: boolean
}

/**
 * Every attempt runs the look-ups and one scrypt, so all take equally long. Refusals: SIGN_IN_REFUSED,
 * TOO_MANY_REQUESTS, ACCOUNT_PENDING, ACCOUNT_ASLEEP, ADDRESS_REFUSED, PASSWORD_TO_CHOOSE, PASSWORD_AGED,
 * PASSWORD_WEAK, SECOND_FACTOR_NEEDED, SECOND_FACTOR_REFUSED.
 */
export const signIn = async (db: Db, input: SignInInput, parts: SignInParts): Promise<PersonSession> => {
  const { now, log } = parts
  const { name, password, place } = input
  const person = await checkPassword(
    db,
    { name, password, address: place.address, proven: input.proven ?? false },
    parts,
  )
  const terms = signInTermsAt(now)
  refuseUnusable(person, terms, place, parts)
  if (input.newPassword === null) refuseOldPassword(person, terms, now)
  const choice = { present: password, chosen: input.newPassword ?? '', terms }
  const passwordHash = input.newPassword === null ? null : await hashChosenPassword(db, person, choice)
  const proof = await checkFactor(db, person.id, input, parts)
  const cookie = await db.transaction(async (tx) => {
    if (passwordHash !== null) {
      const made = { before: person.passwordHash, passwordHash, kept: terms.formerPasswords, now }
      if (!(await people.setPassword(tx, person.id, made))) throw new Refusal('SIGN_IN_REFUSED')
      await noteAccountEvent(tx, { person: person.id, event: 'PASSWORD_CHANGED', now })
      await endSessionsOfPerson(tx, person.id, now)
    }
    const account = { id: person.id, passwordHash: passwordHash ?? person.passwordHash }
    return startSession(tx, account, { proof, place, now })
  })
  await noteGoodSignIn(db, person.id, place, parts)
  log.info({ person: person.id, chosen: passwordHash !== null, proof }, 'signed in')
  return openedSession(db, cookie, parts)
}

const noteGoodSignIn = (db: Db, name: string, { address }: SignInPlace, { keys, now }: SignInParts): Promise<void> =>
  lockouts.noteGoodSignIn(db, { kind: 'PERSON', name, address }, keys.pseudonymOf, now)

interface PasswordAttempt {
  name: string
  password: string
  address: string
  proven: boolean
}

const checkPassword = async (
  db: Db,
  { name, password, address, proven }: PasswordAttempt,
  { keys: { pseudonymOf }, now, log }: SignInParts,
): Promise<people.PersonAccount> => {
  const knock = { kind: 'PERSON' as const, name, address }
  const wait = await lockouts.secondsLocked(db, knock, pseudonymOf, now, proven)
  const person = await people.findPersonByTypedName(db, name)
  const matches = await secretMatches(normalPassword(password), person?.passwordHash ?? null)
  if (wait !== null) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: wait })
  const isTooLate = person?.oneTimeUntil != null && person.oneTimeUntil <= now
  if (person !== null && matches && !isTooLate) return person
  await lockouts.noteFailedSignIn(
    db,
    { ...knock, name: person?.id ?? name },
    { pseudonymOf, known: person !== null, now, log },
  )
  throw new Refusal('SIGN_IN_REFUSED')
}

const refuseUnusable = (
  person: people.PersonAccount,
  terms: SignInTerms,
  { address }: SignInPlace,
  { administratorNetworks, now }: SignInParts,
): void => {
  if (person.pendingSince !== null) throw new Refusal('ACCOUNT_PENDING')
  if (isAsleep(person.awakeAt, terms, now)) throw new Refusal('ACCOUNT_ASLEEP', { days: terms.dormantDays })
  const isBound = person.role === 'administrator' && administratorNetworks.length > 0
  if (isBound && !isInNetworks(firstAddressOf(address), administratorNetworks)) throw new Refusal('ADDRESS_REFUSED')
}

const refuseOldPassword = (person: people.PersonAccount, terms: SignInTerms, now: Date): void => {
  if (person.oneTimeUntil !== null) throw new Refusal('PASSWORD_TO_CHOOSE')
  if (isPasswordAged(person.passwordSince, terms, now)) throw new Refusal('PASSWORD_AGED', { days: terms.passwordDays })
}

const checkFactor = async (db: Db, person: string, shown: ShownFactor, parts: SignInParts): Promise<SessionProof> => {
  if (!(await factors.hasSecondFactor(db, person))) return 'PASSWORD'
  if (shown.code === null && shown.passkey === null) throw new Refusal('SECOND_FACTOR_NEEDED')
  const given = { pseudonymOf: parts.keys.pseudonymOf, now: parts.now, log: parts.log }
  if (await lockouts.tryCode(db, person, given, () => factorMatches(db, person, shown, parts))) return 'SECOND'
  throw new Refusal('SECOND_FACTOR_REFUSED')
}

/** The authenticator must have verified its user. Refusals as `signIn`. */
export const signInWithPasskey = async (
  db: Db,
  { passkey, place }: { passkey: unknown; place: SignInPlace },
  parts: SignInParts,
): Promise<PersonSession> => {
  const { now, log } = parts
  const name = await checkPasskey(db, { answer: passkey, person: null }, parts)
  const person = name === null ? null : await people.findPerson(db, name)
  if (person === null) throw new Refusal('SECOND_FACTOR_REFUSED')
  refuseUnusable(person, signInTermsAt(now), place, parts)
  const cookie = await db.transaction((tx) => startSession(tx, person, { proof: 'SECOND', place, now }))
  await noteGoodSignIn(db, person.id, place, parts)
  log.info({ person: person.id, proof: 'PASSKEY' }, 'signed in')
  return openedSession(db, cookie, parts)
}

const openedSession = async (db: Db, cookie: string, { now, policy }: SignInParts): Promise<PersonSession> => {
  const session = await sessionOfCookie(db, cookie, { now, policy })
  if (session === null) throw new Refusal('SIGN_IN_REFUSED')
  return session
}

interface OwnPassword {
  session: PersonSession
  password: string
  address: string
}

/** Refusals SIGN_IN_REFUSED, TOO_MANY_REQUESTS. */
export const proveOwnPassword = (
  db: Db,
  { session, password, address }: OwnPassword,
  parts: SignInParts,
): Promise<people.PersonAccount> =>
  checkPassword(db, { name: session.viewer.sub ?? '', password, address, proven: true }, parts)

/** Ends the person's other sessions. Returns a new cookie. Refusals as above, and PASSWORD_WEAK. */
export const changeOwnPassword = async (
  db: Db,
  { newPassword, ...own }: OwnPassword & { newPassword: string },
  parts: SignInParts,
): Promise<string> => {
  const { now } = parts
  const { session, password } = own
  const person = await proveOwnPassword(db, own, parts)
  const terms = signInTermsAt(now)
  const passwordHash = await hashChosenPassword(db, person, { present: password, chosen: newPassword, terms })
  return db.transaction(async (tx) => {
    const made = { before: person.passwordHash, passwordHash, kept: terms.formerPasswords, now }
    if (!(await people.setPassword(tx, person.id, made))) throw new Refusal('SIGN_IN_REFUSED')
    await noteAccountEvent(tx, { person: person.id, event: 'PASSWORD_CHANGED', now })
    const cookie = await renewSession(tx, session, now)
    await endOwnSessions(tx, { person: person.id, number: null, cookie, now })
    return cookie
  })
}
