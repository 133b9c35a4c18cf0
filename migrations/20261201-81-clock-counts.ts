import type { Knex } from 'knex'

export const rollOut = 'before'

/** Under which holidays and confirmations a running clock was last counted, so that a recount reads only the others. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table matter_clocks add column counted_by text not null default '';
    create index matter_clocks_counted on matter_clocks (counted_by) where running;
    comment on column matter_clocks.counted_by is 'fingerprint of holidays and confirmed rules at the last recount; empty before the first';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index matter_clocks_counted; alter table matter_clocks drop column counted_by')
}
