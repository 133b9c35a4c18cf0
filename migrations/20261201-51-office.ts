import type { Knex } from 'knex'

export const rollOut = 'before'

/** What an office states about itself and how it works, each proposed by one person and confirmed by another. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table office_revision (
      single boolean primary key default true check (single),
      revision bigint not null
    );
    insert into office_revision (revision) values (0);
    comment on table office_revision is 'rises with each proposal that comes into force; hubs read it to notice';

    create table office_proposals (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('SETTINGS', 'SERVICE', 'RULE_ROW', 'RULES_ADDED')),
      content jsonb not null,
      reason text not null,
      proposed_by text not null,
      proposed_at timestamptz not null,
      endorsed_by text,
      endorsed_at timestamptz,
      state text not null default 'PROPOSED' check (state in ('PROPOSED', 'IN_FORCE', 'REFUSED', 'WITHDRAWN')),
      decided_by text,
      decided_at timestamptz,
      note text,
      revision bigint unique,
      check ((state = 'PROPOSED') = (decided_at is null and decided_by is null)),
      check ((state = 'IN_FORCE') = (revision is not null))
    );
    create index office_proposals_kind on office_proposals (kind, revision) where state = 'IN_FORCE';
    comment on table office_proposals is 'never changed once settled: the versions of settings, rules confirmed and rules added. Secrets are sealed';
    comment on column office_proposals.endorsed_by is 'first of the two persons who confirm what a command proposed';
    comment on column office_proposals.revision is 'order in which they came into force; of one setting or rule row the last holds';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table office_proposals; drop table office_revision')
}
