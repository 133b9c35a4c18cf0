import type { Knex } from 'knex'

/** Addresses from which a name has signed in. Stored, so that every process knows them, also after a restart. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table lockouts add column proven_at timestamptz;
    comment on column lockouts.proven_at is 'last time that this name came in from this address; what others try elsewhere does not shut it out here';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table lockouts drop column proven_at')
}
