import type { Knex } from 'knex'

/** Access codes of listed parties, stored as keyed hashes, with the persons who issued and ended each. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
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
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table access_codes')
}
