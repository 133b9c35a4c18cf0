import type { Knex } from 'knex'

/**
 * Rows of the index come in the order of their numbers and are erased in it: which pages hold a number is enough, and costs next to
 * nothing to keep up, where a second tree cost a third of all filling. Several ranges for each piece (multi): pages that erased rows
 * have left are filled with new ones, and one range from the oldest to the newest would lead to nearly all pieces.
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
