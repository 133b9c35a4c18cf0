/** Passkeys (WebAuthn level 2). The relying party is the host of PUBLIC_URL. */
import { isIP } from 'node:net'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { isRecord, parseJsonOr } from '../../foundation/text/json.js'
import * as factors from '../../store/access/second-factors.js'
import type { Db, Tx } from '../../store/db/db.js'

const CHALLENGE_MS = 5 * 60_000
const PASSKEYS_MOST = 10
const NAME_MOST = 40
/** WebAuthn level 3, section 5.8.4; `cable` is the former name of `hybrid`. */
const TRANSPORTS = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable']
const SITE = '吉林省电子商务信用信息枢纽'

export interface RelyingParty {
  id: string
  origin: string
}

/** Null unless the host is a domain: WebAuthn knows no relying party by IP address. */
export const relyingPartyOf = (publicUrl: string): RelyingParty | null => {
  const { hostname, origin } = new URL(publicUrl)
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { id: hostname, origin } : null
}

interface PasskeyParts {
  party: RelyingParty | null
  keys: Pick<Keys, 'accessMark'>
  now: Date
  log: Log
}

type ChallengeHolder = Omit<factors.PasskeyChallenge, 'challenge'>

const handleOf = (person: string, keys: PasskeyParts['keys']): Buffer =>
  Buffer.from(keys.accessMark(`passkey ${person}`), 'hex')

const requireParty = (party: RelyingParty | null): RelyingParty => {
  if (party === null) throw new Refusal('PASSKEY_UNAVAILABLE')
  return party
}

const keepChallenge = (db: Db, challenge: string, holder: ChallengeHolder, now: Date): Promise<void> =>
  factors.addChallenge(db, { challenge, ...holder }, { now, endsAt: new Date(now.getTime() + CHALLENGE_MS) })

const transportsIn = (text: string) => text.split(',').filter(Boolean) as never[]

/** Signs in with any passkey, or as `person` with one of theirs. Refusal PASSKEY_UNAVAILABLE. */
export const askForPasskey = async (db: Db, person: string | null, { party, now }: PasskeyParts): Promise<object> => {
  const { id: rpID } = requireParty(party)
  const own = person === null ? [] : await factors.listPasskeys(db, person)
  const options = await generateAuthenticationOptions({
    rpID,
    userVerification: person === null ? 'required' : 'preferred',
    allowCredentials: own.map(({ credential, transports }) => ({
      id: credential,
      transports: transportsIn(transports),
    })),
  })
  const purpose = person === null ? 'SIGN_IN' : 'SECOND'
  await keepChallenge(db, options.challenge, { purpose, person, session: null }, now)
  return options
}

/**
 * Returns whose passkey has answered. `person` null: any, and the authenticator must have verified its user. A wrong
 * answer uses up the challenge, too.
 */
export const checkPasskey = async (
  db: Db,
  { answer, person }: { answer: unknown; person: string | null },
  { party, keys, now, log }: PasskeyParts,
): Promise<string | null> => {
  const { id, origin } = requireParty(party)
  const challenge = challengeIn(answer)
  if (challenge === null) return null
  const purpose = person === null ? 'SIGN_IN' : 'SECOND'
  if (!(await factors.takeChallenge(db, { challenge, purpose, person, session: null }, now))) return null
  const stored = await factors.findPasskey(db, credentialIn(answer))
  if (stored === null || (person !== null && stored.person !== person)) return null
  const { credential, publicKey, transports } = stored
  const verified = await verifyAuthenticationResponse({
    response: answer as never,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    credential: {
      id: credential,
      publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
      // Compared where it is stored, so the later of two simultaneous answers fails.
      counter: 0,
      transports: transportsIn(transports),
    },
    requireUserVerification: person === null,
  }).catch(() => null)
  if (!verified?.verified || !isHandleOf(answer, handleOf(stored.person, keys))) return null
  const used = { id: stored.id, counter: verified.authenticationInfo.newCounter, now }
  if (await factors.notePasskeyUse(db, used)) return stored.person
  log.warn(
    { person: stored.person, passkey: stored.id },
    'a passkey was refused: its counter did not rise, perhaps it was copied',
  )
  return null
}

/** The person whose passkey the answer names, before any proof. */
export const findPasskeyHolder = async (db: Db, answer: unknown): Promise<string | null> =>
  (await factors.findPasskey(db, credentialIn(answer)))?.person ?? null

/** Refusals PASSKEY_UNAVAILABLE, TOO_MANY_PASSKEYS. */
export const offerPasskey = async (
  db: Db,
  { person, session }: { person: string; session: number },
  { party, keys, now }: PasskeyParts,
): Promise<object> => {
  const { id: rpID } = requireParty(party)
  const own = await factors.listPasskeys(db, person)
  if (own.length >= PASSKEYS_MOST) throw new Refusal('TOO_MANY_PASSKEYS', { limit: PASSKEYS_MOST })
  const options = await generateRegistrationOptions({
    ...{ rpName: SITE, rpID, userName: person, userID: new Uint8Array(handleOf(person, keys)) },
    attestationType: 'none',
    excludeCredentials: own.map(({ credential }) => ({ id: credential })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  await keepChallenge(db, options.challenge, { purpose: 'ENROL', person, session }, now)
  return options
}

/** Refusal PASSKEY_REFUSED. */
export const verifyNewPasskey = async (
  db: Db,
  { answer, name, person, session }: { answer: unknown; name: string; person: string; session: number },
  { party, now }: PasskeyParts,
): Promise<(tx: Tx) => Promise<void>> => {
  const { id, origin } = requireParty(party)
  const challenge = challengeIn(answer)
  const isTaken =
    challenge !== null && (await factors.takeChallenge(db, { challenge, purpose: 'ENROL', person, session }, now))
  if (!isTaken) throw new Refusal('PASSKEY_REFUSED')
  const verified = await verifyRegistrationResponse({
    response: answer as never,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: false,
  }).catch(() => null)
  if (!verified?.verified) throw new Refusal('PASSKEY_REFUSED')
  const { credential } = verified.registrationInfo
  const made = {
    ...{ person, credential: credential.id, counter: credential.counter, addedAt: now },
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    transports: knownTransports(credential.transports).join(','),
    name: name.trim().slice(0, NAME_MOST) || '通行密钥',
  }
  return async (tx) => {
    if (!(await factors.addPasskey(tx, made, PASSKEYS_MOST))) throw new Refusal('PASSKEY_REFUSED')
  }
}

/** The answer is unchecked, and later options repeat what is stored. */
const knownTransports = (given: unknown): string[] =>
  Array.isArray(given) ? TRANSPORTS.filter((transport) => given.includes(transport)) : []

const responseIn = (answer: unknown): Record<string, unknown> =>
  isRecord(answer) && isRecord(answer['response']) ? answer['response'] : {}

const textIn = (of: Record<string, unknown>, name: string): string => {
  const value = of[name]
  return typeof value === 'string' && !value.includes('\0') ? value : ''
}

const credentialIn = (answer: unknown): string => (isRecord(answer) ? textIn(answer, 'id') : '')

const challengeIn = (answer: unknown): string | null => {
  const text = Buffer.from(textIn(responseIn(answer), 'clientDataJSON'), 'base64url').toString('utf8')
  const data = parseJsonOr(text, null)
  return isRecord(data) && textIn(data, 'challenge') !== '' ? textIn(data, 'challenge') : null
}

const isHandleOf = (answer: unknown, handle: Buffer): boolean => {
  const given = textIn(responseIn(answer), 'userHandle')
  return given === '' || Buffer.from(given, 'base64url').equals(handle)
}
