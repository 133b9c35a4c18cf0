import type { Knex } from 'knex'

/**
 * A name by which a source that is no register called an operator, until the register gave another, was no former name of it: a
 * misread or misspelt name is nobody's. It is kept to be found again when the registration is taken back.
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
