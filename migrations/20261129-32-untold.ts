import type { Knex } from 'knex'

/** Comparisons also find an entry in force that was never sent (UNTOLD), and owe its addition. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table findings drop constraint if exists findings_what_check, drop constraint if exists findings_did_check;
    alter table findings add constraint findings_what_check check (what in ('MISSING', 'STALE', 'UNWANTED', 'UNKNOWN', 'UNTOLD')),
      add constraint findings_did_check check (did in ('NOTHING', 'HIDDEN', 'REMOVAL_OWED', 'CHANGE_OWED', 'ADDITION_OWED'));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table findings drop constraint findings_what_check, drop constraint findings_did_check;
    alter table findings add constraint findings_what_check check (what in ('MISSING', 'STALE', 'UNWANTED', 'UNKNOWN')) not valid,
      add constraint findings_did_check check (did in ('NOTHING', 'HIDDEN', 'REMOVAL_OWED', 'CHANGE_OWED')) not valid;
  `)
}
