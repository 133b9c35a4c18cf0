import type { Knex } from 'knex'

/** Address and feed id of the hub that made a snapshot, for its Atom feed. Null in snapshots of an earlier form, whose files are made again. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table snapshots add column origin text, add column feed_id uuid;
    comment on column snapshots.origin is 'where the hub is served, as its operator had said when it was made';
    comment on column snapshots.feed_id is 'id of the Atom feed: the identity of the database, the same in each snapshot';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table snapshots drop column origin, drop column feed_id')
}
