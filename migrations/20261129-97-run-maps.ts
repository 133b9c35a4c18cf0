/** A run notes the maps of headings by which it read, and a rejected item its own: a record leads to the map and to who made it. */
import type { Knex } from 'knex'

/** The running code writes rows without them as before; only the new code asks for them. */
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
