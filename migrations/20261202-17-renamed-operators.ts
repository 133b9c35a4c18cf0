import type { Knex } from 'knex'

export const rollOut = 'before'

/**
 * PL/pgSQL keeps the plan of a function's first call in a session. Where that call changed no operator, both transition
 * tables seemed empty and were joined by a nested loop from then on: 60,000 renamed operators took four to seven minutes.
 */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`set local lock_timeout = '1s';
    create function note_altered_operators() returns trigger language plpgsql set enable_nestloop = off as $$
    declare ids integer[];
    begin
      ids := array_remove(array(select unnest(
          case when n.merged_into is distinct from o.merged_into then array[n.id, n.merged_into, o.merged_into] else array[n.id] end)
        from came n join gone o on o.id = n.id
        where (n.uscc, n.name, n.region, n.status, n.known_to, n.merged_into)
          is distinct from (o.uscc, o.name, o.region, o.status, o.known_to, o.merged_into)), null);
      if cardinality(ids) > 0 then insert into standing_stale values (ids); end if;
      return null;
    end $$;
    create or replace trigger standing_operators_altered after update on operators referencing old table as gone new table as came
      for each statement execute function note_altered_operators()`)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`set local lock_timeout = '1s';
    create or replace trigger standing_operators_altered after update on operators referencing old table as gone new table as came
      for each statement execute function note_stale_standings();
    drop function note_altered_operators()`)
}
