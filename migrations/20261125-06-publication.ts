import type { Knex } from 'knex'

/**
 * The published list: the content of each snapshot, entry by entry, with a salt that is deleted with the body of the entry. Also the
 * signed manifests, and the ids of entries forgotten since the last snapshot.
 *
 * Older snapshots keep their sequence, hash and chain (form 0: unsalted hashes, which never left the hub). The first salted snapshot
 * links to the hash of the last of them and names each entry as added. No delta leads from an unsalted snapshot to a salted one.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table public_entries add column salt text not null default replace(gen_random_uuid()::text, '-', '');
    comment on column public_entries.salt is 'makes the published hash of a body one that nobody can guess back; deleted with the body';

    alter table snapshots add column form integer not null default 0, add column files jsonb, add column first_end date;
    alter table snapshots alter column form drop default;
    comment on column snapshots.form is 'how it is chained and its files are written; 0: unsalted, before there were files';
    comment on column snapshots.files is 'path, sha256, bytes and entries of each file, as served without encoding';
    comment on column snapshots.first_end is 'the earliest day on which an entry of it ends: from then on it is not served';

    alter table snapshot_changes add column from_on date, add column to_on date, drop constraint snapshot_changes_sequence_fkey;
    comment on table snapshot_changes is 'what is kept of each snapshot for good; refers to it without a foreign key: its rows are made in its transaction, and neither is ever deleted';
    comment on column snapshot_changes.body_hash is 'salted, but in snapshots of form 0';
    create index snapshot_changes_listing on snapshot_changes (listing_id, sequence desc);

    create table published_entries (
      listing_id uuid not null,
      from_sequence integer not null,
      to_sequence integer,
      hash text not null,
      source text not null,
      from_on date not null,
      to_on date,
      line text,
      primary key (listing_id, from_sequence)
    );
    comment on table published_entries is 'the entries of the last snapshot, and those that it replaced by a newer text';
    comment on column published_entries.to_sequence is 'the first sequence that no longer holds it';
    comment on column published_entries.source is 'hash and salt of the public entry that it was made of';
    comment on column published_entries.line is 'canonical JSON as served; null: forgotten since, and the snapshot is no longer served';
    create index published_entries_forgotten on published_entries (listing_id) where to_sequence is null and line is null;
    create index published_entries_replaced on published_entries (to_sequence) where to_sequence is not null;

    create table forgotten (
      id bigint generated always as identity primary key,
      listing_id uuid not null
    );
    comment on table forgotten is 'left the public list since the last snapshot: one that was being made meanwhile may hold it still';

    create function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null from gone g where p.listing_id = g.listing_id and p.line is not null;
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
    comment on function forget_published is 'whatever removes a public entry forgets, in its own transaction, what was published of it';
    create trigger public_entries_forgotten after delete on public_entries referencing old table as gone
      for each statement execute function forget_published();

    create table manifests (
      sequence integer primary key references snapshots,
      kid text not null,
      jws text not null,
      valid_until timestamptz not null
    );
    comment on table manifests is 'the signed manifest of the last snapshot; signed anew while the list does not change';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger public_entries_forgotten on public_entries;
    drop function forget_published;
    drop table manifests, forgotten, published_entries;
    drop index snapshot_changes_listing;
    alter table snapshot_changes drop column from_on, drop column to_on,
      add constraint snapshot_changes_sequence_fkey foreign key (sequence) references snapshots;
    alter table snapshots drop column form, drop column files, drop column first_end;
    alter table public_entries drop column salt;
  `)
}
