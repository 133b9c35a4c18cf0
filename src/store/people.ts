/** People: their role, and the hash of their password. */
import type { Role } from '../domain/viewer.js'
import type { Db, Tx } from './db.js'

export interface Person {
  id: string
  role: Role
  agency: string | null
  region: string | null
  passwordHash: string
  /** Until when the password that the hub gave may be changed for another; null: it was chosen. */
  oneTimeUntil: Date | null
}

/** False if the name is taken, by a person or a system, however it is spelt. */
export const add = async (db: Db, person: Person, now: Date): Promise<boolean> => {
  const answer = await db.raw(
    `insert into people (id, role, agency, region, password_hash, one_time_until, created_at)
     select :id::text, :role, :agency, :region, :passwordHash, :oneTimeUntil, :now
     where not exists (select 1 from (select id from clients union all select id from people) taken
       where lower(normalize(taken.id, NFKC)) = lower(normalize(:id::text, NFKC)))
     on conflict (id) do nothing returning id /* people.add */`,
    { ...person, now } as never,
  )
  return answer.rows.length > 0
}

/** Null: there is none, or none any more. */
export const byId = async (db: Db, id: string): Promise<Person | null> => {
  const answer = await db.raw(
    `select id, role, agency, region, password_hash as "passwordHash", one_time_until as "oneTimeUntil"
     from people where id = ? and ended_at is null /* people.byId */`,
    [id],
  )
  return answer.rows[0] ?? null
}

/** Sets a password in place of that one. False: it was another by then. */
export const setPassword = async (
  tx: Tx,
  id: string,
  made: { before: string; passwordHash: string; oneTimeUntil: Date | null; now: Date },
): Promise<boolean> => {
  const answer = await tx.raw(
    `update people set password_hash = :passwordHash, one_time_until = :oneTimeUntil, changed_at = :now
     where id = :id and password_hash = :before and ended_at is null returning id /* people.setPassword */`,
    { id, ...made } as never,
  )
  return answer.rows.length > 0
}

/** False: there is no such person, or none any more. */
export const end = async (db: Db, id: string, now: Date): Promise<boolean> =>
  (await db('people').where({ id }).whereNull('ended_at').update({ ended_at: now })) > 0

export interface Listed {
  id: string
  role: Role
  agency: string | null
  region: string | null
  createdAt: Date
  /** Until when a password that the hub gave waits to be changed for another; null: it was chosen. */
  oneTimeUntil: Date | null
  endedAt: Date | null
  /** When a session of its was last used; null: there is none that is kept. */
  seenAt: Date | null
}

/** By name; those that are ended too, after the others. `most`: no more than so many. `name`: of this name alone. */
export const list = async (db: Db, most: number, name: string | null = null): Promise<Listed[]> => {
  const answer = await db.raw(
    `select p.id, p.role, p.agency, p.region, p.created_at as "createdAt", p.one_time_until as "oneTimeUntil",
       p.ended_at as "endedAt", (select max(s.seen_at) from sessions s where s.person = p.id) as "seenAt"
     from people p where :name::text is null or p.id = :name
     order by p.ended_at is not null, p.id limit :most /* people.list */`,
    { most, name },
  )
  return answer.rows
}
