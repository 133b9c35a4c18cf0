import type { Knex } from 'knex'

export const rollOut = 'before'

/** Matters that wait for the hub itself are found by its seat. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    update matters m set waiting = 'hub' from matter_kinds k
    where k.kind = m.kind and k.version = m.kind_version and m.closed_at is null and k.content->'states'->m.state->>'waits_for' = 'hub';
    create index matters_of_hub on matters (opened_at, id) where waiting = 'hub';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop index matters_of_hub;
    update matters set waiting = null where waiting = 'hub';
  `)
}
