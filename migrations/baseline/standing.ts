import type { Knex } from 'knex'

/** Standings and the triggers that keep them, sellers’ lists and authorisations. */
export const createStanding = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table seller_lists (
      id bigint generated always as identity primary key,
      client text not null,
      dated date not null,
      uploaded_at timestamptz not null,
      sellers integer not null,
      malformed integer not null,
      current boolean not null default true,
      wrong_check_digit integer not null default 0,
      confirmed integer,
      unconfirmed integer,
      grades_closed integer,
      unconfirmed_most integer
    );
    create unique index seller_lists_current on seller_lists (client) where current;
    comment on table seller_lists is 'every list that a marketplace has uploaded; of the current one the sellers are kept';
    comment on column seller_lists.client is 'the marketplace''s client, and the only one that may ever know of it';
    comment on column seller_lists.wrong_check_digit is 'codes whose check digit is wrong and that led to nobody when the list was sent';
    comment on column seller_lists.confirmed is 'sellers with an open shop on the marketplace in the shops feed, when it was last decided; null: not yet';
    comment on column seller_lists.unconfirmed is 'sellers that lead to an operator without such a shop';
    comment on column seller_lists.grades_closed is 'of the unconfirmed those whose grade stays closed';
    comment on column seller_lists.unconfirmed_most is 'grades of unconfirmed sellers that were allowed';

    create table sellers (
      list_id bigint not null references seller_lists,
      scheme text collate "C" not null check (scheme in ('uscc', 'org_code', 'reg_no', 'shop')),
      code text collate "C" not null,
      opens_grade boolean not null default true,
      primary key (list_id, scheme, code)
    );
    comment on table sellers is 'codes as uploaded: to which operator one leads is found when it is asked, since that changes';
    comment on column sellers.opens_grade is 'decided when the list is sent and whenever shops were pulled; a code that led to nobody then opens none';

    create table authorisations (
      id bigint generated always as identity primary key,
      client text not null,
      operator_id integer not null references operators,
      document text not null,
      given_on date not null,
      ends_on date not null,
      recorded_at timestamptz not null,
      withdrawn_at timestamptz,
      withdrawn_by text,
      sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
      constraint authorisations_check1 check ((withdrawn_at is null) = (withdrawn_by is null)),
      constraint authorisations_days check (ends_on >= given_on)
    );
    create index authorisations_operator on authorisations (operator_id, id);
    create index authorisations_client on authorisations (client, operator_id) where withdrawn_at is null;
    comment on table authorisations is 'what a credit service says an operator has authorised it to: to see its score and grade';
    comment on column authorisations.ends_on is 'last day on which it holds';
    comment on column authorisations.sha256 is 'SHA-256 of the document file, hexadecimal; null: recorded before it was asked for';

    create table seller_removals (
      client text not null,
      sequence bigint not null,
      listing_id uuid not null,
      code text not null,
      at timestamptz not null,
      told_at timestamptz,
      confirmed_at timestamptz,
      confirmed_by text check (confirmed_by in ('WEBHOOK', 'READ')),
      primary key (client, sequence, listing_id),
      check ((confirmed_at is null) = (confirmed_by is null))
    );
    create index seller_removals_listing on seller_removals (listing_id, at);
    create index seller_removals_open on seller_removals (client, sequence) where confirmed_at is null;
    comment on table seller_removals is 'which marketplace is owed that an entry of its seller has left the public list; kept as long as the ledger';

    create table standing_rows (
      score_id bigint,
      operator_id integer primary key,
      as_of date,
      value integer,
      grade text,
      weighs uuid[],
      asked_until date,
      contested boolean not null default false,
      entries json,
      uscc text collate "C",
      name text,
      region text,
      status text
    ) with (fillfactor = 90);
    create index standing_rows_uscc on standing_rows (uscc);
    comment on table standing_rows is 'what is answered about each operator; hub verify standings recomputes it';
    comment on column standing_rows.weighs is 'listings of this hub that the score may have weighed, and whose removal asks for the full lookup; null: none';
    comment on column standing_rows.asked_until is 'latest day for which a person requested a score; until then the full lookup answers';
    comment on column standing_rows.contested is 'an override or an objection of the operator, or of one merged into it, exists; so the full lookup answers';
    comment on column standing_rows.entries is 'public entries, latest first: {from, to, body}; from and to are the first and last day shown';
    comment on column standing_rows.uscc is 'the USCC that leads to this operator and to no other; null: the full lookup answers';

    create table seller_bits (
      list_id bigint primary key references seller_lists on delete cascade,
      bits bytea storage external not null
    );
    comment on table seller_bits is 'bit n (as of get_bit) is set where the USCC of operator n stands on the list';

    create table seller_claims (
      client text not null,
      scheme text collate "C" not null,
      code text collate "C" not null,
      first_on date not null,
      last_on date not null,
      primary key (client, scheme, code)
    );
    comment on table seller_claims is 'unconfirmed sellers whose grade a marketplace was shown: each takes a place for six months after it was last listed, so that changing lists open no more';

    create table standing_stale (
      operators integer[] not null
    );
    comment on table standing_stale is 'operators changed by a transaction that has not ended; empty for all others';

    create view latest_scores as select score_id, operator_id, as_of, value, grade, weighs is not null as weighs_entry
      from standing_rows where score_id is not null;

    create function latest_scores_of(ids integer[]) returns void language plpgsql as $$
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set (score_id, as_of, value, grade, weighs, asked_until) = (
        select l.id, l.as_of, l.value, l.grade, standing_weighs(l.id),
          (select max(a.as_of) from scores a where a.asked and a.operator_id = r.operator_id)
        from (select 1) one left join lateral (select * from scores s where not s.asked and s.operator_id = r.operator_id
          order by s.as_of desc, s.id desc limit 1) l on true)
      where r.operator_id = any(ids);
    end $$;

    create function scores_came() returns trigger language plpgsql as $$
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
    create trigger scores_came after insert on scores referencing new table as came for each statement execute function scores_came();

    create function scores_altered() returns trigger language plpgsql as $$
    begin
      perform latest_scores_of(array(select operator_id from gone union select operator_id from came));
      return null;
    end $$;
    comment on function scores_altered is 'scores are never updated: should somebody do so by hand, standing tells what stands there';
    create trigger scores_altered after update on scores referencing old table as gone new table as came for each statement execute function scores_altered();

    create function scores_gone() returns trigger language plpgsql as $$
    begin
      perform latest_scores_of(array(select distinct operator_id from gone));
      return null;
    end $$;
    create trigger scores_gone after delete on scores referencing old table as gone for each statement execute function scores_gone();

    create function scores_emptied() returns trigger language plpgsql as $$
    begin
      update standing_rows set score_id = null, as_of = null, value = null, grade = null, weighs = null, asked_until = null;
      return null;
    end $$;
    create trigger scores_emptied after truncate on scores for each statement execute function scores_emptied();

    create function seller_bits_of(list bigint) returns bytea language sql stable as $$
      with own as (select o.id / 8 as at, bit_or(1 << (o.id % 8)) as byte from sellers s join operators o on o.uscc = s.code
        where s.list_id = list and s.scheme = 'uscc' and s.opens_grade group by 1)
      select coalesce(string_agg(set_byte('\\x00', 0, coalesce(b.byte, 0)), ''::bytea order by n), ''::bytea)
      from generate_series(0, (select max(at) from own)) n left join own b on b.at = n
    $$;

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

    create function lock_standing_rows(ids integer[]) returns void language plpgsql set enable_seqscan = off as $$
    declare locked integer;
    begin
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
      get diagnostics locked = row_count;
      if locked = cardinality(ids) then return; end if;
      insert into standing_rows (operator_id) select distinct id from unnest(ids) as of(id) order by id on conflict do nothing;
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
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
    create constraint trigger standing_entries_altered after insert or update or delete on public_entries deferrable initially deferred
      for each row execute function standing_entries_altered();

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
    create constraint trigger standing_listings_came after insert on listings deferrable initially deferred
      for each row when (new.decision_version is not null) execute function standing_listings_came();

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
    create constraint trigger standing_listings_altered after update on listings deferrable initially deferred
      for each row when (old.decision_version is distinct from new.decision_version
      or ((old.state, old.operator_id) is distinct from (new.state, new.operator_id) and new.state <> 'REMOVED'))
      execute function standing_listings_altered();

    create function standing_contested() returns trigger language plpgsql as $$
    begin
      insert into standing_rows (operator_id, contested)
        select distinct p.id, true from came c join operators o on o.id = c.operator_id cross join lateral (values (o.id), (o.merged_into)) as p(id)
        where p.id is not null order by 1
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
      return null;
    end $$;
    create trigger standing_overrules_came after insert on overrules referencing new table as came for each statement execute function standing_contested();
    create trigger standing_objections_came after insert on objections referencing new table as came for each statement execute function standing_contested();

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

    create function note_stale_standings() returns trigger language plpgsql as $$
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
      update standing_rows r set uscc = standing_code(o), name = o.name, region = o.region, status = o.status, contested =
          exists (select 1 from overrules c where c.operator_id = o.id) or exists (select 1 from objections c where c.operator_id = o.id)
          or exists (select 1 from operators m where m.merged_into = o.id and (exists (select 1 from overrules c where c.operator_id = m.id)
            or exists (select 1 from objections c where c.operator_id = m.id)))
        from operators o where o.id = r.operator_id and r.operator_id = any(ids);
      return null;
    end $$;
    create constraint trigger standing_stale_came after insert on standing_stale deferrable initially deferred
      for each row execute function keep_standing_facts();
  `)
}
