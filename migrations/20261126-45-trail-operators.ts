import type { Knex } from 'knex'

/**
 * A BRIN index suffices, because rows are added and erased in the order of their numbers. It costs almost nothing to maintain, while
 * the B-tree cost a third of all inserting. It keeps several ranges per block range (minmax_multi): new rows reuse pages of erased
 * ones, and a single range from oldest to newest number would match nearly every block range.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index trail_operators_number;
    create index trail_operators_number on trail_operators using brin (number int8_minmax_multi_ops) with (autosummarize = on);
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index trail_operators_number;
    create index trail_operators_number on trail_operators (number);
  `)
}
