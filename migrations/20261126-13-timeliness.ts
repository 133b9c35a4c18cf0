import type { Knex } from 'knex'

/** By when deliveries were made: figures of a month look at those alone. Rows lie in that order, so that a small index finds them. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create index deliveries_made on deliveries using brin (created_at) with (pages_per_range = 32);
    comment on index deliveries_made is 'what became owed since a day; costs next to nothing when rows are written';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index deliveries_made')
}
