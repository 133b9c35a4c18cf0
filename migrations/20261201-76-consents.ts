import type { Knex } from 'knex'

export const rollOut = 'before'

/** Reviewed cases by list and level, so that the few that await a consent are found among all of them. The expression is that of store/worklist/case-tasks. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`create index listings_consent on listings ((list || '/' || coalesce(facts->>'level', '')), created_at)
    where state = 'REVIEWED' and facts->>'consentedOn' is null and wrong_from is null`)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index listings_consent')
}
