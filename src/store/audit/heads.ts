import type { AuditHead } from '../../domain/audit/audit-log.js'
import { type Db, queryRows, queryValue, type Tx } from '../db/db.js'

export interface SignedHead extends AuditHead {
  signedAt: Date
  kid: string
  jws: string
}

/** Keeps the earlier signature if the row has one. */
export const keepSignedHead = async (tx: Tx, { number, hash, signedAt, kid, jws }: SignedHead): Promise<void> => {
  await tx.raw(
    `insert into trail_heads (number, hash, signed_at, kid, jws) values (?, decode(?, 'hex'), ?, ?, ?)
     on conflict do nothing /* heads.keepSigned */`,
    [number, hash, signedAt, kid, jws],
  )
}

export const listSigned = (db: Db): Promise<SignedHead[]> =>
  queryRows(
    db,
    `select number, encode(hash, 'hex') as hash, signed_at as "signedAt", kid, jws from trail_heads order by number /* heads.signed */`,
  )

export const listSignedManifests = (db: Db): Promise<{ sequence: number; jws: string }[]> =>
  queryRows(db, 'select sequence, jws from manifests order by sequence /* heads.manifests */')

export const readHashes = async (db: Db, numbers: readonly number[]): Promise<Map<number, string>> => {
  if (numbers.length === 0) return new Map()
  const heads = await queryRows<AuditHead>(
    db,
    `select number, encode(hash, 'hex') as hash from trail where number = any(?::bigint[]) /* heads.hashesOf */`,
    [numbers],
  )
  return new Map(heads.map(({ number, hash }) => [number, hash]))
}

export const findLastRelease = (db: Db): Promise<Date | null> =>
  queryValue(db, 'select max(released_at) as at from database_restored /* heads.lastRelease */')
