import type { Knex } from 'knex'

/**
 * Whether a migration goes before or after the roll-out of its release. Kept in the database, so that an older hub, which does not
 * have the file, knows whether it may go on. Read and filled by src/store/migrations.ts.
 */
export const rollOut = 'before'

export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table migrations_roll_out (
      name text primary key,
      roll_out text not null check (roll_out in ('before', 'after'))
    )
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table migrations_roll_out')
}
