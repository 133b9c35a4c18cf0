import type { Knex } from 'knex'

/** New causes of concerns: a revoked repair, a repair from before publication or without a decision number, an entry that must not be public. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check
        check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED', 'REPAIR_REVOKED', 'REPAIR_TOLD', 'NOT_PUBLIC'));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    delete from concerns where cause in ('REPAIR_REVOKED', 'REPAIR_TOLD', 'NOT_PUBLIC');
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED'));
  `)
}
