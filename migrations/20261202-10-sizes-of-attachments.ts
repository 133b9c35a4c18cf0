import type { Knex } from 'knex'

export const rollOut = 'before'

/** The declared size, by which the hub checks the bytes that are sent later; null for what was named before. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table matter_attachments add column bytes integer')
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('alter table matter_attachments drop column bytes')
}
