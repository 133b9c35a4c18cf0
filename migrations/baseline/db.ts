import type { Knex } from 'knex'

/** The logical clock, the database itself, its clock, the keys, and the marks of migrations. */
export const createDb = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create extension if not exists pg_trgm;

    create table knowledge (
      only_row boolean primary key default true check (only_row),
      latest timestamptz not null
    );
    comment on table knowledge is 'the instant of the last change of what the hub believes; never twice the same, never backwards';
    insert into knowledge (latest) values ('2000-01-01T00:00:00Z');

    create table database_identity (
      one boolean primary key default true check (one),
      id uuid not null default gen_random_uuid(),
      timeline text,
      system text
    );
    comment on table database_identity is 'what notes outside the database call it; a copy and a restored backup have the same';
    comment on column database_identity.timeline is 'of the server on which a person, or the first start, vouched for the database; null: nobody has yet';
    comment on column database_identity.system is 'system identifier of that server';
    insert into database_identity default values;

    create table database_restored (
      id integer generated always as identity primary key,
      found_at timestamptz not null,
      cause text not null check (cause in ('DELIVERY_NOTED', 'SNAPSHOT_NOTED', 'SERVER_CHANGED', 'SHOWN', 'DECLARED')),
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

    create table database_clock (
      one boolean primary key default true check (one),
      sure_at timestamptz not null
    );

    create table clock_doubts (
      id integer generated always as identity primary key,
      cause text not null check (cause in ('START', 'LEAP')),
      found_at timestamptz not null,
      expected_at timestamptz not null,
      settled_at timestamptz,
      settled_by text,
      reason text,
      check ((settled_at is null) = (settled_by is null))
    );
    create unique index clock_doubts_open on clock_doubts ((true)) where settled_at is null;

    create table migrations_roll_out (
      name text primary key,
      roll_out text not null check (roll_out in ('before', 'after'))
    );

    create table key_fingerprints (
      key text not null,
      fingerprint text not null,
      noted_at timestamptz not null default clock_timestamp(),
      primary key (key, fingerprint)
    );

    create function database_timeline() returns text language sql as $$
      select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end $$;
    comment on function database_timeline is 'timeline of this server; another one after each promotion and each recovery to a point in time';
  `)
}
