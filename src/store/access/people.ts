import type { AdministratorDuty, PendingChange } from '../../domain/access/accounts.js'
import type { Role } from '../../domain/access/viewer.js'
import { type Db, hasRows, queryColumn, queryFirst, queryRows, type Tx } from '../db/db.js'
import {
  CONFIRMATION_COLUMNS,
  type ConfirmationState,
  LATER_THAN_PENDING,
  WITH_PENDING_CHANGE,
} from './confirmations.js'
import { hasFactorSql } from './second-factors.js'

export interface Person {
  id: string
  role: Role
  duty: AdministratorDuty | null
  agency: string | null
  region: string | null
  passwordHash: string
  /** Deadline for replacing a one-time password. */
  oneTimeUntil: Date | null
}

export interface AccountChange {
  by: string
  /** A `hub` command may change accounts when no second person could confirm. */
  byCommand: boolean
  now: Date
}

/** True when a host command changes the only active security administrator. */
const ALONE = `(:byCommand and coalesce(:duty::text = 'security', false) and not exists (select 1 from people p where p.duty = 'security'
  and p.id <> :id and p.ended_at is null and p.pending_since is null))`
/** The first account with a duty needs no confirmation: nobody can confirm yet. */
const EXEMPT = `(:duty::text is not null and not exists (select 1 from people p where p.duty = :duty) or ${ALONE})`

export const addPerson = (
  tx: Tx,
  person: Person,
  { by, byCommand, now }: AccountChange,
): Promise<{ pending: boolean } | null> =>
  queryFirst(
    tx,
    `insert into people (id, role, duty, agency, region, password_hash, one_time_until, created_at, changed_by, exempt, pending_since,
       pending_changes)
     select :id::text, :role, :duty, :agency, :region, :passwordHash, :oneTimeUntil, :now, :by, e.exempt,
       case when not e.exempt then :now::timestamptz end,
       case when e.exempt then '{}' else jsonb_build_object('REGISTERED', :by::text) end
     from (select ${EXEMPT} as exempt) e where not exists (select 1 from (select id from clients union all select id from people) taken
       where lower(normalize(taken.id, NFKC)) = lower(normalize(:id::text, NFKC)))
     on conflict (id) do nothing returning pending_since is not null as pending /* people.add */`,
    { ...person, by, byCommand, now },
  )

export const hasPeople = (db: Db | Tx): Promise<boolean> => hasRows(db, 'select 1 from people limit 1 /* people.any */')

/** Last time the account was used, made or woken; null values do not count. */
const AWAKE_AT = 'greatest(created_at, changed_at, confirmed_at, signed_in_at, woken_at)'

export interface PersonAccount extends Person, ConfirmationState {
  passwordSince: Date
  awakeAt: Date
}

const ACCOUNT_COLUMNS = `id, role, duty, agency, region, ${CONFIRMATION_COLUMNS}, password_hash as "passwordHash",
  one_time_until as "oneTimeUntil", coalesce(password_chosen_at, changed_at, created_at) as "passwordSince", ${AWAKE_AT} as "awakeAt"`

export const findPerson = (db: Db, id: string): Promise<PersonAccount | null> =>
  queryFirst(db, `select ${ACCOUNT_COLUMNS} from people where id = ? and ended_at is null /* people.byId */`, [id])

/** The name fits in any case and width, as `isSamePerson` compares. */
export const findPersonByTypedName = (db: Db, name: string): Promise<PersonAccount | null> =>
  queryFirst(
    db,
    `select ${ACCOUNT_COLUMNS} from people where lower(normalize(id, NFKC)) = lower(normalize(:name::text, NFKC)) and ended_at is null
     order by id <> :name limit 1 /* people.byTypedName */`,
    { name },
  )

/** Active people whose name contains `text`, in any case. */
export const findColleagues = (
  db: Db,
  text: string,
  first: number,
): Promise<{ name: string; role: Role; agency: string | null; region: string | null }[]> =>
  queryRows(
    db,
    `select id as name, role, agency, region from people where ended_at is null and pending_since is null
       and strpos(lower(normalize(id, NFKC)), lower(normalize(?::text, NFKC))) > 0 order by id limit ? /* people.colleagues */`,
    [text, first],
  )

/** Keeps the newest `kept` former passwords. False when the password changed meanwhile. */
export const setPassword = async (
  tx: Tx,
  id: string,
  made: { before: string; passwordHash: string; kept: number; now: Date },
): Promise<boolean> => {
  const isSet = await hasRows(
    tx,
    `update people set password_hash = :passwordHash, one_time_until = null, changed_at = :now, password_chosen_at = :now
     where id = :id and password_hash = :before and ended_at is null returning id /* people.setPassword */`,
    { id, ...made },
  )
  if (!isSet) return false
  await tx.raw('insert into former_passwords (person, password_hash) values (:id, :before) /* people.former */', {
    id,
    before: made.before,
  })
  await tx.raw(
    `delete from former_passwords where person = :id and id not in
       (select id from former_passwords where person = :id order by id desc limit :kept) /* people.forget */`,
    { id, kept: made.kept },
  )
  return true
}

