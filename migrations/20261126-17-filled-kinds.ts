import type { Knex } from 'knex'

/** Kinds of which a platform has been sent everything in force. A platform that is to receive another kind gets that kind's backfill. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table platform_states add column filled_kinds text[] not null default '{}';
    update platform_states set filled_kinds = '{listing}' where filled_at is not null;
    comment on column platform_states.filled_kinds is 'of these kinds it has been owed everything in force, and was told of every change since';

    create index told_records_kind on told_records (kind);
    comment on index told_records_kind is 'whether any was told of a kind: asked with every merge';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index told_records_kind;
    alter table platform_states drop column filled_kinds;
  `)
}
