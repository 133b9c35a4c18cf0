/**
 * Whoever goes on trying with wrong secrets or passwords is shut out for a while, in all processes together, and it is told. The
 * limits of attempts come before this (api/request/rate-limit): they slow a guesser down, this stops and shows him.
 */
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import * as lockouts from '../../store/access/lockouts.js'
import type { Db } from '../../store/db/db.js'

/** Failures are counted together while no more than so long lies between two of them, milliseconds. */
const WINDOW_MS = 15 * 60_000
/** How long a door stays shut, milliseconds. */
const LOCK_MS = 15 * 60_000
/** Failures that shut the door of one name to one address: a secret of 256 bits is not guessed, a password may be. */
const MOST = { CLIENT: 60, PERSON: 10 } as const
/** Failures that shut the door of a person to all addresses but those from which it has come in. A system's is never shut so: whoever knows its name could. */
const MOST_EVERYWHERE = 100

export interface Knock {
  kind: lockouts.Lockout['kind']
  /** As it was given; it may be nobody's, or a password typed in the wrong place. */
  name: string
  address: string
}

/**
 * Seconds after which the door may be tried again; null: it is open. The same look-up for names that nobody has. `proven`: see
 * `isProven`; it is not shut here by what others try elsewhere.
 */
export const shutFor = async (
  db: Db,
  knock: Knock,
  mark: (text: string) => string,
  now: Date,
  proven = false,
): Promise<number | null> => {
  const own = here(knock, mark)
  const until = await lockouts.until(db, [own, proven ? own : everywhere(knock, mark)], now)
  return until === null ? null : Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000))
}

/** Whether this name has come in from this address in the last weeks, by any process of the hub. The same look-up for names that nobody has. */
export const isProven = (db: Db, knock: Knock, mark: (text: string) => string, now: Date): Promise<boolean> =>
  lockouts.isProven(db, here(knock, mark), now)

/** Counts a failure, and tells when it shuts a door. `known`: the name is registered, and may be told. */
export const failed = async (
  db: Db,
  knock: Knock,
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

/** After a success: the address is proven. A person has nothing held against it here any more; what was tried elsewhere stays counted. */
export const prove = (db: Db, knock: Knock, mark: (text: string) => string, now: Date): Promise<void> => {
  const { kind, name, address } = knock
  return lockouts.prove(db, { kind, name, address, now, key: here(knock, mark), forgives: kind === 'PERSON' })
}

/** A person opens the doors that are shut to a registered name. Refusal: LOCKOUT_UNKNOWN. */
export const lift = async (
  db: Db,
  { kind, name, now, log }: Pick<Knock, 'kind' | 'name'> & { now: Date; log: Log },
): Promise<lockouts.Lockout[]> => {
  const lifted = await lockouts.lift(db, { kind, name: folded(name), now })
  if (lifted.length === 0) throw new Refusal('LOCKOUT_UNKNOWN')
  log.warn({ kind, name: lifted[0]?.name, doors: lifted.length }, 'a lockout was lifted by hand')
  return lifted
}

const here = ({ kind, name, address }: Knock, mark: (text: string) => string): string =>
  mark(`${kind} ${folded(name)} ${address}`)
const everywhere = ({ kind, name }: Knock, mark: (text: string) => string): string => mark(`${kind} ${folded(name)}`)

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
