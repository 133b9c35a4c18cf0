import type { Knex } from 'knex'

/** Revoked tokens, the previous secrets of clients that are still valid, lockouts after failed sign-ins, and use of quotas. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table clients add column previous_hash text, add column previous_until timestamptz, add column ended_at timestamptz,
      add check (num_nonnulls(previous_hash, previous_until) in (0, 2));
    comment on column clients.previous_hash is 'of the secret before, with the same salt; good until previous_until';

    create table revocations (
      id bigint generated always as identity primary key,
      jti text,
      sub text,
      issued_until timestamptz,
      ends_at timestamptz not null,
      check (num_nonnulls(jti, sub) = 1 and (sub is null) = (issued_until is null))
    );
    create index revocations_ends on revocations (ends_at);
    comment on table revocations is 'a token, or all of a holder issued until an instant; kept until none of them could be good';

    create table lockouts (
      key text primary key,
      kind text not null check (kind in ('CLIENT', 'PERSON')),
      name text,
      address text,
      failures integer not null,
      last_at timestamptz not null,
      locked_until timestamptz
    );
    create index lockouts_last on lockouts (last_at);
    create unlogged table quotas (
      key text primary key,
      window_start timestamptz not null,
      used bigint not null
    );
    create index quotas_window on quotas (window_start);
    comment on table quotas is 'requests of a minute by client or address, added up by all processes; worth nothing after it';

    comment on column lockouts.key is 'keyed hash of kind, name and address as they were given';
    comment on column lockouts.name is 'only if it is one that is registered: what was typed there may be a password';
    comment on column lockouts.address is 'null: from all addresses together';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table quotas, lockouts, revocations;
    alter table clients drop column previous_hash, drop column previous_until, drop column ended_at;
  `)
}
