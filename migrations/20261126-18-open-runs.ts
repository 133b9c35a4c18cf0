import type { Knex } from 'knex'

/** Partial index of running runs. They are few among all runs, and each start looks for them. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`create index runs_open on runs (job, subject) where outcome = 'RUNNING'`)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index runs_open')
}
