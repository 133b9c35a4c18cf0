import type { Knex } from 'knex'

export const rollOut = 'before'
export const config = { transaction: false }

/** The hash index answers what this B-tree did. */
export const up = async (db: Knex): Promise<void> => {
  await db.raw('drop index concurrently if exists standing_rows_uscc')
}

export const down = async (db: Knex): Promise<void> => {
  await db.raw('create index standing_rows_uscc on standing_rows (uscc)')
}
