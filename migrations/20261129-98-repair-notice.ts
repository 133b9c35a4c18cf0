/** A new cause of concerns: the repair notice was not served with the decision (两书同达). */
import type { Knex } from 'knex'

/** The old code never opens such a concern. */
export const rollOut = 'before'

const CAUSES = [
  'ABSENT',
  'TAKEN_BACK',
  'CHANGED_HANDS',
  'LIGHTER',
  'RESTORED',
  'REPAIR_REVOKED',
  'REPAIR_TOLD',
  'NOT_PUBLIC',
]

const named = (causes: readonly string[]): string => causes.map((cause) => `'${cause}'`).join(', ')

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in (${named([...CAUSES, 'REPAIR_NOTICE_UNSERVED'])}));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    delete from concerns where cause = 'REPAIR_NOTICE_UNSERVED';
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in (${named(CAUSES)}));
  `)
}
