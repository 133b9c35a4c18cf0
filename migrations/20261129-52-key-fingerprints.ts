import type { Knex } from 'knex'

/** Fingerprints of the keys used with this database. A hub with other keys does not start. A fingerprint does not reveal its key. */
export const rollOut = 'before'

export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table key_fingerprints (
      key text not null,
      fingerprint text not null,
      noted_at timestamptz not null default clock_timestamp(),
      primary key (key, fingerprint)
    )
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table key_fingerprints')
}
