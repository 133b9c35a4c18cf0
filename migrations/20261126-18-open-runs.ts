import type { Knex } from 'knex'

/** Runs that go on are few beside all there ever were, and are looked for whenever one begins. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`create index runs_open on runs (job, subject) where outcome = 'RUNNING'`)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index runs_open')
}
