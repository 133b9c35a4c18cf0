import type { Knex } from 'knex'

export const rollOut = 'before'

const LATEST = `select distinct on (operator_id) id, operator_id, as_of, value, grade, strpos(reasons::text, '"serious_list"') > 0 as lists
        from came where not asked order by operator_id, as_of desc, id desc`

/** Most operators have a row in standing_rows already: it is updated without making the columns of a new one. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create or replace function scores_came() returns trigger language plpgsql set enable_hashjoin = off as $$
    begin
      perform lock_standing_rows(array(select distinct operator_id from came where strpos(reasons::text, '"serious_list"') > 0));
      update standing_rows l set score_id = c.id, as_of = c.as_of, value = c.value, grade = c.grade, weighs = case when c.lists then standing_weighs(c.id) end
        from (${LATEST}) c where l.operator_id = c.operator_id and (l.score_id is null or (c.as_of, c.id) > (l.as_of, l.score_id));
      insert into standing_rows as l (score_id, operator_id, as_of, value, grade, weighs, uscc, name, region, status)
        select c.id, c.operator_id, c.as_of, c.value, c.grade, case when c.lists then standing_weighs(c.id) end, standing_code(o), o.name, o.region, o.status
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

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create or replace function scores_came() returns trigger language plpgsql as $$
    begin
      perform lock_standing_rows(array(select distinct operator_id from came where strpos(reasons::text, '"serious_list"') > 0));
      insert into standing_rows as l (score_id, operator_id, as_of, value, grade, weighs, uscc, name, region, status)
        select distinct on (c.operator_id) c.id, c.operator_id, c.as_of, c.value, c.grade,
          case when strpos(c.reasons::text, '"serious_list"') > 0 then standing_weighs(c.id) end, standing_code(o), o.name, o.region, o.status
        from came c join operators o on o.id = c.operator_id where not c.asked order by c.operator_id, c.as_of desc, c.id desc
      on conflict (operator_id) do update set score_id = excluded.score_id, as_of = excluded.as_of, value = excluded.value,
        grade = excluded.grade, weighs = excluded.weighs
      where l.score_id is null or (excluded.as_of, excluded.score_id) > (l.as_of, l.score_id);
      insert into standing_rows as l (operator_id, asked_until) select operator_id, max(as_of) from came where asked group by operator_id order by operator_id
      on conflict (operator_id) do update set asked_until = greatest(l.asked_until, excluded.asked_until);
      return null;
    end $$;
  `)
}
