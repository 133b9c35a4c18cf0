import type { Knex } from 'knex'

/** Columns of the public list for filters and orders, an index for each order, and a stamp that moves with every change. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table public_entries
      add column region text collate "C" generated always as (body->>'region') stored,
      add column authority text generated always as (left(body->>'authority', 200)) stored,
      add column reason text generated always as (left(body->>'reason', 200)) stored;
    comment on column public_entries.reason is 'as far as it is searched; the whole is in the body';
    drop index public_entries_order;
    create index public_entries_newest on public_entries (published_on desc, listing_id desc)
      include (shown_from, ends_on, region, authority, reason);
    create index public_entries_ending on public_entries (coalesce(ends_on, 'infinity'), listing_id)
      include (shown_from, ends_on, published_on, region, authority, reason);
    create index public_entries_authority on public_entries (authority, published_on desc, listing_id desc)
      include (shown_from, ends_on, region, reason);
    create index public_entries_region on public_entries (region, published_on desc, listing_id desc)
      include (shown_from, ends_on, authority, reason);

    create index listings_listed on listings (operator_id) where published_on is not null and removed_on is null;
    create index listings_published on listings (published_on) include (ends_on, removed_on, removal_reason) where published_on is not null;

    create table public_changes (
      xid xid8 primary key
    );
    comment on table public_changes is 'a row for each transaction that changed what is public, kept for a while: how many there are and the last of them are the stamp of the list';
    create function note_public_change() returns trigger language plpgsql as $$
    begin
      insert into public_changes (xid) values (pg_current_xact_id()) on conflict do nothing;
      return null;
    end $$;
    create trigger public_entries_changed after insert or update or delete on public_entries
      for each statement execute function note_public_change();
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger public_entries_changed on public_entries;
    drop function note_public_change;
    drop table public_changes;
    drop index listings_listed, listings_published;
    drop index public_entries_newest, public_entries_ending, public_entries_authority, public_entries_region;
    alter table public_entries drop column region, drop column authority, drop column reason;
    create index public_entries_order on public_entries (published_on desc, listing_id);
  `)
}
