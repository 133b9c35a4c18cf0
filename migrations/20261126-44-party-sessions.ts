import type { Knex } from 'knex'

/** Sessions of parties. None outlives the access code that opened it. Of a session's cookie only the hash is stored. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
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

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table party_sessions')
}
