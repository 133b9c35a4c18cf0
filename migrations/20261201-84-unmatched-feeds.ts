import type { Knex } from 'knex'

export const rollOut = 'before'

/** Open unmatched records by feed and age, so that the queue of identities is counted without reading all of them. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`create index unmatched_waiting on unmatched (feed, first_run) where state = 'OPEN'`)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index unmatched_waiting')
}
