import type { Knex } from 'knex'

/** People who sign in with a password, and their sessions. Of a session's cookie only the hash is stored. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table people (
      id text primary key,
      role text not null,
      agency text,
      region text,
      password_hash text not null,
      one_time_until timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz,
      ended_at timestamptz
    );
    comment on column people.one_time_until is 'the password was given by the hub, and until then another must be chosen; null: it was chosen';

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
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table sessions, people')
}
