import type { Knex } from 'knex'

/** One more cause: the entrance that repaired an entry took its repair back. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check
        check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED', 'REPAIR_REVOKED'));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    delete from concerns where cause = 'REPAIR_REVOKED';
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED'));
  `)
}
