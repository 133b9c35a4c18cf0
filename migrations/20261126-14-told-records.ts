import type { Knex } from 'knex'

/** Published records (双公示): their key at platforms, their operator, and the digest of what was last sent. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table told_records (
      id uuid primary key,
      feed text collate "C" not null,
      record_key text collate "C" not null,
      kind text not null check (kind in ('penalty', 'permit')),
      operator_id integer not null,
      fact text collate "C",
      digest text,
      removed boolean not null default false,
      told_at timestamptz,
      unique (record_key, feed)
    );
    create index told_records_fact on told_records (operator_id, kind, fact) where fact is not null;
    comment on table told_records is 'one row for each record that a platform may have been told of; never deleted';
    comment on column told_records.id is 'its key at every platform for ever: made of feed and key, so that a database that lost the row makes the same again';
    comment on column told_records.digest is 'of what was told last; null: a new platform was given it with everything in force';
    comment on column told_records.removed is 'what was told last is that it is gone';
    comment on column told_records.told_at is 'when it was first owed because of a change, as its deliveries say; null: not yet';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table told_records')
}
