import type { Knex } from 'knex'

/** Number of codes with a wrong check digit in each seller list. It is 0 for lists uploaded earlier. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table seller_lists add column wrong_check_digit integer not null default 0;
    comment on column seller_lists.wrong_check_digit is 'codes whose check digit is wrong and that led to nobody when the list was sent';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table seller_lists drop column wrong_check_digit')
}
