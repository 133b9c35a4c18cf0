import type { Knex } from 'knex'

/**
 * The desk and /metrics count open rejects at every look, each item once however often it came. With a digest an index alone answers
 * that, and items of up to megabytes stay unread. It is null in rows closed before and in rows that the previous release still writes;
 * for these the item itself is read.
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
