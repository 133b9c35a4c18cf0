import type { Knex } from 'knex'

/**
 * `latest_scores` becomes `standing_rows`: the score, the public entries and the reasons for a full lookup of each operator. Triggers
 * keep it in the transactions that change what it says. The view `latest_scores` serves the previous release.
 */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    -- A trigger of the previous release that began before would find the view instead of the table.
    lock table scores, public_entries, listings, overrules, objections in share row exclusive mode;
    alter table latest_scores rename to standing_rows;
    alter table standing_rows rename constraint latest_scores_pkey to standing_rows_pkey;
    alter table standing_rows alter column score_id drop not null, alter column as_of drop not null, alter column value drop not null,
      alter column grade drop not null, add column weighs uuid[], add column asked_until date,
      add column contested boolean not null default false, add column entries json;
    comment on table standing_rows is 'what is answered about each operator; hub verify standings recomputes it';
    comment on column standing_rows.weighs is 'listings of this hub that the score may have weighed, and whose removal asks for the full lookup; null: none';
    comment on column standing_rows.asked_until is 'latest day for which a person requested a score; until then the full lookup answers';
    comment on column standing_rows.contested is 'an override or an objection exists, so the full lookup answers';
    comment on column standing_rows.entries is 'public entries, latest first: {from, to, body}; from and to are the first and last day shown';

    create function standing_weighs(score bigint) returns uuid[] language sql stable as $$
      select array(select distinct l.id from json_array_elements(s.reasons) r, json_array_elements_text(r->'records') cited
        join versions cv on cv.id = cited::bigint join versions dv on dv.feed = cv.feed and dv.record_key = cv.record_key
        join listings l on l.decision_version = dv.id where r->>'fact' = 'serious_list' order by 1)
      from scores s where s.id = score and strpos(s.reasons::text, '"serious_list"') > 0
    $$;
    create function standing_entries(operator integer) returns json language sql stable as $$
      select json_agg(json_build_object('from', p.shown_from, 'to', p.ends_on, 'body', p.body || jsonb_build_object('state', l.state))
        order by p.published_on desc, p.listing_id)
      from listings l join public_entries p on p.listing_id = l.id where l.operator_id = operator
    $$;
    -- A statement after this lock sees what another transaction did to the same operators before it released them.
    -- A plan made while the table was empty would otherwise read all of it for each entry.
    create function lock_standing_rows(ids integer[]) returns void language plpgsql set enable_seqscan = off as $$
    declare locked integer;
    begin
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
      get diagnostics locked = row_count;
      if locked = cardinality(ids) then return; end if;
      insert into standing_rows (operator_id) select distinct id from unnest(ids) as of(id) order by id on conflict do nothing;
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
    end $$;

    create or replace function latest_scores_of(ids integer[]) returns void language plpgsql as $$
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set (score_id, as_of, value, grade, weighs, asked_until) = (
        select l.id, l.as_of, l.value, l.grade, standing_weighs(l.id),
          (select max(a.as_of) from scores a where a.asked and a.operator_id = r.operator_id)
        from (select 1) one left join lateral (select * from scores s where not s.asked and s.operator_id = r.operator_id
          order by s.as_of desc, s.id desc limit 1) l on true)
      where r.operator_id = any(ids);
    end $$;
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
    create or replace function scores_emptied() returns trigger language plpgsql as $$
    begin
      update standing_rows set score_id = null, as_of = null, value = null, grade = null, weighs = null, asked_until = null;
      return null;
    end $$;

    create function keep_standing_entries(ids integer[]) returns void language plpgsql set enable_seqscan = off as $$
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set entries = standing_entries(r.operator_id) where r.operator_id = any(ids);
    end $$;
    create function standing_entries_altered() returns trigger language plpgsql as $$
    begin
      perform keep_standing_entries(array(select operator_id from listings where id = coalesce(new.listing_id, old.listing_id)));
      return null;
    end $$;

    create function keep_standing_weighs(decisions bigint[]) returns void language plpgsql as $$
    declare ids integer[] := array(select distinct v.operator_id from versions d join versions v on v.feed = d.feed and v.record_key = d.record_key
      where d.id = any(decisions) and v.operator_id is not null);
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set weighs = standing_weighs(r.score_id) where r.operator_id = any(ids);
    end $$;
    create function standing_listings_came() returns trigger language plpgsql as $$
    begin
      perform keep_standing_weighs(array[new.decision_version]);
      return null;
    end $$;
    create function standing_listings_altered() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from public_entries p where p.listing_id = new.id) then
        perform keep_standing_entries(array(select distinct id from unnest(array[old.operator_id, new.operator_id]) as of(id)));
      end if;
      if new.decision_version is distinct from old.decision_version then
        perform keep_standing_weighs(array[old.decision_version, new.decision_version]);
      end if;
      return null;
    end $$;
    -- Rows are locked only at the end of a transaction: hiding an entry must not wait for a merge that moves another one of the operator.
    create constraint trigger standing_entries_altered after insert or update or delete on public_entries deferrable initially deferred
      for each row execute function standing_entries_altered();
    create constraint trigger standing_listings_came after insert on listings deferrable initially deferred
      for each row when (new.decision_version is not null) execute function standing_listings_came();
    -- A removed entry leaves public_entries, whose trigger then keeps the row.
    create constraint trigger standing_listings_altered after update on listings deferrable initially deferred
      for each row when (old.decision_version is distinct from new.decision_version
        or ((old.state, old.operator_id) is distinct from (new.state, new.operator_id) and new.state <> 'REMOVED'))
      execute function standing_listings_altered();

    create function standing_contested() returns trigger language plpgsql as $$
    begin
      insert into standing_rows (operator_id, contested) select distinct operator_id, true from came order by 1
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
      return null;
    end $$;
    create trigger standing_overrules_came after insert on overrules referencing new table as came for each statement execute function standing_contested();
    create trigger standing_objections_came after insert on objections referencing new table as came for each statement execute function standing_contested();

    update standing_rows set weighs = standing_weighs(score_id) where weighs_entry;
    alter table standing_rows drop column weighs_entry;
    create view latest_scores as select score_id, operator_id, as_of, value, grade, weighs is not null as weighs_entry
      from standing_rows where score_id is not null;
    insert into standing_rows (operator_id, contested)
      select distinct operator_id, true from (select operator_id from overrules union all select operator_id from objections) c
      on conflict (operator_id) do update set contested = true;
    insert into standing_rows (operator_id, asked_until) select operator_id, max(as_of) from scores where asked group by operator_id
      on conflict (operator_id) do update set asked_until = excluded.asked_until;
    insert into standing_rows (operator_id, entries)
      select l.operator_id, standing_entries(l.operator_id) from (select distinct operator_id from listings l join public_entries p on p.listing_id = l.id) l
      on conflict (operator_id) do update set entries = excluded.entries;
    analyze standing_rows;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger standing_objections_came on objections;
    drop trigger standing_overrules_came on overrules;
    drop trigger standing_listings_altered on listings;
    drop trigger standing_listings_came on listings;
    drop trigger standing_entries_altered on public_entries;
    drop function standing_contested, standing_listings_altered, standing_listings_came, standing_entries_altered, keep_standing_entries, keep_standing_weighs;
    drop view latest_scores;
    delete from standing_rows where score_id is null;
    alter table standing_rows add column weighs_entry boolean;
    update standing_rows set weighs_entry = weighs is not null;
    alter table standing_rows alter column weighs_entry set not null, drop column weighs, drop column asked_until, drop column contested, drop column entries,
      alter column score_id set not null, alter column as_of set not null, alter column value set not null, alter column grade set not null;
    alter table standing_rows rename constraint standing_rows_pkey to latest_scores_pkey;
    alter table standing_rows rename to latest_scores;
    create or replace function latest_scores_of(ids integer[]) returns void language sql as $$
      delete from latest_scores where operator_id = any(ids);
      insert into latest_scores (score_id, operator_id, as_of, value, grade, weighs_entry)
        select distinct on (operator_id) id, operator_id, as_of, value, grade, coalesce(strpos(reasons::text, '"serious_list"') > 0, false)
        from scores where not asked and operator_id = any(ids) order by operator_id, as_of desc, id desc;
    $$;
    create or replace function scores_came() returns trigger language plpgsql as $$
    begin
      insert into latest_scores as l (score_id, operator_id, as_of, value, grade, weighs_entry)
        select distinct on (operator_id) id, operator_id, as_of, value, grade, coalesce(strpos(reasons::text, '"serious_list"') > 0, false)
        from came where not asked order by operator_id, as_of desc, id desc
      on conflict (operator_id) do update set score_id = excluded.score_id, as_of = excluded.as_of, value = excluded.value,
        grade = excluded.grade, weighs_entry = excluded.weighs_entry
      where (excluded.as_of, excluded.score_id) > (l.as_of, l.score_id);
      return null;
    end $$;
    create or replace function scores_emptied() returns trigger language plpgsql as $$
    begin
      truncate latest_scores;
      return null;
    end $$;
    drop function lock_standing_rows, standing_entries, standing_weighs;
  `)
}
