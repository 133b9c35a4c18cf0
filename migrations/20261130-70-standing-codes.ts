import type { Knex } from 'knex'

/**
 * `standing_rows` also holds the code, name, region and status of an operator, so that a standing is read from one row. The rows are
 * locked only at the end of the transaction that changes an operator: a removal must not wait for a merge of records.
 */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    lock table operators, operator_codes, scores in share row exclusive mode;
    alter table standing_rows add column uscc text collate "C", add column name text, add column region text, add column status text;
    comment on column standing_rows.uscc is 'the USCC that leads to this operator and to no other; null: the full lookup answers';

    create function standing_code(o operators) returns text language sql stable as $$
      select case when o.known_to is null and o.merged_into is null
        and not exists (select 1 from operator_codes k where k.scheme = 'uscc' and k.code = o.uscc) then o.uscc end
    $$;
    create function fill_standing_facts() returns trigger language plpgsql as $$
    begin
      select standing_code(o), o.name, o.region, o.status into new.uscc, new.name, new.region, new.status
        from operators o where o.id = new.operator_id;
      return new;
    end $$;
    create trigger standing_rows_filled before insert on standing_rows for each row when (new.status is null) execute function fill_standing_facts();

    create table standing_stale (operators integer[] not null);
    comment on table standing_stale is 'operators changed by a transaction that has not ended; empty for all others';
    create function note_stale_standings() returns trigger language plpgsql as $$
    declare ids integer[];
    begin
      if tg_table_name = 'operators' then
        ids := array(select n.id from came n join gone o using (id) where (n.uscc, n.name, n.region, n.status, n.known_to, n.merged_into)
          is distinct from (o.uscc, o.name, o.region, o.status, o.known_to, o.merged_into));
      elsif tg_op = 'INSERT' then
        ids := array(select o.id from came c join operators o on o.uscc = c.code where c.scheme = 'uscc');
      else
        ids := array(select o.id from gone c join operators o on o.uscc = c.code where c.scheme = 'uscc');
      end if;
      if cardinality(ids) > 0 then insert into standing_stale values (ids); end if;
      return null;
    end $$;
    create trigger standing_operators_altered after update on operators referencing old table as gone new table as came
      for each statement execute function note_stale_standings();
    create trigger standing_codes_came after insert on operator_codes referencing new table as came for each statement execute function note_stale_standings();
    create trigger standing_codes_gone after delete on operator_codes referencing old table as gone for each statement execute function note_stale_standings();

    create function keep_standing_facts() returns trigger language plpgsql set enable_seqscan = off as $$
    declare ids integer[];
    begin
      with stale as (delete from standing_stale returning operators)
        select array_agg(distinct id order by id) into ids from stale, unnest(operators) as of(id);
      if ids is null then return null; end if;
      perform lock_standing_rows(ids);
      update standing_rows r set uscc = standing_code(o), name = o.name, region = o.region, status = o.status
        from operators o where o.id = r.operator_id and r.operator_id = any(ids);
      return null;
    end $$;
    create constraint trigger standing_stale_came after insert on standing_stale deferrable initially deferred
      for each row execute function keep_standing_facts();

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

    update standing_rows r set uscc = standing_code(o), name = o.name, region = o.region, status = o.status from operators o where o.id = r.operator_id;
    create index standing_rows_uscc on standing_rows (uscc);
    analyze standing_rows;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger standing_codes_gone on operator_codes;
    drop trigger standing_codes_came on operator_codes;
    drop trigger standing_operators_altered on operators;
    drop table standing_stale;
    drop trigger standing_rows_filled on standing_rows;
    drop function keep_standing_facts, note_stale_standings, fill_standing_facts;
    create or replace function scores_came() returns trigger language plpgsql as $$
    begin
      perform lock_standing_rows(array(select distinct operator_id from came where strpos(reasons::text, '"serious_list"') > 0));
      insert into standing_rows as l (score_id, operator_id, as_of, value, grade, weighs)
        select distinct on (operator_id) id, operator_id, as_of, value, grade,
          case when strpos(reasons::text, '"serious_list"') > 0 then standing_weighs(id) end
        from came where not asked order by operator_id, as_of desc, id desc
      on conflict (operator_id) do update set score_id = excluded.score_id, as_of = excluded.as_of, value = excluded.value,
        grade = excluded.grade, weighs = excluded.weighs
      where l.score_id is null or (excluded.as_of, excluded.score_id) > (l.as_of, l.score_id);
      insert into standing_rows as l (operator_id, asked_until) select operator_id, max(as_of) from came where asked group by operator_id order by operator_id
      on conflict (operator_id) do update set asked_until = greatest(l.asked_until, excluded.asked_until);
      return null;
    end $$;
    drop function standing_code;
    alter table standing_rows drop column uscc, drop column name, drop column region, drop column status;
  `)
}
