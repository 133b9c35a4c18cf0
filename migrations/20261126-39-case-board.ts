import type { Knex } from 'knex'

/** Index of cases by state, newest first, for an officer's board. It stays fast however many cases were removed over the years. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw('create index listings_board on listings (state, created_at desc, id desc)')
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index listings_board')
}
