import type { Knex } from 'knex'

export const rollOut = 'before'

/** Sellers that single changes took off a list on one day. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table seller_lists add column lost_on date, add column lost integer not null default 0')
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table seller_lists drop column lost_on, drop column lost')
}
