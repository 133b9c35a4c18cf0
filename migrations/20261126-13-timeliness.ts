import type { Knex } from 'knex'

/** Index of deliveries by creation time, for the monthly figures. Rows lie in that order, so a small BRIN index suffices. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create index deliveries_made on deliveries using brin (created_at) with (pages_per_range = 32);
    comment on index deliveries_made is 'what became owed since a day; costs next to nothing when rows are written';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index deliveries_made')
}
