/** An authorisation has the SHA-256 of the document by which it was given. Earlier ones have none, and end within a year. */
import type { Knex } from 'knex'

/** The old code records authorisations without it, and only the new code requires it. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table authorisations add column sha256 text check (sha256 ~ '^[0-9a-f]{64}$');
    comment on column authorisations.sha256 is 'SHA-256 of the document file, hexadecimal; null: recorded before it was asked for';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table authorisations drop column sha256')
}
