import type { Knex } from 'knex'

export const rollOut = 'before'

/** The hourly job counts the term of objections that have none yet. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table objections add column due_on date;
    create index objections_due on objections (due_on, id) where state = 'OPEN';
    comment on column objections.due_on is 'last day for the decision, recounted while it is open; null until counted';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table objections drop column due_on')
}
