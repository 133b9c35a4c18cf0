import type { Knex } from 'knex'

/**
 * A name that only a source other than a register gave is no former name of the operator: it may be misread or misspelt. It is stored
 * as a claim, so that it can be restored when the registration is rolled back.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table operator_names add column claim boolean not null default false;
    comment on column operator_names.claim is 'said by no register: no name that the operator bore';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    delete from operator_names where claim;
    alter table operator_names drop column claim;
  `)
}
