/**
 * A standard is one fact by its number, whichever rows tell it. Records and waiting items kept before get it as well, so that a
 * later row of the same standard joins them. Those that are told twice already keep their rows: `hub repair` joins them.
 */
import type { Knex } from 'knex'

/** The running code counts each fact once already. */
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

/** The code before reads the facts of standards as those of any kind. */
export const down = async (): Promise<void> => {}
