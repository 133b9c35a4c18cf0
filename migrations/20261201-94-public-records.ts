import type { Knex } from 'knex'

export const rollOut = 'before'

/** The public pages of penalties and permits walk the days of decision, and find permits by number as penalties are found. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create index versions_decided on versions (kind, ((body->>'decided_on') collate "C") desc, id desc)
      where kind in ('penalty', 'permit') and known_to is null and ended_on is null;
    create index versions_permit_number on versions (fact) where kind = 'permit' and known_to is null and fact is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index versions_decided; drop index versions_permit_number')
}
