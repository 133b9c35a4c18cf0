import { type Db, hasRows, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'

interface StoredPasskey {
  id: number
  person: string
  credential: string
  /** COSE key, base64url. */
  publicKey: string
  counter: number
  /** Comma-separated. */
  transports: string
  name: string
  addedAt: Date
  usedAt: Date | null
}

const PASSKEY_COLUMNS = `id, person, credential, public_key as "publicKey", counter, transports, name, added_at as "addedAt", used_at as "usedAt"`

export const listPasskeys = (db: Db, person: string): Promise<StoredPasskey[]> =>
  queryRows(db, `select ${PASSKEY_COLUMNS} from passkeys where person = ? order by id /* passkeys.list */`, [person])

export const findPasskey = (db: Db, credential: string): Promise<StoredPasskey | null> =>
  queryFirst(db, `select ${PASSKEY_COLUMNS} from passkeys where credential = ? /* passkeys.find */`, [credential])

/** False when the credential is registered by anybody, or the person has `most`. */
export const addPasskey = (tx: Tx, passkey: Omit<StoredPasskey, 'id' | 'usedAt'>, most: number): Promise<boolean> =>
  hasRows(
    tx,
    `insert into passkeys (person, credential, public_key, counter, transports, name, added_at)
     select :person::text, :credential, :publicKey, :counter, :transports, :name, :addedAt
     where (select count(*) from passkeys where person = :person::text) < :most
     on conflict (credential) do nothing returning id /* passkeys.add */`,
    { ...passkey, most },
  )

/** False when the counter has not risen (WebAuthn section 6.1.1). Authenticators without one always say 0. */
export const notePasskeyUse = (
  db: Db,
  { id, counter, now }: { id: number; counter: number; now: Date },
): Promise<boolean> =>
  hasRows(
    db,
    `update passkeys set counter = :counter, used_at = :now where id = :id and (counter < :counter or (counter = 0 and :counter = 0))
     returning id /* passkeys.use */`,
    { id, counter, now },
  )

export const removePasskey = (tx: Tx, person: string, id: number): Promise<boolean> =>
  hasRows(tx, 'delete from passkeys where person = ? and id = ? returning id /* passkeys.remove */', [person, id])

export interface PasskeyChallenge {
  challenge: string
  purpose: 'SIGN_IN' | 'SECOND' | 'ENROL'
  person: string | null
  session: number | null
}

export const addChallenge = async (
  db: Db,
  made: PasskeyChallenge,
  times: { now: Date; endsAt: Date },
): Promise<void> => {
  await db.raw(
    `with gone as (delete from passkey_challenges where ends_at < :now)
     insert into passkey_challenges (challenge, purpose, person, session, ends_at)
     values (:challenge, :purpose, :person, :session, :endsAt) /* passkeys.challenge */`,
    { ...made, ...times },
  )
}

/** True for the first call only. */
export const takeChallenge = (db: Db, made: PasskeyChallenge, now: Date): Promise<boolean> =>
  hasRows(
    db,
    `delete from passkey_challenges where challenge = :challenge and purpose = :purpose and person is not distinct from :person::text
       and session is not distinct from :session::bigint and ends_at > :now returning 1 /* passkeys.takeChallenge */`,
    { ...made, now },
  )

interface StoredCodeGenerator {
  sealed: string
  addedAt: Date
  confirmedAt: Date | null
}

export const findCodeGenerator = (db: Db, person: string): Promise<StoredCodeGenerator | null> =>
  queryFirst(
    db,
    `select sealed, added_at as "addedAt", confirmed_at as "confirmedAt" from code_generators where person = ? /* codes.find */`,
    [person],
  )

/** A confirmed generator is not replaced. */
export const setCodeGenerator = (tx: Tx, person: string, sealed: string, now: Date): Promise<boolean> =>
  hasRows(
    tx,
    `insert into code_generators as g (person, sealed, added_at) values (:person, :sealed, :now)
     on conflict (person) do update set sealed = excluded.sealed, added_at = :now, last_step = 0 where g.confirmed_at is null
     returning 1 /* codes.set */`,
    { person, sealed, now },
  )

/** False when this or a later step was used: a code is good once. The first use confirms the generator. */
export const useCodeStep = (
  db: Db | Tx,
  { person, sealed, step, now }: { person: string; sealed: string; step: number; now: Date },
): Promise<boolean> =>
  hasRows(
    db,
    `update code_generators set last_step = :step, confirmed_at = coalesce(confirmed_at, :now)
     where person = :person and sealed = :sealed and last_step < :step returning 1 /* codes.use */`,
    { person, sealed, step, now },
  )

export const removeCodeGenerator = (tx: Tx, person: string): Promise<boolean> =>
  hasRows(tx, 'delete from code_generators where person = ? returning 1 /* codes.remove */', [person])

export const replaceRecoveryCodes = async (tx: Tx, person: string, marks: readonly string[]): Promise<void> => {
  await tx.raw('delete from recovery_codes where person = ? /* recovery.clear */', [person])
  for (const mark of marks)
    await tx.raw('insert into recovery_codes (mark, person) values (?, ?) /* recovery.add */', [mark, person])
}

export const useRecoveryCode = (db: Db | Tx, person: string, mark: string, now: Date): Promise<boolean> =>
  hasRows(
    db,
    'update recovery_codes set used_at = :now where person = :person and mark = :mark and used_at is null returning 1 /* recovery.use */',
    { person, mark, now },
  )

export const countRecoveryCodes = (db: Db, person: string): Promise<number> =>
  queryValue(
    db,
    'select count(*)::int as left from recovery_codes where person = ? and used_at is null /* recovery.count */',
    [person],
  )

export const hasFactorSql = (person: string): string =>
  `(exists (select 1 from passkeys k where k.person = ${person})
    or exists (select 1 from code_generators g where g.person = ${person} and g.confirmed_at is not null))`

export const hasSecondFactor = (db: Db | Tx, person: string): Promise<boolean> =>
  queryValue(db, `select ${hasFactorSql(':person::text')} as has /* factors.has */`, { person })

export const removeAllFactors = async (tx: Tx, person: string): Promise<void> => {
  for (const table of ['passkeys', 'code_generators', 'recovery_codes'])
    await tx.raw(`delete from ${table} where person = ? /* factors.remove */`, [person])
}
