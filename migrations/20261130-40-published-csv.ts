import type { Knex } from 'knex'

/** CSV rows of the published entries, so that a publication reads them instead of forming all of them again. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table published_entries add column csv text;
    comment on column published_entries.csv is 'row of the CSV in the form of the last snapshot; null: not formed yet, or forgotten with the line';
    create index published_entries_unformed on published_entries (listing_id) where csv is null and line is not null and to_sequence is null;

    create or replace function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null, csv = null, source = '' from gone g
        where p.listing_id = g.listing_id and (p.line is not null or p.source <> '');
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create or replace function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null, source = '' from gone g
        where p.listing_id = g.listing_id and (p.line is not null or p.source <> '');
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
    drop index published_entries_unformed;
    alter table published_entries drop column csv;
  `)
}
