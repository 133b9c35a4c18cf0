/**
 * All records of a standard are one fact, named by the standard's number. Existing records and unmatched items get the fact as well, so
 * that a later row of the same standard joins them. A standard that already has two records keeps both until `hub repair` joins them.
 */
import type { Knex } from 'knex'

/** The old code already counts each fact once. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    update versions v set fact = v.body->>'number' where v.kind = 'standard' and v.fact is null and not exists (
      select 1 from versions o where o.operator_id = v.operator_id and o.kind = 'standard' and o.record_key <> v.record_key
        and o.body->>'number' = v.body->>'number');
    update unmatched set fact = body->>'number' where kind = 'standard' and fact is null;
  `)
}

/** The old code reads facts of standards like those of any kind, so nothing is undone. */
export const down = async (): Promise<void> => {}
