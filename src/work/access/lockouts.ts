/** Counts failures across all processes. The rate limit only slows guessing. */
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import * as lockouts from '../../store/access/lockouts.js'
import type { Db } from '../../store/db/db.js'

/** Failures this close are counted together. */
const WINDOW_MS = 15 * 60_000
const LOCK_MS = 15 * 60_000
/** A client's 256-bit secret cannot be guessed; a password can. */
const MOST = { CLIENT: 60, PERSON: 10 } as const
/** Locks out a person except at proven addresses. Clients are exempt: knowing the name would be enough. */
const MOST_EVERYWHERE = 100

export interface SignInAttempt {
  kind: lockouts.StoredLockout['kind']
  /** It may be unknown, or a password typed into the wrong field. */
  name: string
  address: string
}

/** Returns seconds until the next attempt. `proven` ignores failures elsewhere. Unknown names cost the same. */
export const shutFor = async (
  db: Db,
  knock: SignInAttempt,
  mark: (text: string) => string,
  now: Date,
  proven = false,
): Promise<number | null> => {
  const local = here(knock, mark)
  const until = await lockouts.until(db, [local, proven ? local : everywhere(knock, mark)], now)
  return until === null ? null : Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000))
}

/** True after a sign-in here in recent weeks. Unknown names cost the same. */
export const isProven = (db: Db, knock: SignInAttempt, mark: (text: string) => string, now: Date): Promise<boolean> =>
  lockouts.isProven(db, here(knock, mark), now)

/** `known`: the name is registered and may be logged. */
export const failed = async (
  db: Db,
  knock: SignInAttempt,
  { mark, known, now, log }: { mark: (text: string) => string; known: boolean; now: Date; log: Log },
): Promise<void> => {
  const { kind, address } = knock
  const name = known ? knock.name : null
  const made = { kind, name, windowMs: WINDOW_MS, lockMs: LOCK_MS, now }
  const shut = await lockouts.failed(db, { ...made, key: here(knock, mark), address, most: MOST[kind] })
  if (shut) log.warn({ kind, name, address }, 'locked out: too many failures of one name at one address')
  if (kind === 'CLIENT') return
  const all = { ...made, key: everywhere(knock, mark), address: null, most: MOST_EVERYWHERE }
  if (await lockouts.failed(db, all)) log.warn({ kind, name }, 'locked out: too many failures of one name')
}

/** A person's failures there are cleared; those elsewhere stay counted. */
export const prove = (db: Db, knock: SignInAttempt, mark: (text: string) => string, now: Date): Promise<void> => {
  const { kind, name, address } = knock
  return lockouts.prove(db, { kind, name, address, now, key: here(knock, mark), forgives: kind === 'PERSON' })
}

/** Refusal LOCKOUT_UNKNOWN. */
export const lift = async (
  db: Db,
  { kind, name, now, log }: Pick<SignInAttempt, 'kind' | 'name'> & { now: Date; log: Log },
): Promise<lockouts.StoredLockout[]> => {
  const lifted = await lockouts.lift(db, { kind, name: folded(name), now })
  if (lifted.length === 0) throw new Refusal('LOCKOUT_UNKNOWN')
  log.warn({ kind, name: lifted[0]?.name, doors: lifted.length }, 'a lockout was lifted by hand')
  return lifted
}

const here = ({ kind, name, address }: SignInAttempt, mark: (text: string) => string): string =>
  mark(`${kind} ${folded(name)} ${address}`)
const everywhere = ({ kind, name }: SignInAttempt, mark: (text: string) => string): string =>
  mark(`${kind} ${folded(name)}`)

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
