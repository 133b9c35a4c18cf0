import type { Knex } from 'knex'
import { up as restoreScoresCame } from './20261202-14-scores-came.js'

export const rollOut = 'before'

const LATEST = `select distinct on (operator_id) id, operator_id, as_of, value, grade
        from came where not asked order by operator_id, as_of desc, id desc`

/** The reasons, most of a score's text, are searched once. Where every score found its row, no other row is looked for. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create or replace function scores_came() returns trigger language plpgsql set enable_hashjoin = off as $$
    declare
      listing bigint[] := array(select id from came where strpos(reasons::text, '"serious_list"') > 0);
      kept integer;
    begin
      if cardinality(listing) > 0 then
        perform lock_standing_rows(array(select distinct operator_id from came where id = any(listing)));
      end if;
      update standing_rows l set score_id = c.id, as_of = c.as_of, value = c.value, grade = c.grade,
          weighs = case when c.id = any(listing) then standing_weighs(c.id) end
        from (${LATEST}) c where l.operator_id = c.operator_id and (l.score_id is null or (c.as_of, c.id) > (l.as_of, l.score_id));
      get diagnostics kept = row_count;
      if kept = (select count(*) from came) then return null; end if;
      insert into standing_rows as l (score_id, operator_id, as_of, value, grade, weighs, uscc, name, region, status)
        select c.id, c.operator_id, c.as_of, c.value, c.grade, case when c.id = any(listing) then standing_weighs(c.id) end,
          standing_code(o), o.name, o.region, o.status
        from (${LATEST}) c join operators o on o.id = c.operator_id
        where not exists (select 1 from standing_rows r where r.operator_id = c.operator_id) order by c.operator_id
      on conflict (operator_id) do update set score_id = excluded.score_id, as_of = excluded.as_of, value = excluded.value,
        grade = excluded.grade, weighs = excluded.weighs
      where l.score_id is null or (excluded.as_of, excluded.score_id) > (l.as_of, l.score_id);
      insert into standing_rows as l (operator_id, asked_until) select operator_id, max(as_of) from came where asked group by operator_id order by operator_id
      on conflict (operator_id) do update set asked_until = greatest(l.asked_until, excluded.asked_until);
      return null;
    end $$;
  `)
}

export const down = (tx: Knex): Promise<void> => restoreScoresCame(tx)
