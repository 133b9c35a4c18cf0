/** A run has the ids of the heading maps by which it read, and a reject has its map's id. So a record leads to the map and its author. */
import type { Knex } from 'knex'

/** The old code writes rows without them, and only the new code reads them. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table runs add column maps bigint[] not null default '{}';
    comment on column runs.maps is 'ids of feed_maps by which items of this run were read; runs of before are not noted';
    alter table rejects add column map_id bigint;
    comment on column rejects.map_id is 'id of the feed map by which the item was read; null: by none, or of before';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table rejects drop column map_id; alter table runs drop column maps')
}
