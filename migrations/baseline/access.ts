import type { Knex } from 'knex'

/** Clients, people, sessions, access codes, lockouts and quotas. */
export const createAccess = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table clients (
      id text primary key,
      role text not null,
      agency text,
      region text,
      secret_hash text not null,
      created_at timestamptz not null,
      rotated_at timestamptz,
      previous_hash text,
      previous_until timestamptz,
      ended_at timestamptz,
      changed_by text,
      pending_since timestamptz,
      confirmed_by text,
      confirmed_at timestamptz,
      marketplace text check (marketplace ~ '^[a-z0-9-]{1,32}$'),
      unconfirmed_sellers integer check (unconfirmed_sellers between 0 and 1000000),
      sellers_reason text,
      check (num_nonnulls(previous_hash, previous_until) in (0, 2))
    );
    comment on column clients.previous_hash is 'of the secret before, with the same salt; good until previous_until';
    comment on column clients.pending_since is 'since when its newest secret waits for a second person; null: it does not wait';
    comment on column clients.marketplace is 'id of this marketplace in the shops feed; null: the name of the client';
    comment on column clients.unconfirmed_sellers is 'grades that its list may open of operators whom the shops feed does not confirm; null: by the rule of domain/sellers';
    comment on column clients.sellers_reason is 'why the two columns before are as they are; who set them is in the audit log';

    create table access_codes (
      id bigint generated always as identity primary key,
      operator_id integer not null references operators,
      mark text not null unique check (mark ~ '^[0-9a-f]{64}$'),
      reason text not null,
      issued_by text not null,
      issued_at timestamptz not null,
      ended text check (ended in ('REISSUED', 'REVOKED')),
      ended_reason text,
      ended_by text,
      ended_at timestamptz,
      check (num_nonnulls(ended, ended_reason, ended_by, ended_at) in (0, 4))
    );
    create unique index access_codes_good on access_codes (operator_id) where ended_at is null;
    create index access_codes_operator on access_codes (operator_id, id);
    comment on table access_codes is 'one row for each code ever issued, ended once, never deleted; one of each operator is good';
    comment on column access_codes.mark is 'HMAC-SHA-256 of the code under a key that lies outside the database';

    create table people (
      id text primary key,
      role text not null,
      agency text,
      region text,
      password_hash text not null,
      one_time_until timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz,
      ended_at timestamptz,
      duty text check (duty in ('systems', 'security')),
      changed_by text,
      pending_since timestamptz,
      confirmed_by text,
      confirmed_at timestamptz,
      exempt boolean not null default false
    );
    comment on column people.one_time_until is 'the password was given by the hub, and until then another must be chosen; null: it was chosen';
    comment on column people.pending_since is 'since when it waits for a second person, and nobody signs in by it; null: it does not wait';
    comment on column people.exempt is 'confirmed by its registration: nobody was there who could have confirmed it';

    create table sessions (
      mark text primary key check (mark ~ '^[0-9a-f]{64}$'),
      person text not null references people,
      started_at timestamptz not null,
      seen_at timestamptz not null,
      ends_at timestamptz not null,
      ended_at timestamptz
    );
    create index sessions_person on sessions (person);
    create index sessions_ends on sessions (ends_at);
    comment on column sessions.mark is 'SHA-256 of the cookie, which is 256 random bits';

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
      locked_until timestamptz,
      proven_at timestamptz
    );
    create index lockouts_last on lockouts (last_at);
    comment on column lockouts.key is 'keyed hash of kind, name and address as they were given';
    comment on column lockouts.name is 'only if it is one that is registered: what was typed there may be a password';
    comment on column lockouts.address is 'null: from all addresses together';
    comment on column lockouts.proven_at is 'last time that this name came in from this address; what others try elsewhere does not shut it out here';

    create unlogged table quotas (
      key text primary key,
      window_start timestamptz not null,
      used bigint not null
    );
    create index quotas_window on quotas (window_start);
    comment on table quotas is 'requests of a minute by client or address, added up by all processes; worth nothing after it';

    create table party_sessions (
      mark text primary key check (mark ~ '^[0-9a-f]{64}$'),
      access_code bigint not null references access_codes,
      started_at timestamptz not null,
      seen_at timestamptz not null,
      ends_at timestamptz not null,
      ended_at timestamptz
    );
    create index party_sessions_ends on party_sessions (ends_at);
    create index party_sessions_code on party_sessions (access_code);
    comment on column party_sessions.mark is 'SHA-256 of the cookie, which is 256 random bits';
  `)
}
