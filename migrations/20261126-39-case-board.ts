import type { Knex } from 'knex'

/** Cases by their state, newest first: an officer's board, however many have been removed over the years. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw('create index listings_board on listings (state, created_at desc, id desc)')
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index listings_board')
}
