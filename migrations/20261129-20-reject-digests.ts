import type { Knex } from 'knex'

/**
 * Open bad items are counted at each look at the desk and by /metrics, each once however often it came. A digest of the item lets
 * an index alone answer that; the items themselves, up to megabytes each, stay unread. Null in rows of before and of a previous
 * release that still runs: there the item is read.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table rejects add column item_digest text;
    update rejects set item_digest = md5(item::text) where state = 'OPEN';
    create index rejects_waiting on rejects (feed, run_id, page, row_number, item_digest) where state = 'OPEN';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index rejects_waiting; alter table rejects drop column item_digest;')
}
