import type { Knex } from 'knex'

/**
 * Whether each migration goes before or after the roll-out of its release. It is stored in the database for an older hub, which lacks
 * the migration's file but must know whether it may go on. `src/store/db/migrations.ts` reads and fills it.
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
