import type { Knex } from 'knex'

export const rollOut = 'before'

/** A database that is restored again before its release keeps what was found before. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`set local lock_timeout = '1s';
    alter table database_restored add column earlier jsonb not null default '[]'`)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table database_restored drop column earlier')
}