export const listFormerPasswords = (db: Db, id: string, most: number): Promise<string[]> =>
  queryColumn(
    db,
    'select password_hash from former_passwords where person = ? order by id desc limit ? /* people.formerPasswords */',
    [id, most],
  )

/** Locks the account. False when it ended, waits, or its password changed since it was read. */
export const noteSignedIn = (
  tx: Tx,
  { id, passwordHash }: Pick<Person, 'id' | 'passwordHash'>,
  now: Date,
): Promise<boolean> =>
  hasRows(
    tx,
    `update people set signed_in_at = :now where id = :id and password_hash = :passwordHash and pending_since is null and ended_at is null
     returning 1 /* people.signedIn */`,
    { id, passwordHash, now },
  )

export const lockPerson = async (tx: Tx, id: string): Promise<void> => {
  await tx.raw('select 1 from people where id = ? for update /* people.lock */', [id])
}

/** No other transaction registers anybody meanwhile. */
export const lockPeople = async (tx: Tx): Promise<void> => {
  await tx.raw('lock table people in share row exclusive mode /* people.lockAll */')
}

export const wakePerson = (db: Db, id: string, { by, now }: { by: string; now: Date }): Promise<boolean> =>
  hasRows(
    db,
    'update people set woken_at = :now, woken_by = :by where id = :id and ended_at is null returning id /* people.wake */',
    { id, by, now },
  )

const ADD_UNLESS_EXEMPT = `pending_changes = case when e.exempt then '{}' else ${WITH_PENDING_CHANGE} end`

export const resetPassword = (
  tx: Tx,
  id: string,
  made: { before: string; passwordHash: string; oneTimeUntil: Date; duty: AdministratorDuty | null } & AccountChange,
): Promise<{ pending: boolean } | null> =>
  queryFirst(
    tx,
    `update people set password_hash = :passwordHash, one_time_until = :oneTimeUntil, changed_at = :now, changed_by = :by,
       exempt = e.exempt, pending_since = case when not e.exempt then ${LATER_THAN_PENDING} end, confirmed_by = null, confirmed_at = null,
       ${ADD_UNLESS_EXEMPT}
     from (select ${ALONE} as exempt) e
     where id = :id and password_hash = :before and ended_at is null returning pending_since is not null as pending /* people.reset */`,
    { id, ...made, change: 'PASSWORD' satisfies PendingChange },
  )

/** Makes the account wait for a second person, unless exempt (see ALONE). Null for an unknown person. */
export const awaitConfirmation = (
  tx: Tx,
  id: string,
  made: { duty: AdministratorDuty | null; change: PendingChange } & AccountChange,
): Promise<{ pending: boolean } | null> =>
  queryFirst(
    tx,
    `update people set changed_at = :now, changed_by = :by, exempt = e.exempt, confirmed_by = null, confirmed_at = null,
       pending_since = case when not e.exempt then ${LATER_THAN_PENDING} end, ${ADD_UNLESS_EXEMPT}
     from (select ${ALONE} as exempt) e where id = :id and ended_at is null
     returning pending_since is not null as pending /* people.awaitConfirmation */`,
    { id, ...made },
  )

export interface PersonSummary extends Omit<Person, 'passwordHash'>, ConfirmationState {
  exempt: boolean
  createdAt: Date
  endedAt: Date | null
  seenAt: Date | null
  awakeAt: Date
  secondFactor: boolean
}

export const listPeople = (db: Db, most: number, name: string | null = null): Promise<PersonSummary[]> =>
  queryRows(
    db,
    `select p.id, p.role, p.duty, p.exempt, p.agency, p.region, ${CONFIRMATION_COLUMNS}, p.created_at as "createdAt", p.one_time_until as "oneTimeUntil",
       p.ended_at as "endedAt", greatest(p.signed_in_at, (select max(s.seen_at) from sessions s where s.person = p.id)) as "seenAt",
       ${AWAKE_AT} as "awakeAt", ${hasFactorSql('p.id')} as "secondFactor"
     from people p where :name::text is null or p.id = :name
     order by p.ended_at is not null, p.id limit :most /* people.list */`,
    { most, name },
  )

export const listActivePeople = (db: Db | Tx): Promise<Pick<Person, 'id' | 'role' | 'duty' | 'agency' | 'region'>[]> =>
  queryRows(
    db,
    `select id, role, duty, agency, region from people where ended_at is null and pending_since is null order by id /* people.active */`,
  )
