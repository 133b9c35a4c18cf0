/** Counts sign-in failures across all processes, because a rate limit only slows guessing. */
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import * as lockouts from '../../store/access/lockouts.js'
import type { Db } from '../../store/db/db.js'

const WINDOW_MS = 15 * 60_000
const LOCK_MS = 15 * 60_000
/** Failures at one address before a lockout. A client's 256-bit secret cannot be guessed; a password can. */
const MOST = { CLIENT: 60, PERSON: 10 } as const
/**
 * Failures at all addresses before a person is locked out; addresses of recent sign-ins stay open. Clients have no such
 * limit: anybody could lock them out.
 */
const MOST_EVERYWHERE = 100
/** A person's wrong second factors, from all addresses. The password is needed to reach this limit. */
const MOST_CODES = 10

export interface SignInAttempt {
  kind: lockouts.StoredLockout['kind']
  /** The text as typed: perhaps an unknown name or a misplaced password. */
  name: string
  address: string
}

/**
 * Seconds until an attempt is allowed; null: now. `proven`: failures elsewhere do not count. Unknown names are looked
 * up too: timing must not reveal them.
 */
export const secondsLocked = async (
  db: Db,
  knock: SignInAttempt,
  pseudonymOf: (text: string) => string,
  now: Date,
  proven = false,
): Promise<number | null> => {
  const local = here(knock, pseudonymOf)
  const until = await lockouts.findLockEnd(db, [local, proven ? local : everywhere(knock, pseudonymOf)], now)
  return until && secondsUntil(until, now)
}

const secondsUntil = (until: Date, now: Date): number =>
  Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000))

export const isProven = (
  db: Db,
  knock: SignInAttempt,
  pseudonymOf: (text: string) => string,
  now: Date,
): Promise<boolean> => lockouts.isProvenAddress(db, here(knock, pseudonymOf), now)

/** `known`: the name is registered and may be logged. */
export const noteFailedSignIn = async (
  db: Db,
  knock: SignInAttempt,
  { pseudonymOf, known, now, log }: { pseudonymOf: (text: string) => string; known: boolean; now: Date; log: Log },
): Promise<void> => {
  const { kind, address } = knock
  const name = known ? knock.name : null
  const made = { kind, name, windowMs: WINDOW_MS, lockMs: LOCK_MS, now }
  const most = MOST[kind]
  const local = await lockouts.noteFailure(db, { ...made, key: here(knock, pseudonymOf), address, most })
  if (local.failures === most)
    log.warn({ kind, name, address }, 'locked out: too many failures of one name at one address')
  if (kind === 'CLIENT') return
  const all = { ...made, key: everywhere(knock, pseudonymOf), address: null, most: MOST_EVERYWHERE }
  if ((await lockouts.noteFailure(db, all)).failures === MOST_EVERYWHERE)
    log.warn({ kind, name }, 'locked out: too many failures of one name')
}

/** Counts each try before `matches` runs, so simultaneous guesses count. Refusal TOO_MANY_REQUESTS. */
export const tryCode = async (
  db: Db,
  person: string,
  { pseudonymOf, now, log }: { pseudonymOf: (text: string) => string; now: Date; log: Log },
  matches: () => Promise<boolean>,
): Promise<boolean> => {
  const key = codesOf(person, pseudonymOf)
  const made = { kind: 'PERSON' as const, name: person, address: null, windowMs: WINDOW_MS, lockMs: LOCK_MS, now }
  const { failures, lockedUntil } = await lockouts.noteFailure(db, { ...made, key, most: MOST_CODES })
  if (failures > MOST_CODES)
    throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: secondsUntil(lockedUntil ?? now, now) })
  const isRight = await matches()
  if (isRight) await lockouts.takeBackFailure(db, key, MOST_CODES)
  else if (failures === MOST_CODES)
    log.warn({ kind: 'PERSON', name: person }, 'locked out: too many wrong second factors')
  return isRight
}

/** Marks the address as proven and clears a person's failures there alone. */
export const noteGoodSignIn = (
  db: Db,
  knock: SignInAttempt,
  pseudonymOf: (text: string) => string,
  now: Date,
): Promise<void> => {
  const { kind, name, address } = knock
  return lockouts.noteSuccess(db, {
    kind,
    name,
    address,
    now,
    key: here(knock, pseudonymOf),
    forgives: kind === 'PERSON',
  })
}

export const liftLockouts = async (
  db: Db,
  { kind, name, now, log }: Pick<SignInAttempt, 'kind' | 'name'> & { now: Date; log: Log },
): Promise<lockouts.StoredLockout[]> => {
  const lifted = await lockouts.liftLockouts(db, { kind, name: folded(name), now })
  if (lifted.length === 0) throw new Refusal('LOCKOUT_UNKNOWN')
  log.warn({ kind, name: lifted[0]?.name, doors: lifted.length }, 'a lockout was lifted by hand')
  return lifted
}

const here = ({ kind, name, address }: SignInAttempt, pseudonymOf: (text: string) => string): string =>
  pseudonymOf(`${kind} ${folded(name)} ${address}`)
const everywhere = ({ kind, name }: SignInAttempt, pseudonymOf: (text: string) => string): string =>
  pseudonymOf(`${kind} ${folded(name)}`)
const codesOf = (person: string, pseudonymOf: (text: string) => string): string =>
  pseudonymOf(`CODES ${folded(person)}`)

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
