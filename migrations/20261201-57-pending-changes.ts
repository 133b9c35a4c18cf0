import type { Knex } from 'knex'

export const rollOut = 'before'

/** Which changes of an account a second person confirms, and who made each. */
export const up = async (tx: Knex): Promise<void> => {
  for (const table of ['people', 'clients'])
    await tx.raw(`
      alter table ${table} add column pending_changes jsonb not null default '{}';
      comment on column ${table}.pending_changes is 'who made each change since the last confirmation: REGISTERED, PASSWORD, SECOND_FACTOR, SECRET';
      update ${table} set pending_changes = jsonb_build_object('REGISTERED', changed_by) where pending_since is not null and changed_by is not null;
    `)
}

export const down = async (tx: Knex): Promise<void> => {
  for (const table of ['people', 'clients']) await tx.raw(`alter table ${table} drop column pending_changes`)
}
