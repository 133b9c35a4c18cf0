import type { Knex } from 'knex'

/** Heading maps that a person made for a feed: the field that each heading of an office's own table means. They are never deleted. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table feed_maps (
      id bigint generated always as identity primary key,
      feed text not null,
      headings jsonb not null,
      fixed jsonb not null,
      made_by text not null,
      made_at timestamptz not null,
      ended_by text,
      ended_at timestamptz,
      constraint feed_maps_ended check ((ended_by is null) = (ended_at is null))
    );
    comment on table feed_maps is 'which field of a feed each heading of an office''s own table means; in force until it is ended';
    comment on column feed_maps.headings is 'the field by heading; null: left out on purpose';
    comment on column feed_maps.fixed is 'values by field that are the same in every row';
    create index feed_maps_in_force on feed_maps (feed) where ended_at is null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table feed_maps')
}
