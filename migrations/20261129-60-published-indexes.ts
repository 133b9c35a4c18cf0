import type { Knex } from 'knex'

/** Indexes for the queries of the published list that every request and every removal makes. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create index published_entries_ends on published_entries (to_on) where to_sequence is null;
    create index snapshot_changes_latest on snapshot_changes (sequence desc, listing_id);
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index published_entries_ends, snapshot_changes_latest')
}
