import type { Knex } from 'knex'

export const rollOut = 'before'

/** No query compares whole bodies or remarks. Sampling them took half of each `analyze versions`. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table versions alter column body set statistics 0, alter column findings set statistics 0')
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(
    'alter table versions alter column body set statistics default, alter column findings set statistics default',
  )
}
