import type { Knex } from 'knex'

export const rollOut = 'before'

/** What an authority states about itself, proposed by one administrator and confirmed by another. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table authority_statements (
      id bigint generated always as identity primary key,
      name text not null check (name ~ '\\S'),
      address text not null,
      telephone text not null,
      contact text,
      reconsideration_body text not null,
      court text not null,
      fine_bank text,
      proposed_by text not null,
      proposed_at timestamptz not null,
      state text not null default 'PROPOSED' check (state in ('PROPOSED', 'IN_FORCE', 'REFUSED', 'WITHDRAWN')),
      decided_by text,
      decided_at timestamptz,
      note text,
      check ((state = 'PROPOSED') = (decided_at is null and decided_by is null))
    );
    create unique index authority_statements_waiting on authority_statements (name) where state = 'PROPOSED';
    create index authority_statements_held on authority_statements (name, decided_at) where state = 'IN_FORCE';
    comment on table authority_statements is 'never changed once settled: of one authority the statement that came into force last holds';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table authority_statements')
}
