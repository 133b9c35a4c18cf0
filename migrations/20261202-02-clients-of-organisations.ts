import type { Knex } from 'knex'

export const rollOut = 'before'

/** The system of a marketplace or a partner is an organisation of its own: with an agency it would have another's seat. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`update clients set agency = null where role in ('marketplace', 'partner') and agency is not null`)
}

/** What the agency said had no effect. */
export const down = async (): Promise<void> => {}
