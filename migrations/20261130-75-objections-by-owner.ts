import type { Knex } from 'knex'

/**
 * An objection to a record of a merged operator counts for its survivor. `standing_rows.contested` of both operators follows a merger
 * and its undoing.
 */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    lock table operators, overrules, objections in share row exclusive mode;
    comment on column standing_rows.contested is 'an override or an objection of the operator, or of one merged into it, exists; so the full lookup answers';

    create or replace function standing_contested() returns trigger language plpgsql as $$
    begin
      insert into standing_rows (operator_id, contested)
        select distinct p.id, true from came c join operators o on o.id = c.operator_id cross join lateral (values (o.id), (o.merged_into)) as p(id)
        where p.id is not null order by 1
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
      return null;
    end $$;
    create or replace function note_stale_standings() returns trigger language plpgsql as $$
    declare ids integer[];
    begin
      if tg_table_name = 'operators' then
        ids := array(select p.id from came n join gone o using (id) cross join lateral unnest(
            case when n.merged_into is distinct from o.merged_into then array[id, n.merged_into, o.merged_into] else array[id] end) as p(id)
          where p.id is not null and (n.uscc, n.name, n.region, n.status, n.known_to, n.merged_into)
            is distinct from (o.uscc, o.name, o.region, o.status, o.known_to, o.merged_into));
      elsif tg_op = 'INSERT' then
        ids := array(select o.id from came c join operators o on o.uscc = c.code where c.scheme = 'uscc');
      else
        ids := array(select o.id from gone c join operators o on o.uscc = c.code where c.scheme = 'uscc');
      end if;
      if cardinality(ids) > 0 then insert into standing_stale values (ids); end if;
      return null;
    end $$;
    create or replace function keep_standing_facts() returns trigger language plpgsql set enable_seqscan = off as $$
    declare ids integer[];
    begin
      with stale as (delete from standing_stale returning operators)
        select array_agg(distinct id order by id) into ids from stale, unnest(operators) as of(id);
      if ids is null then return null; end if;
      perform lock_standing_rows(ids);
      update standing_rows r set uscc = standing_code(o), name = o.name, region = o.region, status = o.status, contested =
          exists (select 1 from overrules c where c.operator_id = o.id) or exists (select 1 from objections c where c.operator_id = o.id)
          or exists (select 1 from operators m where m.merged_into = o.id and (exists (select 1 from overrules c where c.operator_id = m.id)
            or exists (select 1 from objections c where c.operator_id = m.id)))
        from operators o where o.id = r.operator_id and r.operator_id = any(ids);
      return null;
    end $$;

    insert into standing_rows (operator_id, contested)
      select distinct o.merged_into, true from (select operator_id from overrules union select operator_id from objections) c
        join operators o on o.id = c.operator_id where o.merged_into is not null
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
    create index identity_decisions_survivors on identity_decisions (operator_id) where merged_id is not null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index identity_decisions_survivors;
    comment on column standing_rows.contested is 'an override or an objection exists, so the full lookup answers';
    create or replace function standing_contested() returns trigger language plpgsql as $$
    begin
      insert into standing_rows (operator_id, contested) select distinct operator_id, true from came order by 1
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
      return null;
    end $$;
    create or replace function note_stale_standings() returns trigger language plpgsql as $$
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
    create or replace function keep_standing_facts() returns trigger language plpgsql set enable_seqscan = off as $$
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
    update standing_rows r set contested = false where contested and not exists (select 1 from overrules c where c.operator_id = r.operator_id)
      and not exists (select 1 from objections c where c.operator_id = r.operator_id);
  `)
}
