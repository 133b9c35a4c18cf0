import { randomBytes } from 'node:crypto'
import { needsSecondFactor, type SecondFactorPolicy } from '../../domain/access/sign-in.js'
import type { AccountEvent } from '../../domain/notifications/account-notices.js'
import { Refusal } from '../../foundation/errors.js'
import { base32, codeSecretUri, findStepOfCode, newCodeSecret } from '../../foundation/keys/one-time-codes.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { lockPerson } from '../../store/access/people.js'
import * as factors from '../../store/access/second-factors.js'
import { endOwnSessions } from '../../store/access/sessions.js'
import type { Db, Tx } from '../../store/db/db.js'
import { noteAccountEvent } from './account-notices.js'
import { askForPasskey, checkPasskey, offerPasskey, type RelyingParty, verifyNewPasskey } from './passkeys.js'
import { type PersonSession, renewSession } from './sessions.js'

const RECOVERY_CODES = 10
const RECOVERY_BYTES = 10
const ISSUER = '吉林电商信用'

export interface FactorParts {
  keys: Pick<Keys, 'pseudonymOf' | 'accessMark' | 'seal' | 'unseal'>
  policy: SecondFactorPolicy
  party: RelyingParty | null
  now: Date
  log: Log
}

export interface ShownFactor {
  code: string | null
  passkey: unknown
}

/** A code or challenge that was shown is used up. */
export const factorMatches = async (
  db: Db,
  person: string,
  { code, passkey }: ShownFactor,
  parts: FactorParts,
): Promise<boolean> => {
  if (code === null) return (await checkPasskey(db, { answer: passkey, person }, parts)) === person
  const digits = code.normalize('NFKC').replace(/\s/g, '')
  return /^\d{6}$/.test(digits) ? codeMatches(db, person, digits, parts) : useRecoveryCode(db, person, code, parts)
}

const useRecoveryCode = (db: Db, person: string, code: string, { keys, now }: FactorParts): Promise<boolean> =>
  db.transaction(async (tx) => {
    const isUsed = await factors.useRecoveryCode(tx, person, recoveryMark(person, code, keys), now)
    if (isUsed) await noteAccountEvent(tx, { person, event: 'RECOVERY_USED', now })
    return isUsed
  })

export const askForFactor = async (
  db: Db,
  person: string,
  parts: FactorParts,
): Promise<{ factors: ('PASSKEY' | 'CODE' | 'RECOVERY')[]; passkey: object | null }> => {
  const passkeys = parts.party === null ? [] : await factors.listPasskeys(db, person)
  const generator = await factors.findCodeGenerator(db, person)
  const passkey = passkeys.length === 0 ? null : await askForPasskey(db, person, parts)
  return {
    factors: [
      ...(passkey === null ? [] : (['PASSKEY'] as const)),
      ...(generator?.confirmedAt == null ? [] : (['CODE'] as const)),
      'RECOVERY',
    ],
    passkey,
  }
}

const sealedFor = (person: string): string => `one-time code ${person}`

const codeMatches = async (
  db: Db | Tx,
  person: string,
  code: string,
  { keys, now, unconfirmed = false }: FactorParts & { unconfirmed?: boolean },
): Promise<boolean> => {
  const generator = await factors.findCodeGenerator(db, person)
  if (generator === null || (generator.confirmedAt === null) !== unconfirmed) return false
  const { sealed } = generator
  const step = findStepOfCode(Buffer.from(keys.unseal(sealed, sealedFor(person)), 'base64'), code, now)
  return step !== null && factors.useCodeStep(db, { person, sealed, step, now })
}

const recoveryMark = (person: string, text: string, keys: FactorParts['keys']): string => {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z2-7]/g, '')
  return keys.accessMark(`recovery ${person} ${plain}`)
}

/** Hashed by HMAC, as access codes are: 80 random bits need no slow hash. */
const makeRecoveryCodes = async (tx: Tx, person: string, keys: FactorParts['keys']): Promise<string[]> => {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    (base32(randomBytes(RECOVERY_BYTES)).match(/.{4}/g) ?? []).join('-'),
  )
  await factors.replaceRecoveryCodes(
    tx,
    person,
    codes.map((code) => recoveryMark(person, code, keys)),
  )
  return codes
}

const holderOf = ({ viewer, number }: PersonSession) => ({ person: viewer.sub ?? '', session: number })

const requireRecentProof = ({ isRecent }: PersonSession): void => {
  if (!isRecent) throw new Refusal('PROOF_NEEDED')
}

interface EnrolledFactor {
  /** Cookie that replaces the session's. */
  cookie: string
  /** Only with the first factor; shown once. */
  recoveryCodes: string[] | null
}

