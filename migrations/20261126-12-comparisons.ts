import type { Knex } from 'knex'

/**
 * Comparisons of what platforms display with what they should display, and the discrepancies found. A database restored from a
 * backup is detected, stopped and released.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table runs drop constraint if exists runs_job_check;

    create table comparisons (
      id integer primary key generated always as identity,
      platform text not null,
      run_id integer not null references runs,
      compared_at timestamptz not null,
      shown integer not null,
      expected integer not null,
      missing integer not null,
      stale integer not null,
      unwanted integer not null,
      hidden integer not null,
      on_their_way integer not null,
      others integer not null,
      highest integer,
      alarm text check (alarm in ('MASS_ABSENCE'))
    );
    create index comparisons_last on comparisons (platform, id desc);
    comment on column comparisons.highest is 'largest sequence shown under the keys of this hub; null: it tells none';
    comment on column comparisons.others is 'shown under keys that this hub does not know: another sender''s, not looked at';
    comment on column comparisons.alarm is 'so much was absent that it is an outage: nothing was changed';

    create table findings (
      id integer primary key generated always as identity,
      platform text not null,
      kind text not null check (kind in ('listing', 'penalty', 'permit')),
      key text not null,
      what text not null check (what in ('MISSING', 'STALE', 'UNWANTED', 'UNKNOWN')),
      differs text[] not null default '{}',
      did text not null check (did in ('NOTHING', 'HIDDEN', 'REMOVAL_OWED', 'CHANGE_OWED')),
      shown_sequence integer,
      told_sequence integer,
      comparison_id integer not null references comparisons,
      found_at timestamptz not null,
      last_found_at timestamptz not null,
      times integer not null default 1,
      settled_at timestamptz,
      settled_by text,
      note text,
      check ((settled_at is null) = (settled_by is null) and (settled_at is null) = (note is null))
    );
    create unique index findings_open on findings (platform, key, what) where settled_at is null;
    create index findings_of_key on findings (key) where settled_at is null;
    comment on column findings.comparison_id is 'the last that has found it';
    comment on column findings.key is 'the subject''s business key; of an UNKNOWN one a key that this database does not hold';
    comment on column findings.differs is 'of a stale one what is other than it was told: SEQUENCE, USCC, NAME; never the values, which may have to be forgotten';

    create table database_identity (one boolean primary key default true check (one), id uuid not null default gen_random_uuid());
    insert into database_identity default values;
    comment on table database_identity is 'what notes outside the database call it; a copy and a restored backup have the same';

    create table database_restored (
      id integer primary key generated always as identity,
      found_at timestamptz not null,
      cause text not null check (cause in ('DELIVERY_NOTED', 'SNAPSHOT_NOTED', 'SHOWN', 'DECLARED')),
      said_by text,
      said text,
      platform text,
      noted_delivery bigint,
      noted_number integer,
      noted_sequence integer,
      had_delivery bigint not null,
      had_sequence integer not null,
      released_at timestamptz,
      released_by text,
      released_reason text,
      check ((released_at is null) = (released_by is null) and (released_at is null) = (released_reason is null)),
      check ((cause = 'DECLARED') = (said_by is not null) and (said_by is null) = (said is null))
    );
    create unique index database_restored_open on database_restored ((true)) where released_at is null;
    comment on table database_restored is 'it was found behind what had left it: additions are stopped until a person releases it';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table database_restored, database_identity, findings, comparisons;
    delete from runs where job in ('reconcile', 'fill');
  `)
}
