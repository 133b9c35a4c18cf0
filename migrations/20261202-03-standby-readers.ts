import type { Knex } from 'knex'

export const rollOut = 'before'

/** Hubs that answer from a standby hold a lease here, so that an act is acknowledged only once all of them have it. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table standby_readers (
      reader uuid primary key,
      beat bigint not null default 0,
      renewals bigint not null default 0,
      asked bigint not null default 0,
      seen bigint not null default 0
    ) with (fillfactor = 50);
    comment on table standby_readers is 'leases of hubs that answer from a standby: a beat that the reader must have seen there';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table standby_readers')
}
