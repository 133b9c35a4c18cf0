import type { Knex } from 'knex'

export const rollOut = 'before'

/** Cases and penalties are found by the beginning of a document number. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create index listing_events_number on listing_events (((act->>'documentNumber') collate "C"))
      where act->>'documentNumber' is not null;
    create index versions_number on versions (fact) where kind = 'penalty' and known_to is null and fact is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index listing_events_number; drop index versions_number')
}
