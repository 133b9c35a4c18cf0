import type { Knex } from 'knex'

export const rollOut = 'before'

/** Entries whose measures are or were to be lifted, for the retraction ledger of entries that no platform got. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`create index matters_lifted on matters (listing_id)
    where listing_id is not null and state in ('LIFT_DUE', 'CLOSE_PROPOSED', 'LIFTED', 'CONTESTED', 'CLOSED')`)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index matters_lifted')
}
