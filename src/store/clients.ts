/** Registered systems: their role, and the hash of their secret. */
import type { Role } from '../domain/viewer.js'
import type { Db } from './db.js'

export interface Client {
  id: string
  role: Role
  agency: string | null
  region: string | null
  secretHash: string
}

/** False if the name is taken, however it is spelt: two names that read alike would be two persons to the rule of two. */
export const add = async (db: Db, client: Client, now: Date): Promise<boolean> => {
  const answer = await db.raw(
    `insert into clients (id, role, agency, region, secret_hash, created_at)
     select :id::text, :role, :agency, :region, :secretHash, :now
     where not exists (select 1 from clients c where lower(normalize(c.id, NFKC)) = lower(normalize(:id::text, NFKC)))
     on conflict (id) do nothing returning id /* clients.add */`,
    { ...client, now } as never,
  )
  return answer.rows.length > 0
}

/** False if there is no such client. */
export const rotate = async (db: Db, id: string, secretHash: string, now: Date): Promise<boolean> =>
  (await db('clients').where({ id }).update({ secret_hash: secretHash, rotated_at: now })) > 0

export const byId = async (db: Db, id: string): Promise<Client | null> => {
  const answer = await db.raw(
    'select id, role, agency, region, secret_hash as "secretHash" from clients where id = ? /* clients.byId */',
    [id],
  )
  return answer.rows[0] ?? null
}
