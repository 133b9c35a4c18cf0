import type { Knex } from 'knex'

export const rollOut = 'before'

export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table office_revision add column began_at_desk boolean not null default false;
    comment on column office_revision.began_at_desk is 'the first administrator registered at the desk: the office is on trial until it is in service';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table office_revision drop column began_at_desk')
}
