import type { Knex } from 'knex'

export const rollOut = 'before'

/** Passkeys, one-time codes, recovery codes, former passwords, dormancy, and how each session was proven. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table people add column password_chosen_at timestamptz, add column signed_in_at timestamptz,
      add column woken_at timestamptz, add column woken_by text;
    comment on column people.woken_at is 'the term of dormancy begins here anew; also the day on which the term was introduced';
    update people set woken_at = clock_timestamp() where ended_at is null;

    alter table sessions add column number bigint generated always as identity unique,
      add column proof text not null default 'PASSWORD' check (proof in ('PASSWORD', 'SECOND')),
      add column proven_at timestamptz, add column browser text,
      add column place text check (place in ('LOOPBACK', 'INTERNAL', 'EXTERNAL'));
    comment on column sessions.proof is 'SECOND: a second factor or a passkey with user verification was shown';
    comment on column sessions.proven_at is 'when the password or a passkey was last shown in this session';

    create table former_passwords (
      id bigint generated always as identity primary key,
      person text not null references people,
      password_hash text not null
    );
    create index former_passwords_person on former_passwords (person, id);

    create table passkeys (
      id bigint generated always as identity primary key,
      person text not null references people,
      credential text not null unique,
      public_key text not null,
      counter bigint not null,
      transports text not null,
      name text not null,
      added_at timestamptz not null,
      used_at timestamptz
    );
    create index passkeys_person on passkeys (person);

    create table code_generators (
      person text primary key references people,
      sealed text not null,
      last_step bigint not null default 0,
      added_at timestamptz not null,
      confirmed_at timestamptz
    );
    comment on column code_generators.last_step is 'time step (RFC 6238) of the last code that was accepted; it and those before it are refused';

    create table recovery_codes (
      mark text primary key,
      person text not null references people,
      used_at timestamptz
    );
    create index recovery_codes_person on recovery_codes (person);

    create table passkey_challenges (
      challenge text primary key,
      purpose text not null check (purpose in ('SIGN_IN', 'SECOND', 'ENROL')),
      person text,
      session bigint,
      ends_at timestamptz not null
    );
    create index passkey_challenges_ends on passkey_challenges (ends_at);
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop table passkey_challenges, recovery_codes, code_generators, passkeys, former_passwords;
    alter table sessions drop column number, drop column proof, drop column proven_at, drop column browser, drop column place;
    alter table people drop column password_chosen_at, drop column signed_in_at, drop column woken_at, drop column woken_by;
  `)
}
