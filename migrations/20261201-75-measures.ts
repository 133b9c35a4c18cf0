import type { Knex } from 'knex'

export const rollOut = 'before'

/** Measures whose lift is due, for the retraction ledger; ended matters, for their term of retention. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create index matters_lifts on matters (listing_id) where state in ('LIFT_DUE', 'CLOSE_PROPOSED');
    create index matters_closed on matters (closed_at) where closed_at is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index matters_lifts, matters_closed')
}