const enrolIn = (
  db: Db,
  session: PersonSession,
  { keys, now }: FactorParts,
  { event, add }: { event: AccountEvent; add: (tx: Tx) => Promise<void> },
): Promise<EnrolledFactor> =>
  db.transaction(async (tx) => {
    const { person } = holderOf(session)
    await lockPerson(tx, person)
    const isFirst = !(await factors.hasSecondFactor(tx, person))
    await add(tx)
    await noteAccountEvent(tx, { person, event, now })
    const recoveryCodes = isFirst ? await makeRecoveryCodes(tx, person, keys) : null
    const cookie = await renewSession(tx, { cookie: session.cookie, proof: 'SECOND' }, now)
    // Other sessions showed only a password. They would be valid again once the factor is removed.
    if (isFirst) await endOwnSessions(tx, { person, number: null, cookie, now })
    return { cookie, recoveryCodes }
  })

/** Refusals PROOF_NEEDED, PASSKEY_UNAVAILABLE, TOO_MANY_PASSKEYS. */
export const beginPasskey = async (db: Db, session: PersonSession, parts: FactorParts): Promise<object> => {
  requireRecentProof(session)
  return offerPasskey(db, holderOf(session), parts)
}

/** Refusals PROOF_NEEDED, PASSKEY_REFUSED. */
export const enrolPasskey = async (
  db: Db,
  session: PersonSession,
  given: { answer: unknown; name: string },
  parts: FactorParts,
): Promise<EnrolledFactor> => {
  requireRecentProof(session)
  const add = await verifyNewPasskey(db, { ...given, ...holderOf(session) }, parts)
  return enrolIn(db, session, parts, { event: 'PASSKEY_ADDED', add })
}

/** `enrolCode` confirms the secret. Refusals PROOF_NEEDED, CODE_ENROLLED. */
export const beginCode = async (
  db: Db,
  session: PersonSession,
  { keys, now }: FactorParts,
): Promise<{ secret: string; uri: string }> => {
  requireRecentProof(session)
  const { person } = holderOf(session)
  const secret = newCodeSecret()
  const sealed = keys.seal(secret.toString('base64'), sealedFor(person))
  const isSet = await db.transaction((tx) => factors.setCodeGenerator(tx, person, sealed, now))
  if (!isSet) throw new Refusal('CODE_ENROLLED')
  return { secret: base32(secret), uri: codeSecretUri(secret, { issuer: ISSUER, account: person }) }
}

/** Refusals PROOF_NEEDED, SECOND_FACTOR_REFUSED. */
export const enrolCode = async (
  db: Db,
  session: PersonSession,
  code: string,
  parts: FactorParts,
): Promise<EnrolledFactor> => {
  requireRecentProof(session)
  const add = async (tx: Tx): Promise<void> => {
    const { person } = holderOf(session)
    if (!(await codeMatches(tx, person, code.replace(/\s/g, ''), { ...parts, unconfirmed: true })))
      throw new Refusal('SECOND_FACTOR_REFUSED')
  }
  return enrolIn(db, session, parts, { event: 'CODES_ADDED', add })
}

/** `passkey` null: the one-time codes. Refusals PROOF_NEEDED, FACTOR_UNKNOWN, FACTOR_LAST. */
export const removeFactor = async (
  db: Db,
  session: PersonSession,
  passkey: number | null,
  { policy, now }: FactorParts,
): Promise<void> => {
  requireRecentProof(session)
  const { person } = holderOf(session)
  await db.transaction(async (tx) => {
    await lockPerson(tx, person)
    const isRemoved =
      passkey === null
        ? await factors.removeCodeGenerator(tx, person)
        : await factors.removePasskey(tx, person, passkey)
    if (!isRemoved) throw new Refusal('FACTOR_UNKNOWN')
    await noteAccountEvent(tx, { person, event: passkey === null ? 'CODES_REMOVED' : 'PASSKEY_REMOVED', now })
    if (await factors.hasSecondFactor(tx, person)) return
    if (needsSecondFactor(session.viewer.role, policy)) throw new Refusal('FACTOR_LAST')
    await factors.removeAllFactors(tx, person)
  })
}

/** Invalidates the former codes. Refusals PROOF_NEEDED, FACTOR_UNKNOWN. */
export const renewRecoveryCodes = async (
  db: Db,
  session: PersonSession,
  { keys, now }: FactorParts,
): Promise<string[]> => {
  requireRecentProof(session)
  const { person } = holderOf(session)
  return db.transaction(async (tx) => {
    await lockPerson(tx, person)
    if (!(await factors.hasSecondFactor(tx, person))) throw new Refusal('FACTOR_UNKNOWN')
    await noteAccountEvent(tx, { person, event: 'RECOVERY_RENEWED', now })
    return makeRecoveryCodes(tx, person, keys)
  })
}
