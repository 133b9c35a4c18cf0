import type { Knex } from 'knex'

/** The public entries and the snapshots made of them. */
export const createPublication = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table public_entries (
      listing_id uuid primary key references listings,
      body jsonb not null,
      body_hash text not null,
      published_on date not null,
      ends_on date,
      salt text not null default replace(gen_random_uuid()::text, '-', ''),
      shown_from date not null,
      masks smallint not null default 1,
      region text collate "C" generated always as (body ->> 'region') stored,
      authority text generated always as (left(body ->> 'authority', 200)) stored,
      reason text generated always as (left(body ->> 'reason', 200)) stored,
      list text generated always as (body ->> 'list') stored,
      name text generated always as (body ->> 'name') stored,
      uscc text generated always as (body ->> 'uscc') stored
    );
    create index public_entries_contested on public_entries (listing_id) where body->>'contested' = 'true';
    create index public_entries_newest on public_entries (published_on desc, listing_id desc)
      include (shown_from, ends_on, region, authority, reason);
    create index public_entries_ending on public_entries (coalesce(ends_on, 'infinity'), listing_id)
      include (shown_from, ends_on, published_on, region, authority, reason);
    create index public_entries_authority on public_entries (authority, published_on desc, listing_id desc)
      include (shown_from, ends_on, region, reason);
    create index public_entries_region on public_entries (region, published_on desc, listing_id desc)
      include (shown_from, ends_on, authority, reason);
    create index public_entries_list on public_entries (list, published_on desc, listing_id desc);
    create index public_entries_uscc on public_entries (uscc);
    create index public_entries_name on public_entries using gin (name gin_trgm_ops);
    comment on column public_entries.ends_on is 'last day on which the entry is public';
    comment on column public_entries.salt is 'makes the published hash of a body one that nobody can guess back; deleted with the body';
    comment on column public_entries.shown_from is 'first day of its present stay on the list; before it, it was hidden, removed or not yet there';
    comment on column public_entries.masks is 'number of the masks under which the body was made (domain/public-entry)';
    comment on column public_entries.reason is 'as far as it is searched; the whole is in the body';

    create table snapshots (
      sequence integer primary key,
      previous_hash text not null,
      hash text not null,
      entries integer not null,
      added integer not null,
      changed integer not null,
      removed integer not null,
      published_at timestamptz not null,
      run_id bigint not null references runs,
      form integer not null,
      files jsonb,
      first_end date,
      origin text,
      feed_id uuid,
      compared_on date
    );
    create index snapshots_run on snapshots (run_id);
    comment on column snapshots.form is 'how it is chained and its files are written; 0: unsalted, before there were files';
    comment on column snapshots.files is 'path, sha256, bytes and entries of each file, as served without encoding';
    comment on column snapshots.first_end is 'the earliest day on which an entry of it ends: from then on it is not served';
    comment on column snapshots.origin is 'where the hub is served, as its operator had said when it was made';
    comment on column snapshots.feed_id is 'id of the Atom feed: the identity of the database, the same in each snapshot';
    comment on column snapshots.compared_on is 'day on which the whole public list was last compared with this snapshot or one before it; null: by a previous release';

    create table snapshot_changes (
      sequence integer not null,
      listing_id uuid not null,
      change text not null check (change in ('ADDED', 'CHANGED', 'REMOVED')),
      body_hash text,
      changed_on date not null,
      from_on date,
      to_on date,
      primary key (sequence, listing_id)
    );
    create index snapshot_changes_listing on snapshot_changes (listing_id, sequence desc);
    create index snapshot_changes_latest on snapshot_changes (sequence desc, listing_id);
    comment on table snapshot_changes is 'what is kept of each snapshot for good; refers to it without a foreign key: its rows are made in its transaction, and neither is ever deleted';
    comment on column snapshot_changes.body_hash is 'salted, but in snapshots of form 0';

    create table published_entries (
      listing_id uuid not null,
      from_sequence integer not null,
      to_sequence integer,
      hash text not null,
      source text not null,
      from_on date not null,
      to_on date,
      line text,
      csv text,
      primary key (listing_id, from_sequence)
    );
    create index published_entries_forgotten on published_entries (listing_id) where to_sequence is null and line is null;
    create index published_entries_replaced on published_entries (to_sequence) where to_sequence is not null;
    create index published_entries_ends on published_entries (to_on) where to_sequence is null;
    create index published_entries_unformed on published_entries (listing_id) where csv is null and line is not null and to_sequence is null;
    comment on table published_entries is 'the entries of the last snapshot, and those that it replaced by a newer text';
    comment on column published_entries.to_sequence is 'the first sequence that no longer holds it';
    comment on column published_entries.source is 'hash and salt of the public entry that it was made of; empty: forgotten, the salt with the body';
    comment on column published_entries.line is 'canonical JSON as served; null: forgotten since, and the snapshot is no longer served';
    comment on column published_entries.csv is 'row of the CSV in the form of the last snapshot; null: not formed yet, or forgotten with the line';

    create table forgotten (
      id bigint generated always as identity primary key,
      listing_id uuid not null
    );
    comment on table forgotten is 'left the public list since the last snapshot: one that was being made meanwhile may hold it still';

    create table manifests (
      sequence integer primary key references snapshots,
      kid text not null,
      jws text not null,
      valid_until timestamptz not null
    );
    comment on table manifests is 'the signed manifest of the last snapshot; signed anew while the list does not change';

    create table public_changes (
      xid xid8 primary key
    );
    comment on table public_changes is 'a row for each transaction that changed what is public, kept for a while: how many there are and the last of them are the stamp of the list';

    create table touched_entries (
      listing_id uuid not null
    );
    comment on table touched_entries is 'public entries inserted, updated or deleted since the last publication that added what was missing';

    create function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null, csv = null, source = '' from gone g
        where p.listing_id = g.listing_id and (p.line is not null or p.source <> '');
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
    comment on function forget_published is 'whatever removes a public entry forgets, in its own transaction, what was published of it';
    create trigger public_entries_forgotten after delete on public_entries referencing old table as gone
      for each statement execute function forget_published();

    create function note_public_change() returns trigger language plpgsql as $$
    begin
      insert into public_changes (xid) values (pg_current_xact_id()) on conflict do nothing;
      return null;
    end $$;
    create trigger public_entries_changed after insert or update or delete on public_entries
      for each statement execute function note_public_change();

    create function note_touched_entries() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        insert into touched_entries (listing_id) select listing_id from gone;
      else
        insert into touched_entries (listing_id) select listing_id from came;
      end if;
      return null;
    end $$;
    create trigger public_entries_touched_by_insert after insert on public_entries referencing new table as came
      for each statement execute function note_touched_entries();
    create trigger public_entries_touched_by_update after update on public_entries referencing new table as came
      for each statement execute function note_touched_entries();
    create trigger public_entries_touched_by_delete after delete on public_entries referencing old table as gone
      for each statement execute function note_touched_entries();
  `)
}
