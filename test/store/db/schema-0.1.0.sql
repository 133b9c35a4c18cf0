-- pg_dump of a database that `hub migrate` of release 0.1.0 (commit 016dd59d) made from empty on PostgreSQL 17.
-- Without comments, settings and what opening the database notes (key_fingerprints, database_clock, values of database_identity).
-- Two constraints NOT NULL have the names that PostgreSQL 18 gives them.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE FUNCTION public.changes_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      raise exception 'a change is never altered';
    end $$;
CREATE FUNCTION public.changes_wanted() RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    begin
      if (select open from change_progress) then return true; end if;
      -- Opening the change feed takes this lock exclusively, so it waits for all transactions that found it closed.
      perform pg_advisory_xact_lock_shared(hashtextextended('hub.changes.open', 0));
      return (select open from change_progress);
    end $$;
CREATE FUNCTION public.database_timeline() RETURNS text
    LANGUAGE sql
    AS $$
      select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end $$;
COMMENT ON FUNCTION public.database_timeline() IS 'timeline of this server; another one after each promotion and each recovery to a point in time';
CREATE FUNCTION public.deliveries_line_up() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    declare earlier bigint[] := array(select e.id from owed o cross join lateral (select id from deliveries d where d.subject_id = o.subject_id
      and d.platform = o.platform and d.number < o.number and d.state in ('OWED', 'REFUSED') offset 0) e);
    begin
      if earlier <> '{}' then
        perform 1 from deliveries where id = any(earlier) order by subject_id, platform, number for update;
        update deliveries set head = false where id = any(array(select o.id from owed o cross join lateral (select 1 from deliveries d
          where d.subject_id = o.subject_id and d.platform = o.platform and d.number < o.number and d.state in ('OWED', 'REFUSED') limit 1) e));
      end if;
      return null;
    end $$;
CREATE FUNCTION public.deliveries_move_up() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      update deliveries d set head = (d.number = f.number)
        from (select min(number) as number from deliveries
          where subject_id = new.subject_id and platform = new.platform and state in ('OWED', 'REFUSED')) f
        where d.subject_id = new.subject_id and d.platform = new.platform and d.state in ('OWED', 'REFUSED')
          and d.head <> (d.number = f.number);
      return null;
    end $$;
CREATE FUNCTION public.fill_standing_facts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      select standing_code(o), o.name, o.region, o.status into new.uscc, new.name, new.region, new.status
        from operators o where o.id = new.operator_id;
      return new;
    end $$;
CREATE FUNCTION public.forget_published() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      update published_entries p set line = null, csv = null, source = '' from gone g
        where p.listing_id = g.listing_id and (p.line is not null or p.source <> '');
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
COMMENT ON FUNCTION public.forget_published() IS 'whatever removes a public entry forgets, in its own transaction, what was published of it';
CREATE FUNCTION public.keep_standing_entries(ids integer[]) RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set entries = standing_entries(r.operator_id) where r.operator_id = any(ids);
    end $$;
CREATE FUNCTION public.keep_standing_facts() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
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
CREATE FUNCTION public.keep_standing_weighs(decisions bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
    declare ids integer[] := array(select distinct v.operator_id from versions d join versions v on v.feed = d.feed and v.record_key = d.record_key
      where d.id = any(decisions) and v.operator_id is not null);
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set weighs = standing_weighs(r.score_id) where r.operator_id = any(ids);
    end $$;
CREATE FUNCTION public.latest_scores_of(ids integer[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
    begin
      perform lock_standing_rows(ids);
      update standing_rows r set (score_id, as_of, value, grade, weighs, asked_until) = (
        select l.id, l.as_of, l.value, l.grade, standing_weighs(l.id),
          (select max(a.as_of) from scores a where a.asked and a.operator_id = r.operator_id)
        from (select 1) one left join lateral (select * from scores s where not s.asked and s.operator_id = r.operator_id
          order by s.as_of desc, s.id desc limit 1) l on true)
      where r.operator_id = any(ids);
    end $$;
CREATE FUNCTION public.listing_documents_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      raise exception 'listing_documents is appended only';
    end $$;
CREATE FUNCTION public.lock_standing_rows(ids integer[]) RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
    declare locked integer;
    begin
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
      get diagnostics locked = row_count;
      if locked = cardinality(ids) then return; end if;
      insert into standing_rows (operator_id) select distinct id from unnest(ids) as of(id) order by id on conflict do nothing;
      perform 1 from standing_rows where operator_id = any(ids) order by operator_id for update;
    end $$;
CREATE FUNCTION public.mark_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if tg_op = 'INSERT' then
        if exists (select 1 from came) and changes_wanted() then
          insert into change_marks (operator_id, what, listing_id) select l.operator_id, 'ENTRY_ADDED', l.id from came c join listings l on l.id = c.listing_id;
        end if;
      elsif tg_op = 'DELETE' then
        if exists (select 1 from gone) and changes_wanted() then
          insert into change_marks (operator_id, what, listing_id) select l.operator_id, 'ENTRY_REMOVED', l.id from gone g join listings l on l.id = g.listing_id;
        end if;
      elsif exists (select listing_id, body_hash from came except select listing_id, body_hash from gone) and changes_wanted() then
        insert into change_marks (operator_id, what, listing_id) select l.operator_id, 'ENTRY_CHANGED', l.id
          from (select listing_id, body_hash from came except select listing_id, body_hash from gone) c join listings l on l.id = c.listing_id;
      end if;
      return null;
    end $$;
CREATE FUNCTION public.mark_judged() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if changes_wanted() then insert into change_marks (operator_id, what) values (new.operator_id, tg_argv[0]); end if;
      return null;
    end $$;
CREATE FUNCTION public.mark_new_codes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if exists (select 1 from came) and changes_wanted() then
        insert into change_marks (operator_id, what) select distinct operator_id, 'CODE' from came;
      end if;
      return null;
    end $$;
CREATE FUNCTION public.mark_new_operators() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if exists (select 1 from came) and changes_wanted() then
        insert into change_marks (operator_id, what) select id, 'STATUS' from came;
      end if;
      return null;
    end $$;
CREATE FUNCTION public.mark_operator() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if not changes_wanted() then return null; end if;
      if new.name is distinct from old.name then insert into change_marks (operator_id, what) values (new.id, 'NAME'); end if;
      if (new.status, new.known_to) is distinct from (old.status, old.known_to) then insert into change_marks (operator_id, what) values (new.id, 'STATUS'); end if;
      if new.merged_into is distinct from old.merged_into then
        insert into change_marks (operator_id, what) select distinct p.id, 'CODE' from unnest(array[new.id, old.merged_into]) as p(id) where p.id is not null;
      end if;
      return null;
    end $$;
CREATE FUNCTION public.note_public_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      insert into public_changes (xid) values (pg_current_xact_id()) on conflict do nothing;
      return null;
    end $$;
CREATE FUNCTION public.note_stale_standings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.note_touched_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if tg_op = 'DELETE' then
        insert into touched_entries (listing_id) select listing_id from gone;
      else
        insert into touched_entries (listing_id) select listing_id from came;
      end if;
      return null;
    end $$;
CREATE FUNCTION public.scores_altered() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      perform latest_scores_of(array(select operator_id from gone union select operator_id from came));
      return null;
    end $$;
COMMENT ON FUNCTION public.scores_altered() IS 'scores are never updated: should somebody do so by hand, standing tells what stands there';
CREATE FUNCTION public.scores_came() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.scores_emptied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      update standing_rows set score_id = null, as_of = null, value = null, grade = null, weighs = null, asked_until = null;
      return null;
    end $$;
CREATE FUNCTION public.scores_gone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      perform latest_scores_of(array(select distinct operator_id from gone));
      return null;
    end $$;
CREATE FUNCTION public.seller_bits_of(list bigint) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
      with own as (select o.id / 8 as at, bit_or(1 << (o.id % 8)) as byte from sellers s join operators o on o.uscc = s.code
        where s.list_id = list and s.scheme = 'uscc' and s.opens_grade group by 1)
      select coalesce(string_agg(set_byte('\x00', 0, coalesce(b.byte, 0)), ''::bytea order by n), ''::bytea)
      from generate_series(0, (select max(at) from own)) n left join own b on b.at = n
    $$;
CREATE TABLE public.operators (
    id integer NOT NULL,
    uscc text COLLATE pg_catalog."C",
    shop text COLLATE pg_catalog."C",
    kind text NOT NULL,
    name text,
    region text,
    status text DEFAULT 'UNKNOWN'::text NOT NULL,
    first_run bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name_key text COLLATE pg_catalog."C",
    known_to timestamp with time zone,
    merged_into integer,
    CONSTRAINT operators_check CHECK ((num_nonnulls(uscc, shop) = 1)),
    CONSTRAINT operators_check1 CHECK (((merged_into IS NULL) OR (merged_into <> id))),
    CONSTRAINT operators_kind_check CHECK ((kind = ANY (ARRAY['ENTERPRISE'::text, 'INDIVIDUAL'::text, 'COOPERATIVE'::text, 'SHOP'::text, 'OTHER'::text])))
);
ALTER TABLE ONLY public.operators ALTER COLUMN name_key SET (n_distinct=-1);
COMMENT ON COLUMN public.operators.name_key IS 'the name normalised for comparing (domain/names)';
COMMENT ON COLUMN public.operators.known_to IS 'no longer believed to exist: all that spoke of it was taken back';
COMMENT ON COLUMN public.operators.merged_into IS 'its codes and records belong to that operator now, by a decision on identity';
CREATE FUNCTION public.standing_code(o public.operators) RETURNS text
    LANGUAGE sql STABLE
    AS $$
      select case when o.known_to is null and o.merged_into is null
        and not exists (select 1 from operator_codes k where k.scheme = 'uscc' and k.code = o.uscc) then o.uscc end
    $$;
CREATE FUNCTION public.standing_contested() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      insert into standing_rows (operator_id, contested)
        select distinct p.id, true from came c join operators o on o.id = c.operator_id cross join lateral (values (o.id), (o.merged_into)) as p(id)
        where p.id is not null order by 1
      on conflict (operator_id) do update set contested = true where not standing_rows.contested;
      return null;
    end $$;
CREATE FUNCTION public.standing_entries(operator integer) RETURNS json
    LANGUAGE sql STABLE
    AS $$
      select json_agg(json_build_object('from', p.shown_from, 'to', p.ends_on, 'body', p.body || jsonb_build_object('state', l.state))
        order by p.published_on desc, p.listing_id)
      from listings l join public_entries p on p.listing_id = l.id where l.operator_id = operator
    $$;
CREATE FUNCTION public.standing_entries_altered() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      perform keep_standing_entries(array(select operator_id from listings where id = coalesce(new.listing_id, old.listing_id)));
      return null;
    end $$;
CREATE FUNCTION public.standing_listings_altered() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if exists (select 1 from public_entries p where p.listing_id = new.id) then
        perform keep_standing_entries(array(select distinct id from unnest(array[old.operator_id, new.operator_id]) as of(id)));
      end if;
      if new.decision_version is distinct from old.decision_version then
        perform keep_standing_weighs(array[old.decision_version, new.decision_version]);
      end if;
      return null;
    end $$;
CREATE FUNCTION public.standing_listings_came() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      perform keep_standing_weighs(array[new.decision_version]);
      return null;
    end $$;
CREATE FUNCTION public.standing_weighs(score bigint) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
      select array(select distinct l.id from json_array_elements(s.reasons) r, json_array_elements_text(r->'records') cited
        join versions cv on cv.id = cited::bigint join versions dv on dv.feed = cv.feed and dv.record_key = cv.record_key
        join listings l on l.decision_version = dv.id where r->>'fact' = 'serious_list' order by 1)
      from scores s where s.id = score and strpos(s.reasons::text, '"serious_list"') > 0
    $$;
CREATE FUNCTION public.trail_heads_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      raise exception 'a signed head is never changed or deleted';
    end $$;
CREATE FUNCTION public.trail_sealed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if exists (select 1 from (select form from trail order by number desc limit 1) last where last.form > 0) then
        raise exception 'a row without a seal does not follow one that has it: this hub is older than its database';
      end if;
      return new;
    end $$;
CREATE FUNCTION public.trail_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (new.number, new.at, new.kind, new.count, new.content_hash, new.previous, new.hash, new.form, new.key_id)
          is not distinct from
          (old.number, old.at, old.kind, old.count, old.content_hash, old.previous, old.hash, old.form, old.key_id) then
        return new;
      end if;
      raise exception 'a row of the trail is never changed or deleted; only its content is erased';
    end $$;
CREATE TABLE public.access_codes (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    mark text NOT NULL,
    reason text NOT NULL,
    issued_by text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    ended text,
    ended_reason text,
    ended_by text,
    ended_at timestamp with time zone,
    CONSTRAINT access_codes_check CHECK ((num_nonnulls(ended, ended_reason, ended_by, ended_at) = ANY (ARRAY[0, 4]))),
    CONSTRAINT access_codes_ended_check CHECK ((ended = ANY (ARRAY['REISSUED'::text, 'REVOKED'::text]))),
    CONSTRAINT access_codes_mark_check CHECK ((mark ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON TABLE public.access_codes IS 'one row for each code ever issued, ended once, never deleted; one of each operator is good';
COMMENT ON COLUMN public.access_codes.mark IS 'HMAC-SHA-256 of the code under a key that lies outside the database';
ALTER TABLE public.access_codes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_codes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.authorisations (
    id bigint NOT NULL,
    client text NOT NULL,
    operator_id integer NOT NULL,
    document text NOT NULL,
    given_on date NOT NULL,
    ends_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by text,
    sha256 text,
    CONSTRAINT authorisations_check1 CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL))),
    CONSTRAINT authorisations_days CHECK ((ends_on >= given_on)),
    CONSTRAINT authorisations_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON TABLE public.authorisations IS 'what a credit service says an operator has authorised it to: to see its score and grade';
COMMENT ON COLUMN public.authorisations.ends_on IS 'last day on which it holds';
COMMENT ON COLUMN public.authorisations.sha256 IS 'SHA-256 of the document file, hexadecimal; null: recorded before it was asked for';
ALTER TABLE public.authorisations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.authorisations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.calendar_amendments (
    id bigint NOT NULL,
    day date NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    confirmed_by text,
    CONSTRAINT calendar_amendments_kind_check CHECK ((kind = ANY (ARRAY['HOLIDAY'::text, 'WORKDAY'::text, 'ORDINARY'::text])))
);
COMMENT ON TABLE public.calendar_amendments IS 'laid over schema/rules/calendar.json; of a day the last one holds. ORDINARY: as its weekday says';
COMMENT ON COLUMN public.calendar_amendments.confirmed_by IS 'the second person, who put it in force; null: amended by one person, before two were asked for';
ALTER TABLE public.calendar_amendments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calendar_amendments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.calendar_proposals (
    id bigint NOT NULL,
    days jsonb NOT NULL,
    known_until date,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    state text DEFAULT 'PROPOSED'::text NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    note text,
    CONSTRAINT calendar_proposals_check CHECK (((state = 'PROPOSED'::text) = ((decided_at IS NULL) AND (decided_by IS NULL)))),
    CONSTRAINT calendar_proposals_state_check CHECK ((state = ANY (ARRAY['PROPOSED'::text, 'IN_FORCE'::text, 'REFUSED'::text, 'WITHDRAWN'::text])))
);
COMMENT ON TABLE public.calendar_proposals IS 'amendments of the calendar; one that was put in force has its days in calendar_amendments and calendar_reach';
COMMENT ON COLUMN public.calendar_proposals.days IS 'a list of {day, kind}, kind as in calendar_amendments';
ALTER TABLE public.calendar_proposals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calendar_proposals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.calendar_reach (
    id bigint NOT NULL,
    known_until date NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    confirmed_by text
);
COMMENT ON TABLE public.calendar_reach IS 'up to which day the holidays are all announced, as officers say';
ALTER TABLE public.calendar_reach ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calendar_reach_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.change_clients (
    client text NOT NULL,
    last bigint DEFAULT 0 NOT NULL,
    erased bigint DEFAULT 0 NOT NULL,
    read_to bigint DEFAULT 0 NOT NULL,
    read_at timestamp with time zone
);
COMMENT ON COLUMN public.change_clients.last IS 'number of its last change; each marketplace counts from 1, without a gap, and learns nothing of others by it';
COMMENT ON COLUMN public.change_clients.erased IS 'up to this number changes are past their time and gone';
COMMENT ON COLUMN public.change_clients.read_to IS 'up to this number it has said that it has them (Last-Event-ID, after)';
CREATE TABLE public.change_marks (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    what text NOT NULL,
    listing_id uuid,
    CONSTRAINT change_marks_what_check CHECK ((what = ANY (ARRAY['ENTRY_ADDED'::text, 'ENTRY_CHANGED'::text, 'ENTRY_REMOVED'::text, 'STATUS'::text, 'NAME'::text, 'CODE'::text, 'GRADE'::text, 'OBJECTION'::text])))
);
COMMENT ON TABLE public.change_marks IS 'what altered a standing and is not numbered yet; its transaction is the change''s own';
ALTER TABLE public.change_marks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_marks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.change_progress (
    one boolean DEFAULT true NOT NULL,
    open boolean DEFAULT false NOT NULL,
    day date,
    CONSTRAINT change_progress_one_check CHECK (one)
);
COMMENT ON COLUMN public.change_progress.open IS 'a marketplace has sent a list; before, nothing is marked';
COMMENT ON COLUMN public.change_progress.day IS 'up to this day what changes by the calendar alone is marked';
CREATE TABLE public.changes (
    client text NOT NULL,
    sequence bigint NOT NULL,
    scheme text COLLATE pg_catalog."C",
    code text COLLATE pg_catalog."C",
    what text[] NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT changes_check CHECK (((scheme IS NULL) = (code IS NULL)))
);
COMMENT ON TABLE public.changes IS 'appended and never altered; erased from the oldest on. What a seller''s standing is then, is read when it is told';
COMMENT ON COLUMN public.changes.code IS 'as it stands on the list of the marketplace; null: the list itself was replaced';
CREATE TABLE public.clients (
    id text NOT NULL,
    role text NOT NULL,
    agency text,
    region text,
    secret_hash text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone,
    previous_hash text,
    previous_until timestamp with time zone,
    ended_at timestamp with time zone,
    changed_by text,
    pending_since timestamp with time zone,
    confirmed_by text,
    confirmed_at timestamp with time zone,
    marketplace text,
    unconfirmed_sellers integer,
    sellers_reason text,
    CONSTRAINT clients_check CHECK ((num_nonnulls(previous_hash, previous_until) = ANY (ARRAY[0, 2]))),
    CONSTRAINT clients_marketplace_check CHECK ((marketplace ~ '^[a-z0-9-]{1,32}$'::text)),
    CONSTRAINT clients_unconfirmed_sellers_check CHECK (((unconfirmed_sellers >= 0) AND (unconfirmed_sellers <= 1000000)))
);
COMMENT ON COLUMN public.clients.previous_hash IS 'of the secret before, with the same salt; good until previous_until';
COMMENT ON COLUMN public.clients.pending_since IS 'since when its newest secret waits for a second person; null: it does not wait';
COMMENT ON COLUMN public.clients.marketplace IS 'id of this marketplace in the shops feed; null: the name of the client';
COMMENT ON COLUMN public.clients.unconfirmed_sellers IS 'grades that its list may open of operators whom the shops feed does not confirm; null: by the rule of domain/sellers';
COMMENT ON COLUMN public.clients.sellers_reason IS 'why the two columns before are as they are; who set them is in the audit log';
CREATE TABLE public.clock_doubts (
    id integer NOT NULL,
    cause text NOT NULL,
    found_at timestamp with time zone NOT NULL,
    expected_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    settled_by text,
    reason text,
    CONSTRAINT clock_doubts_cause_check CHECK ((cause = ANY (ARRAY['START'::text, 'LEAP'::text]))),
    CONSTRAINT clock_doubts_check CHECK (((settled_at IS NULL) = (settled_by IS NULL)))
);
ALTER TABLE public.clock_doubts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.clock_doubts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.operator_codes (
    scheme text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    operator_id integer NOT NULL,
    run_id bigint NOT NULL,
    CONSTRAINT operator_codes_scheme_check CHECK ((scheme = ANY (ARRAY['uscc'::text, 'org_code'::text, 'reg_no'::text, 'shop'::text])))
);
COMMENT ON TABLE public.operator_codes IS 'further codes: those that an operator''s own USCC or shop code does not already say';
CREATE VIEW public.codes AS
 SELECT ('uscc' COLLATE "C") AS scheme,
    operators.uscc AS code,
    COALESCE(operators.merged_into, operators.id) AS operator_id,
    operators.id AS own_id,
    operators.known_to
   FROM public.operators
  WHERE (operators.uscc IS NOT NULL)
UNION ALL
 SELECT ('shop' COLLATE "C") AS scheme,
    operators.shop AS code,
    COALESCE(operators.merged_into, operators.id) AS operator_id,
    operators.id AS own_id,
    operators.known_to
   FROM public.operators
  WHERE (operators.shop IS NOT NULL)
UNION ALL
 SELECT ('org_code' COLLATE "C") AS scheme,
    substr(operators.uscc, 9, 9) AS code,
    COALESCE(operators.merged_into, operators.id) AS operator_id,
    operators.id AS own_id,
    operators.known_to
   FROM public.operators
  WHERE (operators.uscc IS NOT NULL)
UNION ALL
 SELECT c.scheme,
    c.code,
    COALESCE(o.merged_into, o.id) AS operator_id,
    o.id AS own_id,
    o.known_to
   FROM (public.operator_codes c
     JOIN public.operators o ON ((o.id = c.operator_id)));
COMMENT ON VIEW public.codes IS 'every code and the operator to which it leads';
CREATE TABLE public.comparisons (
    id integer NOT NULL,
    platform text NOT NULL,
    run_id integer NOT NULL,
    compared_at timestamp with time zone NOT NULL,
    shown integer NOT NULL,
    expected integer NOT NULL,
    missing integer NOT NULL,
    stale integer NOT NULL,
    unwanted integer NOT NULL,
    hidden integer NOT NULL,
    on_their_way integer NOT NULL,
    others integer NOT NULL,
    highest integer,
    alarm text,
    CONSTRAINT comparisons_alarm_check CHECK ((alarm = 'MASS_ABSENCE'::text))
);
COMMENT ON COLUMN public.comparisons.others IS 'shown under keys that this hub does not know: another sender''s, not looked at';
COMMENT ON COLUMN public.comparisons.highest IS 'largest sequence shown under the keys of this hub; null: it tells none';
COMMENT ON COLUMN public.comparisons.alarm IS 'so much was absent that it is an outage: nothing was changed';
ALTER TABLE public.comparisons ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.comparisons_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.concerns (
    id bigint NOT NULL,
    listing_id uuid NOT NULL,
    cause text NOT NULL,
    version_id bigint,
    run_id bigint,
    opened_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    settled_by text,
    note text,
    CONSTRAINT concerns_cause_check CHECK ((cause = ANY (ARRAY['ABSENT'::text, 'TAKEN_BACK'::text, 'CHANGED_HANDS'::text, 'LIGHTER'::text, 'RESTORED'::text, 'REPAIR_REVOKED'::text, 'REPAIR_TOLD'::text, 'NOT_PUBLIC'::text, 'REPAIR_NOTICE_UNSERVED'::text, 'DIVIDED'::text]))),
    CONSTRAINT concerns_check CHECK (((settled_at IS NULL) = (settled_by IS NULL)))
);
COMMENT ON TABLE public.concerns IS 'what a person must look at because the record under a listing is no longer what it was';
ALTER TABLE public.concerns ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.concerns_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.current_scores (
    operator_id integer NOT NULL,
    score_id bigint NOT NULL,
    as_of date NOT NULL,
    value integer NOT NULL,
    grade text NOT NULL,
    next_change_on date,
    facts_hash text NOT NULL,
    basis text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.current_scores IS 'of each operator the latest score in the course of things';
COMMENT ON COLUMN public.current_scores.basis IS 'the card, the rules, and the families of facts told by then: with another basis every score is due';
CREATE TABLE public.database_clock (
    one boolean DEFAULT true NOT NULL,
    sure_at timestamp with time zone NOT NULL,
    CONSTRAINT database_clock_one_check CHECK (one)
);
CREATE TABLE public.database_identity (
    one boolean DEFAULT true NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    timeline text,
    system text,
    CONSTRAINT database_identity_one_check CHECK (one)
);
COMMENT ON TABLE public.database_identity IS 'what notes outside the database call it; a copy and a restored backup have the same';
COMMENT ON COLUMN public.database_identity.timeline IS 'of the server on which a person, or the first start, vouched for the database; null: nobody has yet';
COMMENT ON COLUMN public.database_identity.system IS 'system identifier of that server';
CREATE TABLE public.database_restored (
    id integer NOT NULL,
    found_at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    said_by text,
    said text,
    platform text,
    noted_delivery bigint,
    noted_number integer,
    noted_sequence integer,
    had_delivery bigint NOT NULL,
    had_sequence integer NOT NULL,
    released_at timestamp with time zone,
    released_by text,
    released_reason text,
    CONSTRAINT database_restored_cause_check CHECK ((cause = ANY (ARRAY['DELIVERY_NOTED'::text, 'SNAPSHOT_NOTED'::text, 'SERVER_CHANGED'::text, 'SHOWN'::text, 'DECLARED'::text]))),
    CONSTRAINT database_restored_check CHECK ((((released_at IS NULL) = (released_by IS NULL)) AND ((released_at IS NULL) = (released_reason IS NULL)))),
    CONSTRAINT database_restored_check1 CHECK ((((cause = 'DECLARED'::text) = (said_by IS NOT NULL)) AND ((said_by IS NULL) = (said IS NULL))))
);
COMMENT ON TABLE public.database_restored IS 'it was found behind what had left it: additions are stopped until a person releases it';
ALTER TABLE public.database_restored ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.database_restored_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.deliveries (
    id bigint NOT NULL,
    platform text NOT NULL,
    subject_id uuid CONSTRAINT deliveries_listing_id_not_null NOT NULL,
    number integer NOT NULL,
    action text NOT NULL,
    notice jsonb NOT NULL,
    state text DEFAULT 'OWED'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    last_error text,
    receipt jsonb,
    created_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    closed_at timestamp with time zone,
    closed_by text,
    closed_reason text,
    head boolean DEFAULT true NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    check_due_at timestamp with time zone,
    checked_at timestamp with time zone,
    check_result text,
    CONSTRAINT deliveries_action_check CHECK ((action = ANY (ARRAY['ADD'::text, 'CHANGE'::text, 'REMOVE'::text]))),
    CONSTRAINT deliveries_check CHECK (((state = 'CONFIRMED'::text) = (confirmed_at IS NOT NULL))),
    CONSTRAINT deliveries_check_result_check CHECK ((check_result = ANY (ARRAY['GONE'::text, 'NO_DISPLAY'::text, 'CONFIRMED_TWICE'::text, 'SHOWN'::text, 'REPLACED'::text]))),
    CONSTRAINT deliveries_closed CHECK ((((state = 'CLOSED'::text) = (closed_at IS NOT NULL)) AND ((closed_at IS NULL) = (closed_by IS NULL)) AND ((closed_by IS NULL) = (closed_reason IS NULL)))),
    CONSTRAINT deliveries_kind_check CHECK ((kind = ANY (ARRAY['listing'::text, 'penalty'::text, 'permit'::text]))),
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['OWED'::text, 'CONFIRMED'::text, 'REFUSED'::text, 'FOLDED'::text, 'CLOSED'::text])))
)
WITH (fillfactor='50', toast_tuple_target='512', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.05');
ALTER TABLE ONLY public.deliveries ALTER COLUMN notice SET STORAGE EXTERNAL;
COMMENT ON COLUMN public.deliveries.subject_id IS 'a listing, or what told_records calls a record; without a foreign key: of several tables';
COMMENT ON COLUMN public.deliveries.closed_at IS 'a named officer has closed it: owed no more, never confirmed';
COMMENT ON COLUMN public.deliveries.head IS 'nothing earlier about its subject is owed or refused at its platform; means something while it is owed or refused';
COMMENT ON COLUMN public.deliveries.failures IS 'failed calls in a row that were its own: the platform answered others meanwhile';
COMMENT ON COLUMN public.deliveries.leased_until IS 'whoever claimed it has it until then; in no index: a claim writes to the row alone';
COMMENT ON COLUMN public.deliveries.check_due_at IS 'when the display is read for this confirmed removal; null: no check is open';
COMMENT ON COLUMN public.deliveries.check_result IS 'GONE: the display lacked the subject. NO_DISPLAY: sent again because nothing can be read; CONFIRMED_TWICE: that was confirmed. SHOWN: removed again by a later delivery. REPLACED: a later delivery took its place before the check';
ALTER TABLE public.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.delivery_acts (
    id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    act text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    receipt jsonb,
    CONSTRAINT delivery_acts_act_check CHECK ((act = ANY (ARRAY['RESEND'::text, 'CLOSE'::text])))
);
COMMENT ON COLUMN public.delivery_acts.receipt IS 'as it stood before: a delivery that is sent again gets another';
ALTER TABLE public.delivery_acts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.delivery_acts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.dirty_operators (
    operator_id integer NOT NULL,
    since timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.dirty_operators IS 'a record of this operator changed and its score does not know yet: a row for each time, gone once a score knows it; without a foreign key: its rows are made by joins with operators, none of which is ever deleted';
CREATE TABLE public.feed_maps (
    id bigint NOT NULL,
    feed text NOT NULL,
    headings jsonb NOT NULL,
    fixed jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_by text,
    ended_at timestamp with time zone,
    CONSTRAINT feed_maps_ended CHECK (((ended_by IS NULL) = (ended_at IS NULL)))
);
COMMENT ON TABLE public.feed_maps IS 'which field of a feed each heading of an office''s own table means; in force until it is ended';
COMMENT ON COLUMN public.feed_maps.headings IS 'the field by heading; null: left out on purpose';
COMMENT ON COLUMN public.feed_maps.fixed IS 'values by field that are the same in every row';
ALTER TABLE public.feed_maps ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.feed_maps_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.feed_states (
    feed text NOT NULL,
    state jsonb NOT NULL,
    run_id bigint NOT NULL
);
COMMENT ON TABLE public.feed_states IS 'where the next pull of a feed goes on: cursor, ETag, last id';
CREATE TABLE public.findings (
    id integer NOT NULL,
    platform text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    what text NOT NULL,
    differs text[] DEFAULT '{}'::text[] NOT NULL,
    did text NOT NULL,
    shown_sequence integer,
    told_sequence integer,
    comparison_id integer NOT NULL,
    found_at timestamp with time zone NOT NULL,
    last_found_at timestamp with time zone NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    settled_at timestamp with time zone,
    settled_by text,
    note text,
    CONSTRAINT findings_check CHECK ((((settled_at IS NULL) = (settled_by IS NULL)) AND ((settled_at IS NULL) = (note IS NULL)))),
    CONSTRAINT findings_did_check CHECK ((did = ANY (ARRAY['NOTHING'::text, 'HIDDEN'::text, 'REMOVAL_OWED'::text, 'CHANGE_OWED'::text, 'ADDITION_OWED'::text]))),
    CONSTRAINT findings_kind_check CHECK ((kind = ANY (ARRAY['listing'::text, 'penalty'::text, 'permit'::text]))),
    CONSTRAINT findings_what_check CHECK ((what = ANY (ARRAY['MISSING'::text, 'STALE'::text, 'UNWANTED'::text, 'UNKNOWN'::text, 'UNTOLD'::text])))
);
COMMENT ON COLUMN public.findings.key IS 'the subject''s business key; of an UNKNOWN one a key that this database does not hold';
COMMENT ON COLUMN public.findings.differs IS 'of a stale one what is other than it was told: SEQUENCE, USCC, NAME; never the values, which may have to be forgotten';
COMMENT ON COLUMN public.findings.comparison_id IS 'the last that has found it';
ALTER TABLE public.findings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.findings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.forgotten (
    id bigint NOT NULL,
    listing_id uuid NOT NULL
);
COMMENT ON TABLE public.forgotten IS 'left the public list since the last snapshot: one that was being made meanwhile may hold it still';
ALTER TABLE public.forgotten ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.forgotten_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.identity_decisions (
    id bigint NOT NULL,
    verdict text NOT NULL,
    subject_key text COLLATE pg_catalog."C",
    feed text,
    operator_id integer,
    merged_id integer,
    evidence jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    undone_by text,
    undone_reason text,
    successor_id integer,
    CONSTRAINT identity_decisions_check CHECK (((verdict = 'MERGE'::text) = (merged_id IS NOT NULL))),
    CONSTRAINT identity_decisions_check1 CHECK (((verdict = 'NOT_OURS'::text) = (operator_id IS NULL))),
    CONSTRAINT identity_decisions_check2 CHECK (((verdict = ANY (ARRAY['MERGE'::text, 'DIVIDE'::text])) = (subject_key IS NULL))),
    CONSTRAINT identity_decisions_check3 CHECK ((num_nonnulls(undone_at, undone_by, undone_reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT identity_decisions_successor CHECK (((verdict = 'DIVIDE'::text) = (successor_id IS NOT NULL))),
    CONSTRAINT identity_decisions_verdict_check CHECK ((verdict = ANY (ARRAY['ATTACH'::text, 'NOT_OURS'::text, 'MERGE'::text, 'DIVIDE'::text])))
);
COMMENT ON COLUMN public.identity_decisions.successor_id IS 'of a division: the operator into which operator_id was divided';
ALTER TABLE public.identity_decisions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.identity_decisions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.key_fingerprints (
    key text NOT NULL,
    fingerprint text NOT NULL,
    noted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.knowledge (
    only_row boolean DEFAULT true NOT NULL,
    latest timestamp with time zone NOT NULL,
    CONSTRAINT knowledge_only_row_check CHECK (only_row)
);
COMMENT ON TABLE public.knowledge IS 'the instant of the last change of what the hub believes; never twice the same, never backwards';
CREATE TABLE public.standing_rows (
    score_id bigint,
    operator_id integer CONSTRAINT latest_scores_operator_id_not_null NOT NULL,
    as_of date,
    value integer,
    grade text,
    weighs uuid[],
    asked_until date,
    contested boolean DEFAULT false NOT NULL,
    entries json,
    uscc text COLLATE pg_catalog."C",
    name text,
    region text,
    status text
)
WITH (fillfactor='90');
COMMENT ON TABLE public.standing_rows IS 'what is answered about each operator; hub verify standings recomputes it';
COMMENT ON COLUMN public.standing_rows.weighs IS 'listings of this hub that the score may have weighed, and whose removal asks for the full lookup; null: none';
COMMENT ON COLUMN public.standing_rows.asked_until IS 'latest day for which a person requested a score; until then the full lookup answers';
COMMENT ON COLUMN public.standing_rows.contested IS 'an override or an objection of the operator, or of one merged into it, exists; so the full lookup answers';
COMMENT ON COLUMN public.standing_rows.entries IS 'public entries, latest first: {from, to, body}; from and to are the first and last day shown';
COMMENT ON COLUMN public.standing_rows.uscc IS 'the USCC that leads to this operator and to no other; null: the full lookup answers';
CREATE VIEW public.latest_scores AS
 SELECT score_id,
    operator_id,
    as_of,
    value,
    grade,
    (weighs IS NOT NULL) AS weighs_entry
   FROM public.standing_rows
  WHERE (score_id IS NOT NULL);
CREATE TABLE public.listing_deadlines (
    id bigint NOT NULL,
    listing_id uuid NOT NULL,
    name text NOT NULL,
    starts_on date NOT NULL,
    due_on date NOT NULL,
    provisional boolean NOT NULL,
    rule jsonb NOT NULL,
    rule_version text NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ended_on date,
    outcome text,
    CONSTRAINT listing_deadlines_check CHECK (((ended_on IS NULL) = (outcome IS NULL))),
    CONSTRAINT listing_deadlines_outcome_check CHECK ((outcome = ANY (ARRAY['MET'::text, 'DROPPED'::text])))
);
COMMENT ON COLUMN public.listing_deadlines.starts_on IS 'the days after this one are counted';
COMMENT ON COLUMN public.listing_deadlines.provisional IS 'it lies beyond the published holidays, and may yet move';
COMMENT ON COLUMN public.listing_deadlines.rule IS 'the row of schema/rules/lists.json that set it, as it was';
COMMENT ON COLUMN public.listing_deadlines.rule_version IS 'SHA-256 of that row, its first twelve digits';
ALTER TABLE public.listing_deadlines ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.listing_deadlines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.listing_documents (
    id bigint NOT NULL,
    listing_id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    sha256 text NOT NULL,
    issued_on date NOT NULL,
    entered_by text NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    CONSTRAINT listing_documents_kind_check CHECK ((kind = ANY (ARRAY['NOTICE'::text, 'DECISION'::text, 'REMOVAL'::text, 'REPAIR_NOTICE'::text]))),
    CONSTRAINT listing_documents_number_check CHECK ((number ~ '\S'::text)),
    CONSTRAINT listing_documents_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON TABLE public.listing_documents IS 'appended, never updated; of one kind the latest counts, the earlier ones say what was believed';
ALTER TABLE public.listing_documents ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.listing_documents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.listing_events (
    id bigint NOT NULL,
    listing_id uuid NOT NULL,
    number integer NOT NULL,
    move text NOT NULL,
    made_by text NOT NULL,
    role text NOT NULL,
    made_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    state_before text,
    state_after text NOT NULL,
    act jsonb NOT NULL
);
ALTER TABLE public.listing_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.listing_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.listings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    list text NOT NULL,
    operator_id integer NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    basis text DEFAULT ''::text NOT NULL,
    authority text DEFAULT ''::text NOT NULL,
    authority_code text DEFAULT ''::text NOT NULL,
    document_number text,
    decision_version bigint,
    facts jsonb NOT NULL,
    removal_reason text,
    removed_on date,
    published_on date,
    ends_on date,
    moves integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    wrong_from timestamp with time zone,
    CONSTRAINT listings_check CHECK (((state = 'REMOVED'::text) = (removed_on IS NOT NULL))),
    CONSTRAINT listings_removal_reason_check CHECK ((removal_reason = ANY (ARRAY['EXPIRED'::text, 'REPAIRED'::text, 'REVOKED'::text, 'CORRECTED'::text, 'CEASED'::text])))
);
COMMENT ON COLUMN public.listings.facts IS 'the case as the table of moves knows it (domain/listing)';
COMMENT ON COLUMN public.listings.ends_on IS 'last day on which the entry stands';
COMMENT ON COLUMN public.listings.moves IS 'number of moves so far: a move names the number it saw, so that one of two wins';
COMMENT ON COLUMN public.listings.wrong_from IS 'known since then to have been opened on what was taken back: not shown, as known from then on';
CREATE TABLE public.lockouts (
    key text NOT NULL,
    kind text NOT NULL,
    name text,
    address text,
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone,
    proven_at timestamp with time zone,
    CONSTRAINT lockouts_kind_check CHECK ((kind = ANY (ARRAY['CLIENT'::text, 'PERSON'::text])))
);
COMMENT ON COLUMN public.lockouts.key IS 'keyed hash of kind, name and address as they were given';
COMMENT ON COLUMN public.lockouts.name IS 'only if it is one that is registered: what was typed there may be a password';
COMMENT ON COLUMN public.lockouts.address IS 'null: from all addresses together';
COMMENT ON COLUMN public.lockouts.proven_at IS 'last time that this name came in from this address; what others try elsewhere does not shut it out here';
CREATE TABLE public.manifests (
    sequence integer NOT NULL,
    kid text NOT NULL,
    jws text NOT NULL,
    valid_until timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.manifests IS 'the signed manifest of the last snapshot; signed anew while the list does not change';
CREATE TABLE public.migrations (
    id integer NOT NULL,
    name character varying(255),
    batch integer,
    migration_time timestamp with time zone
);
CREATE SEQUENCE public.migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.migrations_id_seq OWNED BY public.migrations.id;
CREATE TABLE public.migrations_lock (
    index integer NOT NULL,
    is_locked integer
);
CREATE SEQUENCE public.migrations_lock_index_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.migrations_lock_index_seq OWNED BY public.migrations_lock.index;
CREATE TABLE public.migrations_roll_out (
    name text NOT NULL,
    roll_out text NOT NULL,
    CONSTRAINT migrations_roll_out_roll_out_check CHECK ((roll_out = ANY (ARRAY['before'::text, 'after'::text])))
);
CREATE TABLE public.name_grams (
    gram integer NOT NULL,
    names integer NOT NULL
);
COMMENT ON TABLE public.name_grams IS 'how many names held a gram when they were counted last';
CREATE TABLE public.name_states (
    only_row boolean DEFAULT true NOT NULL,
    wanted bigint NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    counts bigint DEFAULT 0 NOT NULL,
    counted bigint DEFAULT 0 NOT NULL,
    since bigint DEFAULT 0 NOT NULL,
    CONSTRAINT name_states_only_row_check CHECK (only_row)
);
COMMENT ON COLUMN public.name_states.wanted IS 'raised by whatever brings more names than it can write down itself; done: the number up to which all are there';
COMMENT ON COLUMN public.name_states.counts IS 'number of the last count; counted: names then; since: names written after it';
CREATE TABLE public.names (
    operator_id integer NOT NULL,
    former boolean NOT NULL,
    personal boolean NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    grams integer[] NOT NULL
);
COMMENT ON TABLE public.names IS 'present and former names of operators as they are searched (domain/name-search): made of operators and operator_names, and makes nothing itself';
COMMENT ON COLUMN public.names.personal IS 'holds something that is masked outside, where nobody finds anything by it';
COMMENT ON COLUMN public.names.grams IS 'pairs of neighbouring characters';
CREATE TABLE public.objections (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    feed text NOT NULL COLLATE pg_catalog."C",
    record_key text NOT NULL COLLATE pg_catalog."C",
    rule text NOT NULL,
    fact text NOT NULL,
    statement text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    state text DEFAULT 'OPEN'::text NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    note text,
    referred_to text,
    CONSTRAINT objections_check CHECK (((state = 'OPEN'::text) = (decided_at IS NULL))),
    CONSTRAINT objections_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'UPHELD'::text, 'REJECTED'::text, 'WITHDRAWN'::text])))
);
COMMENT ON TABLE public.objections IS 'a reason of a score that its operator contests; upheld, the record is corrected by its agency, never in the score';
ALTER TABLE public.objections ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.objections_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.occurrences (
    id bigint NOT NULL,
    job text NOT NULL,
    subject text NOT NULL,
    planned_for timestamp with time zone NOT NULL,
    cause text NOT NULL,
    asked_by text,
    missed integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'DUE'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT occurrences_cause_check CHECK ((cause = ANY (ARRAY['timetable'::text, 'person'::text]))),
    CONSTRAINT occurrences_check CHECK (((state = ANY (ARRAY['DUE'::text, 'RUNNING'::text])) = (ended_at IS NULL))),
    CONSTRAINT occurrences_check1 CHECK (((state = 'RUNNING'::text) = (lease_until IS NOT NULL))),
    CONSTRAINT occurrences_state_check CHECK ((state = ANY (ARRAY['DUE'::text, 'RUNNING'::text, 'DONE'::text, 'FAILED'::text, 'PASSED'::text, 'ABANDONED'::text])))
);
COMMENT ON COLUMN public.occurrences.missed IS 'earlier ones that it stands for, because nobody was there to run them';
COMMENT ON COLUMN public.occurrences.attempts IS 'how often it was taken; whoever holds it holds this number, and nobody else may end it';
COMMENT ON COLUMN public.occurrences.lease_until IS 'by the clock of the database; after it another process takes it up';
ALTER TABLE public.occurrences ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.occurrences_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.operator_names (
    operator_id integer NOT NULL,
    name text NOT NULL,
    known_from timestamp with time zone NOT NULL,
    run_id bigint NOT NULL,
    name_key text NOT NULL COLLATE pg_catalog."C",
    claim boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY public.operator_names ALTER COLUMN name_key SET (n_distinct=-1);
COMMENT ON TABLE public.operator_names IS 'names an operator bore before its present one';
COMMENT ON COLUMN public.operator_names.claim IS 'said by no register: no name that the operator bore';
ALTER TABLE public.operators ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.operators_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 100
);
CREATE TABLE public.overrules (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    grade text NOT NULL,
    reason text NOT NULL,
    ends_on date NOT NULL,
    state text DEFAULT 'PROPOSED'::text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    note text,
    withdrawn_by text,
    withdrawn_at timestamp with time zone,
    withdrawn_reason text,
    CONSTRAINT overrules_check CHECK (((state = 'PROPOSED'::text) = (num_nonnulls(decided_at, withdrawn_at) = 0))),
    CONSTRAINT overrules_check1 CHECK (((state <> ALL (ARRAY['IN_FORCE'::text, 'WITHDRAWN'::text])) OR (decided_by <> asked_by))),
    CONSTRAINT overrules_check2 CHECK (((state = 'WITHDRAWN'::text) = (withdrawn_at IS NOT NULL))),
    CONSTRAINT overrules_check3 CHECK ((num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT overrules_grade_check CHECK ((grade = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'D'::text]))),
    CONSTRAINT overrules_state_check CHECK ((state = ANY (ARRAY['PROPOSED'::text, 'IN_FORCE'::text, 'REFUSED'::text, 'WITHDRAWN'::text])))
);
COMMENT ON TABLE public.overrules IS 'a grade that two people set beside the computed one, until the end of its last day (ends_on)';
ALTER TABLE public.overrules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.overrules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.ownerless_codes (
    scheme text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    feed text NOT NULL,
    record_key text NOT NULL,
    digest text NOT NULL,
    CONSTRAINT ownerless_codes_scheme_check CHECK ((scheme = ANY (ARRAY['uscc'::text, 'org_code'::text, 'reg_no'::text])))
);
COMMENT ON TABLE public.ownerless_codes IS 'codes that versions without an operator carry; a version is named by feed, key and digest, so that a copy of it keeps them';
CREATE TABLE public.party_sessions (
    mark text NOT NULL,
    access_code bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT party_sessions_mark_check CHECK ((mark ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON COLUMN public.party_sessions.mark IS 'SHA-256 of the cookie, which is 256 random bits';
CREATE TABLE public.people (
    id text NOT NULL,
    role text NOT NULL,
    agency text,
    region text,
    password_hash text NOT NULL,
    one_time_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone,
    ended_at timestamp with time zone,
    duty text,
    changed_by text,
    pending_since timestamp with time zone,
    confirmed_by text,
    confirmed_at timestamp with time zone,
    exempt boolean DEFAULT false NOT NULL,
    CONSTRAINT people_duty_check CHECK ((duty = ANY (ARRAY['systems'::text, 'security'::text])))
);
COMMENT ON COLUMN public.people.one_time_until IS 'the password was given by the hub, and until then another must be chosen; null: it was chosen';
COMMENT ON COLUMN public.people.pending_since IS 'since when it waits for a second person, and nobody signs in by it; null: it does not wait';
COMMENT ON COLUMN public.people.exempt IS 'confirmed by its registration: nobody was there who could have confirmed it';
CREATE TABLE public.platform_acts (
    id bigint NOT NULL,
    platform text NOT NULL,
    act text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    CONSTRAINT platform_acts_act_check CHECK ((act = ANY (ARRAY['PAUSE'::text, 'RESUME'::text, 'WIPE'::text])))
);
ALTER TABLE public.platform_acts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.platform_acts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_states (
    platform text NOT NULL,
    sequence_floor integer DEFAULT 0 NOT NULL,
    filled_at timestamp with time zone,
    paused_at timestamp with time zone,
    paused_by text,
    paused_reason text,
    wiped_at timestamp with time zone,
    wiped_by text,
    wiped_reason text,
    failures integer DEFAULT 0 NOT NULL,
    open_until timestamp with time zone,
    next_call_at timestamp with time zone,
    filled_kinds text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT platform_states_check CHECK ((((paused_at IS NULL) = (paused_by IS NULL)) AND ((paused_at IS NULL) = (paused_reason IS NULL)))),
    CONSTRAINT platform_states_check1 CHECK ((((wiped_at IS NULL) = (wiped_by IS NULL)) AND ((wiped_at IS NULL) = (wiped_reason IS NULL))))
);
COMMENT ON COLUMN public.platform_states.sequence_floor IS 'no message to it is numbered this or less any more';
COMMENT ON COLUMN public.platform_states.filled_at IS 'it has been owed everything in force; null: it is new, or was declared wiped';
COMMENT ON COLUMN public.platform_states.failures IS 'failed calls in a row, as the breaker counts them';
COMMENT ON COLUMN public.platform_states.open_until IS 'the breaker lets nothing through before';
COMMENT ON COLUMN public.platform_states.next_call_at IS 'its rate lets the next call through then';
COMMENT ON COLUMN public.platform_states.filled_kinds IS 'of these kinds it has been owed everything in force, and was told of every change since';
CREATE TABLE public.public_changes (
    xid xid8 NOT NULL
);
COMMENT ON TABLE public.public_changes IS 'a row for each transaction that changed what is public, kept for a while: how many there are and the last of them are the stamp of the list';
CREATE TABLE public.public_entries (
    listing_id uuid NOT NULL,
    body jsonb NOT NULL,
    body_hash text NOT NULL,
    published_on date NOT NULL,
    ends_on date,
    salt text DEFAULT replace((gen_random_uuid())::text, '-'::text, ''::text) NOT NULL,
    shown_from date NOT NULL,
    masks smallint DEFAULT 1 NOT NULL,
    region text GENERATED ALWAYS AS ((body ->> 'region'::text)) STORED COLLATE pg_catalog."C",
    authority text GENERATED ALWAYS AS ("left"((body ->> 'authority'::text), 200)) STORED,
    reason text GENERATED ALWAYS AS ("left"((body ->> 'reason'::text), 200)) STORED,
    list text GENERATED ALWAYS AS ((body ->> 'list'::text)) STORED,
    name text GENERATED ALWAYS AS ((body ->> 'name'::text)) STORED,
    uscc text GENERATED ALWAYS AS ((body ->> 'uscc'::text)) STORED
);
COMMENT ON COLUMN public.public_entries.ends_on IS 'last day on which the entry is public';
COMMENT ON COLUMN public.public_entries.salt IS 'makes the published hash of a body one that nobody can guess back; deleted with the body';
COMMENT ON COLUMN public.public_entries.shown_from IS 'first day of its present stay on the list; before it, it was hidden, removed or not yet there';
COMMENT ON COLUMN public.public_entries.masks IS 'number of the masks under which the body was made (domain/public-entry)';
COMMENT ON COLUMN public.public_entries.reason IS 'as far as it is searched; the whole is in the body';
CREATE TABLE public.published_entries (
    listing_id uuid NOT NULL,
    from_sequence integer NOT NULL,
    to_sequence integer,
    hash text NOT NULL,
    source text NOT NULL,
    from_on date NOT NULL,
    to_on date,
    line text,
    csv text
);
COMMENT ON TABLE public.published_entries IS 'the entries of the last snapshot, and those that it replaced by a newer text';
COMMENT ON COLUMN public.published_entries.to_sequence IS 'the first sequence that no longer holds it';
COMMENT ON COLUMN public.published_entries.source IS 'hash and salt of the public entry that it was made of; empty: forgotten, the salt with the body';
COMMENT ON COLUMN public.published_entries.line IS 'canonical JSON as served; null: forgotten since, and the snapshot is no longer served';
COMMENT ON COLUMN public.published_entries.csv IS 'row of the CSV in the form of the last snapshot; null: not formed yet, or forgotten with the line';
CREATE UNLOGGED TABLE public.quotas (
    key text NOT NULL,
    window_start timestamp with time zone NOT NULL,
    used bigint NOT NULL
);
COMMENT ON TABLE public.quotas IS 'requests of a minute by client or address, added up by all processes; worth nothing after it';
CREATE TABLE public.rejects (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    feed text NOT NULL,
    page integer,
    row_number integer NOT NULL,
    field text,
    rule text NOT NULL,
    message text NOT NULL,
    problems jsonb NOT NULL,
    item jsonb NOT NULL,
    state text DEFAULT 'OPEN'::text NOT NULL,
    corrected jsonb,
    settled_at timestamp with time zone,
    settled_by text,
    note text,
    taken_run bigint,
    item_digest text,
    map_id bigint,
    CONSTRAINT rejects_check CHECK (((state = 'OPEN'::text) = (settled_at IS NULL))),
    CONSTRAINT rejects_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'TAKEN'::text, 'DROPPED'::text])))
);
COMMENT ON COLUMN public.rejects.corrected IS 'the item as a person corrected it, as it was taken in';
COMMENT ON COLUMN public.rejects.map_id IS 'id of the feed map by which the item was read; null: by none, or of before';
ALTER TABLE public.rejects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rejects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.revocations (
    id bigint NOT NULL,
    jti text,
    sub text,
    issued_until timestamp with time zone,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT revocations_check CHECK (((num_nonnulls(jti, sub) = 1) AND ((sub IS NULL) = (issued_until IS NULL))))
);
COMMENT ON TABLE public.revocations IS 'a token, or all of a holder issued until an instant; kept until none of them could be good';
ALTER TABLE public.revocations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.revocations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.rule_books (
    hash text NOT NULL,
    lists jsonb NOT NULL,
    kept_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.rule_books IS 'what was read of schema/rules when scores were made, by the SHA-256 of its canonical JSON';
CREATE TABLE public.runs (
    id bigint NOT NULL,
    job text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    cause text NOT NULL,
    planned_for timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text NOT NULL,
    whole boolean DEFAULT false NOT NULL,
    file text,
    dated date,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    error jsonb,
    complete boolean DEFAULT false NOT NULL,
    content_hash text,
    archive text,
    asked_by text,
    taken_back_at timestamp with time zone,
    taken_back_by text,
    taken_back_reason text,
    attempt integer DEFAULT 1 NOT NULL,
    lease_until timestamp with time zone,
    maps bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT runs_cause_check CHECK ((cause = ANY (ARRAY['timetable'::text, 'command'::text, 'demo'::text, 'upload'::text, 'person'::text]))),
    CONSTRAINT runs_check CHECK (((outcome = 'RUNNING'::text) = (ended_at IS NULL))),
    CONSTRAINT runs_check1 CHECK ((num_nonnulls(taken_back_at, taken_back_by, taken_back_reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT runs_outcome_check CHECK ((outcome = ANY (ARRAY['RUNNING'::text, 'DONE'::text, 'REFUSED'::text, 'FAILED'::text, 'ABANDONED'::text])))
);
COMMENT ON COLUMN public.runs.subject IS 'feed of a pull, platform of a push, otherwise empty';
COMMENT ON COLUMN public.runs.whole IS 'a pull that brought the whole feed: only such a pull makes a feed current';
COMMENT ON COLUMN public.runs.dated IS 'the day on which its file holds true, if its sender named one';
COMMENT ON COLUMN public.runs.complete IS 'its sender sent all that it had: what was set aside before has come again, or is gone';
COMMENT ON COLUMN public.runs.content_hash IS 'SHA-256 of the file as it came';
COMMENT ON COLUMN public.runs.archive IS 'where its items are archived, ID numbers replaced; relative to the archive folder';
COMMENT ON COLUMN public.runs.asked_by IS 'who uploaded, corrected or took back';
COMMENT ON COLUMN public.runs.attempt IS 'which attempt at its occurrence of the timetable it is';
COMMENT ON COLUMN public.runs.lease_until IS 'a run beside others is taken for dead after it, by the clock of the database; null: one that runs alone, under a lock';
COMMENT ON COLUMN public.runs.maps IS 'ids of feed_maps by which items of this run were read; runs of before are not noted';
ALTER TABLE public.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.schedules (
    job text NOT NULL,
    subject text NOT NULL,
    planned_until timestamp with time zone NOT NULL,
    paused_at timestamp with time zone,
    paused_by text,
    paused_reason text,
    CONSTRAINT schedules_check CHECK ((((paused_at IS NULL) = (paused_by IS NULL)) AND ((paused_at IS NULL) = (paused_reason IS NULL))))
);
COMMENT ON COLUMN public.schedules.planned_until IS 'what was planned up to here has its occurrence, or was passed over by the rule of its job';
CREATE TABLE public.scorecard_adoptions (
    id bigint NOT NULL,
    scorecard_hash text NOT NULL,
    state text DEFAULT 'PROPOSED'::text NOT NULL,
    effective_on date NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    note text,
    CONSTRAINT scorecard_adoptions_check CHECK (((state = 'PROPOSED'::text) = (decided_at IS NULL))),
    CONSTRAINT scorecard_adoptions_check1 CHECK (((state <> 'ADOPTED'::text) OR (decided_by <> proposed_by))),
    CONSTRAINT scorecard_adoptions_state_check CHECK ((state = ANY (ARRAY['PROPOSED'::text, 'ADOPTED'::text, 'REJECTED'::text])))
);
COMMENT ON TABLE public.scorecard_adoptions IS 'which card is in force from which day, by two people; before the first: ecommerce-1';
ALTER TABLE public.scorecard_adoptions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.scorecard_adoptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scorecards (
    hash text NOT NULL,
    version text NOT NULL,
    card jsonb NOT NULL,
    kept_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.scorecards IS 'cards that gave a score or were proposed, by the SHA-256 of their canonical JSON; what a version says never changes';
CREATE TABLE public.scores (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    as_of date NOT NULL,
    known_at timestamp with time zone NOT NULL,
    scorecard text NOT NULL,
    scorecard_hash text NOT NULL,
    facts_hash text NOT NULL,
    value integer NOT NULL,
    grade text NOT NULL,
    reasons json NOT NULL,
    next_change_on date,
    cause text NOT NULL,
    families text[] NOT NULL,
    asked boolean NOT NULL,
    run_id bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    rules_hash text NOT NULL,
    CONSTRAINT scores_cause_check CHECK ((cause = ANY (ARRAY['FIRST'::text, 'RECORD'::text, 'SCORECARD'::text, 'TIME'::text]))),
    CONSTRAINT scores_grade_check CHECK ((grade = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'D'::text]))),
    CONSTRAINT scores_value_check CHECK (((value >= 0) AND (value <= 1000)))
);
COMMENT ON TABLE public.scores IS 'appended, never updated; refers to operators, runs and scorecards without foreign keys: its rows are made by joins with them, and none of them is ever deleted';
COMMENT ON COLUMN public.scores.known_at IS 'the knowledge that it weighs';
COMMENT ON COLUMN public.scores.reasons IS 'why, without the sentences, which the card says';
COMMENT ON COLUMN public.scores.families IS 'families of facts that the hub had a source for: what is missing is not zero';
COMMENT ON COLUMN public.scores.asked IS 'for a day that somebody asked for, or by a card that was not in force: not in the course of things';
COMMENT ON COLUMN public.scores.recorded_at IS 'since when it is known itself';
COMMENT ON COLUMN public.scores.rules_hash IS 'the kinds of list by which facts were made, as kept in rule_books';
ALTER TABLE public.scores ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.scores_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.seller_bits (
    list_id bigint NOT NULL,
    bits bytea NOT NULL
);
ALTER TABLE ONLY public.seller_bits ALTER COLUMN bits SET STORAGE EXTERNAL;
COMMENT ON TABLE public.seller_bits IS 'bit n (as of get_bit) is set where the USCC of operator n stands on the list';
CREATE TABLE public.seller_claims (
    client text NOT NULL,
    scheme text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    first_on date NOT NULL,
    last_on date NOT NULL
);
COMMENT ON TABLE public.seller_claims IS 'unconfirmed sellers whose grade a marketplace was shown: each takes a place for six months after it was last listed, so that changing lists open no more';
CREATE TABLE public.seller_lists (
    id bigint NOT NULL,
    client text NOT NULL,
    dated date NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    sellers integer NOT NULL,
    malformed integer NOT NULL,
    current boolean DEFAULT true NOT NULL,
    wrong_check_digit integer DEFAULT 0 NOT NULL,
    confirmed integer,
    unconfirmed integer,
    grades_closed integer,
    unconfirmed_most integer
);
COMMENT ON TABLE public.seller_lists IS 'every list that a marketplace has uploaded; of the current one the sellers are kept';
COMMENT ON COLUMN public.seller_lists.client IS 'the marketplace''s client, and the only one that may ever know of it';
COMMENT ON COLUMN public.seller_lists.wrong_check_digit IS 'codes whose check digit is wrong and that led to nobody when the list was sent';
COMMENT ON COLUMN public.seller_lists.confirmed IS 'sellers with an open shop on the marketplace in the shops feed, when it was last decided; null: not yet';
COMMENT ON COLUMN public.seller_lists.unconfirmed IS 'sellers that lead to an operator without such a shop';
COMMENT ON COLUMN public.seller_lists.grades_closed IS 'of the unconfirmed those whose grade stays closed';
COMMENT ON COLUMN public.seller_lists.unconfirmed_most IS 'grades of unconfirmed sellers that were allowed';
ALTER TABLE public.seller_lists ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.seller_lists_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.seller_removals (
    client text NOT NULL,
    sequence bigint NOT NULL,
    listing_id uuid NOT NULL,
    code text NOT NULL,
    at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    confirmed_by text,
    CONSTRAINT seller_removals_check CHECK (((confirmed_at IS NULL) = (confirmed_by IS NULL))),
    CONSTRAINT seller_removals_confirmed_by_check CHECK ((confirmed_by = ANY (ARRAY['WEBHOOK'::text, 'READ'::text])))
);
COMMENT ON TABLE public.seller_removals IS 'which marketplace is owed that an entry of its seller has left the public list; kept as long as the ledger';
CREATE TABLE public.sellers (
    list_id bigint NOT NULL,
    scheme text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    opens_grade boolean DEFAULT true NOT NULL,
    CONSTRAINT sellers_scheme_check CHECK ((scheme = ANY (ARRAY['uscc'::text, 'org_code'::text, 'reg_no'::text, 'shop'::text])))
);
COMMENT ON TABLE public.sellers IS 'codes as uploaded: to which operator one leads is found when it is asked, since that changes';
COMMENT ON COLUMN public.sellers.opens_grade IS 'decided when the list is sent and whenever shops were pulled; a code that led to nobody then opens none';
CREATE TABLE public.sessions (
    mark text NOT NULL,
    person text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT sessions_mark_check CHECK ((mark ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON COLUMN public.sessions.mark IS 'SHA-256 of the cookie, which is 256 random bits';
CREATE TABLE public.snapshot_changes (
    sequence integer NOT NULL,
    listing_id uuid NOT NULL,
    change text NOT NULL,
    body_hash text,
    changed_on date NOT NULL,
    from_on date,
    to_on date,
    CONSTRAINT snapshot_changes_change_check CHECK ((change = ANY (ARRAY['ADDED'::text, 'CHANGED'::text, 'REMOVED'::text])))
);
COMMENT ON TABLE public.snapshot_changes IS 'what is kept of each snapshot for good; refers to it without a foreign key: its rows are made in its transaction, and neither is ever deleted';
COMMENT ON COLUMN public.snapshot_changes.body_hash IS 'salted, but in snapshots of form 0';
CREATE TABLE public.snapshots (
    sequence integer NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    entries integer NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    removed integer NOT NULL,
    published_at timestamp with time zone NOT NULL,
    run_id bigint NOT NULL,
    form integer NOT NULL,
    files jsonb,
    first_end date,
    origin text,
    feed_id uuid,
    compared_on date
);
COMMENT ON COLUMN public.snapshots.form IS 'how it is chained and its files are written; 0: unsalted, before there were files';
COMMENT ON COLUMN public.snapshots.files IS 'path, sha256, bytes and entries of each file, as served without encoding';
COMMENT ON COLUMN public.snapshots.first_end IS 'the earliest day on which an entry of it ends: from then on it is not served';
COMMENT ON COLUMN public.snapshots.origin IS 'where the hub is served, as its operator had said when it was made';
COMMENT ON COLUMN public.snapshots.feed_id IS 'id of the Atom feed: the identity of the database, the same in each snapshot';
COMMENT ON COLUMN public.snapshots.compared_on IS 'day on which the whole public list was last compared with this snapshot or one before it; null: by a previous release';
CREATE TABLE public.standing_stale (
    operators integer[] NOT NULL
);
COMMENT ON TABLE public.standing_stale IS 'operators changed by a transaction that has not ended; empty for all others';
CREATE TABLE public.told_records (
    id uuid NOT NULL,
    feed text NOT NULL COLLATE pg_catalog."C",
    record_key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    operator_id integer NOT NULL,
    fact text COLLATE pg_catalog."C",
    digest text,
    removed boolean DEFAULT false NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT told_records_kind_check CHECK ((kind = ANY (ARRAY['penalty'::text, 'permit'::text])))
);
COMMENT ON TABLE public.told_records IS 'one row for each record that a platform may have been told of; never deleted';
COMMENT ON COLUMN public.told_records.id IS 'its key at every platform for ever: made of feed and key, so that a database that lost the row makes the same again';
COMMENT ON COLUMN public.told_records.digest IS 'of what was told last; null: a new platform was given it with everything in force';
COMMENT ON COLUMN public.told_records.removed IS 'what was told last is that it is gone';
COMMENT ON COLUMN public.told_records.told_at IS 'when it was first owed because of a change, as its deliveries say; null: not yet';
CREATE TABLE public.touched_entries (
    listing_id uuid NOT NULL
);
COMMENT ON TABLE public.touched_entries IS 'public entries inserted, updated or deleted since the last publication that added what was missing';
CREATE TABLE public.trail (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    count integer NOT NULL,
    content_hash bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    salt bytea,
    client text,
    role text,
    agency text,
    purpose text,
    request text,
    asked text,
    outcome text,
    shown bytea,
    digest bytea,
    erased_at timestamp with time zone,
    form smallint DEFAULT 0 NOT NULL,
    key_id text,
    body text,
    CONSTRAINT trail_content_hash_check CHECK ((length(content_hash) = 32)),
    CONSTRAINT trail_count_check CHECK ((count >= 0)),
    CONSTRAINT trail_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT trail_number_check CHECK ((number > 0)),
    CONSTRAINT trail_previous_check CHECK ((length(previous) = 32))
);
COMMENT ON TABLE public.trail IS 'one chain for all processes: a row is written once the one before it is durable';
COMMENT ON COLUMN public.trail.number IS 'from 1, without a gap';
COMMENT ON COLUMN public.trail.count IS 'how many codes were shown; part of what stays when the content is erased';
COMMENT ON COLUMN public.trail.content_hash IS 'SHA-256 of the salted content';
COMMENT ON COLUMN public.trail.hash IS 'HMAC-SHA-256 of form, key_id, number, instant, kind, count, content_hash and the hash of the row before; form 0: their SHA-256';
COMMENT ON COLUMN public.trail.shown IS 'codes shown, sorted, joined and packed: first byte 0 plain, 1 deflated';
COMMENT ON COLUMN public.trail.digest IS 'SHA-256 of the answer as it left, or of the file that came';
COMMENT ON COLUMN public.trail.form IS '0: chained by hashes without a key, content in columns; 1: sealed, content in body';
COMMENT ON COLUMN public.trail.key_id IS 'which key seals it: the first characters of the SHA-256 of the key';
COMMENT ON COLUMN public.trail.body IS 'content as one canonical text, a JSON array; content_hash is its SHA-256';
CREATE TABLE public.trail_heads (
    number bigint NOT NULL,
    hash bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    kid text NOT NULL,
    jws text NOT NULL,
    CONSTRAINT trail_heads_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT trail_heads_number_check CHECK ((number > 0))
);
COMMENT ON TABLE public.trail_heads IS 'every head of the trail that was signed, one at each publication; by them a chain made anew is found';
CREATE TABLE public.trail_operators (
    operator_id bigint NOT NULL,
    number bigint NOT NULL
);
COMMENT ON TABLE public.trail_operators IS 'which rows showed an operator; filled after the rows, step by step';
CREATE TABLE public.trail_progress (
    one boolean DEFAULT true NOT NULL,
    indexed bigint DEFAULT 0 NOT NULL,
    erased bigint DEFAULT 0 NOT NULL,
    CONSTRAINT trail_progress_one_check CHECK (one)
);
COMMENT ON COLUMN public.trail_progress.indexed IS 'up to this number the rows are in trail_operators';
COMMENT ON COLUMN public.trail_progress.erased IS 'up to this number the content is erased';
CREATE TABLE public.trials (
    id bigint NOT NULL,
    scorecard_hash text NOT NULL,
    against_hash text NOT NULL,
    as_of date NOT NULL,
    known_at timestamp with time zone NOT NULL,
    operators integer NOT NULL,
    result jsonb NOT NULL,
    made_by text,
    made_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.trials IS 'what another card would have said of all operators';
ALTER TABLE public.trials ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.trials_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.unmatched (
    id bigint NOT NULL,
    feed text NOT NULL COLLATE pg_catalog."C",
    record_key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    subject jsonb NOT NULL,
    body jsonb NOT NULL,
    findings jsonb NOT NULL,
    valid_from date,
    valid_to date,
    reason text NOT NULL,
    page integer,
    row_number integer NOT NULL,
    digest text NOT NULL,
    first_run bigint NOT NULL,
    last_run bigint NOT NULL,
    state text DEFAULT 'OPEN'::text NOT NULL,
    name_key text COLLATE pg_catalog."C",
    subject_key text COLLATE pg_catalog."C",
    fact text COLLATE pg_catalog."C",
    proposed_operator integer,
    evidence jsonb,
    before jsonb,
    decision_id bigint,
    partial boolean DEFAULT true NOT NULL,
    ended_by bigint,
    CONSTRAINT unmatched_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'MATCHED'::text, 'NOT_OURS'::text, 'TAKEN_BACK'::text, 'ENDED'::text])))
);
ALTER TABLE ONLY public.unmatched ALTER COLUMN name_key SET (n_distinct=-1);
COMMENT ON COLUMN public.unmatched.before IS 'what it said before the run named in changed_by sent it otherwise';
COMMENT ON COLUMN public.unmatched.partial IS 'only deliveries of a part of its feed brought it: no whole one ends it by silence';
COMMENT ON COLUMN public.unmatched.ended_by IS 'the whole delivery that held it no longer';
ALTER TABLE public.unmatched ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.unmatched_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.versions (
    id bigint NOT NULL,
    feed text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    record_key text NOT NULL COLLATE pg_catalog."C",
    operator_id integer,
    digest text NOT NULL COLLATE pg_catalog."C",
    body jsonb NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    valid_from date,
    valid_to date,
    ended_on date,
    known_from timestamp with time zone NOT NULL,
    known_to timestamp with time zone,
    closed_as text,
    run_id bigint NOT NULL,
    closed_by bigint,
    page integer,
    row_number integer NOT NULL,
    partial boolean NOT NULL,
    fact text COLLATE pg_catalog."C",
    opened_by bigint,
    decision_id bigint,
    found_by text COLLATE pg_catalog."C",
    held_by bigint,
    wrong_from timestamp with time zone,
    CONSTRAINT versions_check CHECK (((known_to IS NULL) = (closed_as IS NULL))),
    CONSTRAINT versions_closed_as_check CHECK ((closed_as = ANY (ARRAY['CHANGED'::text, 'ENDED'::text, 'WRONG'::text])))
);
ALTER TABLE ONLY public.versions ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE ONLY public.versions ALTER COLUMN findings SET STATISTICS 0;
COMMENT ON TABLE public.versions IS 'refers to operators, runs and decisions without foreign keys: its rows are made by joins with them, and none of them is ever deleted; checking a million rows one by one costs as much as writing them';
COMMENT ON COLUMN public.versions.ended_on IS 'the day on which a whole feed no longer held the record';
COMMENT ON COLUMN public.versions.run_id IS 'the run that brought its content: its source';
COMMENT ON COLUMN public.versions.partial IS 'only partial files have brought it: no whole pull ends it';
COMMENT ON COLUMN public.versions.fact IS 'with the operator, what makes it the same fact as another source''s record; null: nobody else has it';
COMMENT ON COLUMN public.versions.opened_by IS 'the run that opened this version, where that is another than its source: it saw its end, matched it, or took another back';
COMMENT ON COLUMN public.versions.decision_id IS 'the decision on identity that says whose it is';
COMMENT ON COLUMN public.versions.found_by IS 'scheme and code, other than its own, by which its operator was found: what taught that code may be taken back';
COMMENT ON COLUMN public.versions.held_by IS 'the whole run that held what only partial files had brought: taken back, it is theirs alone again';
COMMENT ON COLUMN public.versions.wrong_from IS 'known to be wrong since then (its run was taken back): not believed for any day, as known from then on';
ALTER TABLE public.versions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.versions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.watch_entries (
    id bigint NOT NULL,
    operator_id integer NOT NULL,
    value integer NOT NULL,
    opened_on date NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_on date,
    closed_at timestamp with time zone,
    CONSTRAINT watch_entries_check CHECK (((closed_on IS NULL) = (closed_at IS NULL)))
);
COMMENT ON TABLE public.watch_entries IS 'the internal watch list: whose score fell below a line of its card, until it is above again; nothing rests on it';
ALTER TABLE public.watch_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.watch_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.webhook_messages (
    id bigint NOT NULL,
    webhook_id integer NOT NULL,
    sequence bigint NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    removal boolean NOT NULL,
    state text DEFAULT 'OWED'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    sent_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    last_status integer,
    last_error text,
    CONSTRAINT webhook_messages_check CHECK (((state = 'CONFIRMED'::text) = (confirmed_at IS NOT NULL))),
    CONSTRAINT webhook_messages_state_check CHECK ((state = ANY (ARRAY['OWED'::text, 'CONFIRMED'::text, 'FOLDED'::text, 'GIVEN_UP'::text])))
);
COMMENT ON COLUMN public.webhook_messages.state IS 'FOLDED: a removal of the same seller was owed after it and tells all that it would';
ALTER TABLE public.webhook_messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.webhooks (
    id integer NOT NULL,
    client text NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    open_until timestamp with time zone,
    failing_since timestamp with time zone,
    confirmed_at timestamp with time zone,
    disabled_at timestamp with time zone,
    disabled_because text,
    removed_at timestamp with time zone,
    CONSTRAINT webhooks_check CHECK (((previous_secret IS NULL) = (previous_until IS NULL))),
    CONSTRAINT webhooks_check1 CHECK (((disabled_at IS NULL) = (disabled_because IS NULL))),
    CONSTRAINT webhooks_disabled_because_check CHECK ((disabled_because = ANY (ARRAY['GONE'::text, 'FAILING'::text])))
);
COMMENT ON COLUMN public.webhooks.secret IS 'sealed: it must be read to sign with it, and a copy of the database alone does not tell it';
COMMENT ON COLUMN public.webhooks.failures IS 'failed calls in a row, as the breaker counts them';
COMMENT ON COLUMN public.webhooks.failing_since IS 'no message was taken since; null: the last one was';
ALTER TABLE public.webhooks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhooks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.migrations ALTER COLUMN id SET DEFAULT nextval('public.migrations_id_seq'::regclass);
ALTER TABLE ONLY public.migrations_lock ALTER COLUMN index SET DEFAULT nextval('public.migrations_lock_index_seq'::regclass);
INSERT INTO public.change_progress VALUES
	(true, false, NULL);
INSERT INTO public.database_identity DEFAULT VALUES;
INSERT INTO public.knowledge VALUES
	(true, '2000-01-01 08:00:00+08');
INSERT INTO public.migrations VALUES
	(1, '20261125-01-hub', 1, '2026-12-02 00:37:24.762+08'),
	(2, '20261125-02-intake', 1, '2026-12-02 00:37:24.781+08'),
	(3, '20261125-03-dirty', 1, '2026-12-02 00:37:24.783+08'),
	(4, '20261125-04-score', 1, '2026-12-02 00:37:24.795+08'),
	(5, '20261125-05-listing', 1, '2026-12-02 00:37:24.806+08'),
	(6, '20261125-06-publication', 1, '2026-12-02 00:37:24.814+08'),
	(7, '20261125-07-door', 1, '2026-12-02 00:37:24.817+08'),
	(8, '20261125-08-documents', 1, '2026-12-02 00:37:24.82+08'),
	(9, '20261125-09-concerns', 1, '2026-12-02 00:37:24.821+08'),
	(10, '20261125-09-forgetting', 1, '2026-12-02 00:37:24.824+08'),
	(11, '20261126-10-deliveries', 1, '2026-12-02 00:37:24.827+08'),
	(12, '20261126-11-occurrences', 1, '2026-12-02 00:37:24.831+08'),
	(13, '20261126-12-comparisons', 1, '2026-12-02 00:37:24.838+08'),
	(14, '20261126-13-timeliness', 1, '2026-12-02 00:37:24.839+08'),
	(15, '20261126-14-told-records', 1, '2026-12-02 00:37:24.841+08'),
	(16, '20261126-15-queue', 1, '2026-12-02 00:37:24.845+08'),
	(17, '20261126-16-people', 1, '2026-12-02 00:37:24.849+08'),
	(18, '20261126-17-filled-kinds', 1, '2026-12-02 00:37:24.85+08'),
	(19, '20261126-18-open-runs', 1, '2026-12-02 00:37:24.852+08'),
	(20, '20261126-20-trail', 1, '2026-12-02 00:37:24.855+08'),
	(21, '20261126-21-names', 1, '2026-12-02 00:37:24.86+08'),
	(22, '20261126-22-sellers', 1, '2026-12-02 00:37:24.864+08'),
	(23, '20261126-23-people', 1, '2026-12-02 00:37:24.867+08'),
	(24, '20261126-24-tokens', 1, '2026-12-02 00:37:24.872+08'),
	(25, '20261126-27-changes', 1, '2026-12-02 00:37:24.877+08'),
	(26, '20261126-28-webhooks', 1, '2026-12-02 00:37:24.882+08'),
	(27, '20261126-32-latest-scores', 1, '2026-12-02 00:37:24.886+08'),
	(28, '20261126-33-seller-bits', 1, '2026-12-02 00:37:24.889+08'),
	(29, '20261126-35-public-reading', 1, '2026-12-02 00:37:24.893+08'),
	(30, '20261126-36-quick-pages', 1, '2026-12-02 00:37:24.895+08'),
	(31, '20261126-39-case-board', 1, '2026-12-02 00:37:24.896+08'),
	(32, '20261126-44-party-sessions', 1, '2026-12-02 00:37:24.898+08'),
	(33, '20261126-45-trail-operators', 1, '2026-12-02 00:37:24.9+08'),
	(34, '20261129-01-absence', 1, '2026-12-02 00:37:24.902+08'),
	(35, '20261129-03-ownerless-codes', 1, '2026-12-02 00:37:24.905+08'),
	(36, '20261129-10-feed-maps', 1, '2026-12-02 00:37:24.908+08'),
	(37, '20261129-20-reject-digests', 1, '2026-12-02 00:37:24.909+08'),
	(38, '20261129-21-retention', 1, '2026-12-02 00:37:24.912+08'),
	(39, '20261129-22-claimed-names', 1, '2026-12-02 00:37:24.914+08'),
	(40, '20261129-30-removal-checks', 1, '2026-12-02 00:37:24.915+08'),
	(41, '20261129-31-database-server', 1, '2026-12-02 00:37:24.917+08'),
	(42, '20261129-32-untold', 1, '2026-12-02 00:37:24.918+08'),
	(43, '20261129-40-audit-sealed', 1, '2026-12-02 00:37:24.921+08'),
	(44, '20261129-50-clock-doubts', 1, '2026-12-02 00:37:24.924+08'),
	(45, '20261129-51-roll-out', 1, '2026-12-02 00:37:24.926+08'),
	(46, '20261129-52-key-fingerprints', 1, '2026-12-02 00:37:24.93+08'),
	(47, '20261129-60-published-indexes', 1, '2026-12-02 00:37:24.932+08'),
	(48, '20261129-61-public-filters', 1, '2026-12-02 00:37:24.94+08'),
	(49, '20261129-62-proven-addresses', 1, '2026-12-02 00:37:24.942+08'),
	(50, '20261129-70-feed-identity', 1, '2026-12-02 00:37:24.944+08'),
	(51, '20261129-71-sellers-check-digit', 1, '2026-12-02 00:37:24.946+08'),
	(52, '20261129-80-last-days', 1, '2026-12-02 00:37:24.947+08'),
	(53, '20261129-81-confirmed-accounts', 1, '2026-12-02 00:37:24.949+08'),
	(54, '20261129-85-calendar-proposals', 1, '2026-12-02 00:37:24.952+08'),
	(55, '20261129-86-authorisation-documents', 1, '2026-12-02 00:37:24.953+08'),
	(56, '20261129-92-standards-facts', 1, '2026-12-02 00:37:24.955+08'),
	(57, '20261129-93-entry-facts', 1, '2026-12-02 00:37:24.956+08'),
	(58, '20261129-95-confirmed-sellers', 1, '2026-12-02 00:37:24.959+08'),
	(59, '20261129-97-run-maps', 1, '2026-12-02 00:37:24.961+08'),
	(60, '20261129-98-repair-notice', 1, '2026-12-02 00:37:24.962+08'),
	(61, '20261129-98-successors', 1, '2026-12-02 00:37:24.965+08'),
	(62, '20261129-99-standing-rows', 1, '2026-12-02 00:37:24.97+08'),
	(63, '20261130-40-published-csv', 1, '2026-12-02 00:37:24.971+08'),
	(64, '20261130-41-touched-entries', 1, '2026-12-02 00:37:24.973+08'),
	(65, '20261130-60-version-statistics', 1, '2026-12-02 00:37:24.974+08'),
	(66, '20261130-70-standing-codes', 1, '2026-12-02 00:37:24.979+08'),
	(67, '20261130-75-objections-by-owner', 1, '2026-12-02 00:37:24.98+08');
INSERT INTO public.migrations_lock VALUES
	(1, 0);
INSERT INTO public.migrations_roll_out VALUES
	('20261129-51-roll-out', 'before'),
	('20261129-52-key-fingerprints', 'before'),
	('20261129-60-published-indexes', 'before'),
	('20261129-61-public-filters', 'before'),
	('20261129-62-proven-addresses', 'before'),
	('20261129-70-feed-identity', 'before'),
	('20261129-71-sellers-check-digit', 'before'),
	('20261129-80-last-days', 'before'),
	('20261129-81-confirmed-accounts', 'before'),
	('20261129-85-calendar-proposals', 'before'),
	('20261129-86-authorisation-documents', 'before'),
	('20261129-92-standards-facts', 'before'),
	('20261129-93-entry-facts', 'before'),
	('20261129-95-confirmed-sellers', 'before'),
	('20261129-97-run-maps', 'before'),
	('20261129-98-repair-notice', 'before'),
	('20261129-98-successors', 'before'),
	('20261129-99-standing-rows', 'before'),
	('20261130-40-published-csv', 'before'),
	('20261130-41-touched-entries', 'before'),
	('20261130-60-version-statistics', 'before'),
	('20261130-70-standing-codes', 'before'),
	('20261130-75-objections-by-owner', 'before');
INSERT INTO public.name_states VALUES
	(true, 0, 0, 0, 0, 0);
SELECT pg_catalog.setval('public.migrations_id_seq', 67, true);
SELECT pg_catalog.setval('public.migrations_lock_index_seq', 1, true);
ALTER TABLE ONLY public.access_codes
    ADD CONSTRAINT access_codes_mark_key UNIQUE (mark);
ALTER TABLE ONLY public.access_codes
    ADD CONSTRAINT access_codes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.authorisations
    ADD CONSTRAINT authorisations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.calendar_amendments
    ADD CONSTRAINT calendar_amendments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.calendar_proposals
    ADD CONSTRAINT calendar_proposals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.calendar_reach
    ADD CONSTRAINT calendar_reach_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.change_clients
    ADD CONSTRAINT change_clients_pkey PRIMARY KEY (client);
ALTER TABLE ONLY public.change_marks
    ADD CONSTRAINT change_marks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.change_progress
    ADD CONSTRAINT change_progress_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (client, sequence);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.clock_doubts
    ADD CONSTRAINT clock_doubts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT comparisons_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.concerns
    ADD CONSTRAINT concerns_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.current_scores
    ADD CONSTRAINT current_scores_pkey PRIMARY KEY (operator_id);
ALTER TABLE ONLY public.database_clock
    ADD CONSTRAINT database_clock_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.database_identity
    ADD CONSTRAINT database_identity_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.database_restored
    ADD CONSTRAINT database_restored_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_number UNIQUE (subject_id, platform, number);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery_acts
    ADD CONSTRAINT delivery_acts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.feed_maps
    ADD CONSTRAINT feed_maps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.feed_states
    ADD CONSTRAINT feed_states_pkey PRIMARY KEY (feed);
ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.forgotten
    ADD CONSTRAINT forgotten_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.identity_decisions
    ADD CONSTRAINT identity_decisions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.key_fingerprints
    ADD CONSTRAINT key_fingerprints_pkey PRIMARY KEY (key, fingerprint);
ALTER TABLE ONLY public.knowledge
    ADD CONSTRAINT knowledge_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.listing_deadlines
    ADD CONSTRAINT listing_deadlines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.listing_documents
    ADD CONSTRAINT listing_documents_listing_id_kind_number_sha256_issued_on_key UNIQUE (listing_id, kind, number, sha256, issued_on);
ALTER TABLE ONLY public.listing_documents
    ADD CONSTRAINT listing_documents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.listing_events
    ADD CONSTRAINT listing_events_listing_id_number_key UNIQUE (listing_id, number);
ALTER TABLE ONLY public.listing_events
    ADD CONSTRAINT listing_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.listings
    ADD CONSTRAINT listings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lockouts
    ADD CONSTRAINT lockouts_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.manifests
    ADD CONSTRAINT manifests_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.migrations_lock
    ADD CONSTRAINT migrations_lock_pkey PRIMARY KEY (index);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.migrations_roll_out
    ADD CONSTRAINT migrations_roll_out_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.name_grams
    ADD CONSTRAINT name_grams_pkey PRIMARY KEY (gram);
ALTER TABLE ONLY public.name_states
    ADD CONSTRAINT name_states_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.occurrences
    ADD CONSTRAINT occurrences_job_subject_planned_for_key UNIQUE (job, subject, planned_for);
ALTER TABLE ONLY public.occurrences
    ADD CONSTRAINT occurrences_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.operator_codes
    ADD CONSTRAINT operator_codes_pkey PRIMARY KEY (scheme, code, operator_id);
ALTER TABLE ONLY public.operator_names
    ADD CONSTRAINT operator_names_pkey PRIMARY KEY (operator_id, name);
ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.overrules
    ADD CONSTRAINT overrules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ownerless_codes
    ADD CONSTRAINT ownerless_codes_pkey PRIMARY KEY (scheme, code, feed, record_key, digest);
ALTER TABLE ONLY public.party_sessions
    ADD CONSTRAINT party_sessions_pkey PRIMARY KEY (mark);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_acts
    ADD CONSTRAINT platform_acts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_states
    ADD CONSTRAINT platform_states_pkey PRIMARY KEY (platform);
ALTER TABLE ONLY public.public_changes
    ADD CONSTRAINT public_changes_pkey PRIMARY KEY (xid);
ALTER TABLE ONLY public.public_entries
    ADD CONSTRAINT public_entries_pkey PRIMARY KEY (listing_id);
ALTER TABLE ONLY public.published_entries
    ADD CONSTRAINT published_entries_pkey PRIMARY KEY (listing_id, from_sequence);
ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.rejects
    ADD CONSTRAINT rejects_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.revocations
    ADD CONSTRAINT revocations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rule_books
    ADD CONSTRAINT rule_books_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (job, subject);
ALTER TABLE ONLY public.scorecard_adoptions
    ADD CONSTRAINT scorecard_adoptions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scorecards
    ADD CONSTRAINT scorecards_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.scorecards
    ADD CONSTRAINT scorecards_version_key UNIQUE (version);
ALTER TABLE ONLY public.scores
    ADD CONSTRAINT scores_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.seller_bits
    ADD CONSTRAINT seller_bits_pkey PRIMARY KEY (list_id);
ALTER TABLE ONLY public.seller_claims
    ADD CONSTRAINT seller_claims_pkey PRIMARY KEY (client, scheme, code);
ALTER TABLE ONLY public.seller_lists
    ADD CONSTRAINT seller_lists_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.seller_removals
    ADD CONSTRAINT seller_removals_pkey PRIMARY KEY (client, sequence, listing_id);
ALTER TABLE ONLY public.sellers
    ADD CONSTRAINT sellers_pkey PRIMARY KEY (list_id, scheme, code);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (mark);
ALTER TABLE ONLY public.snapshot_changes
    ADD CONSTRAINT snapshot_changes_pkey PRIMARY KEY (sequence, listing_id);
ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.standing_rows
    ADD CONSTRAINT standing_rows_pkey PRIMARY KEY (operator_id);
ALTER TABLE ONLY public.told_records
    ADD CONSTRAINT told_records_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.told_records
    ADD CONSTRAINT told_records_record_key_feed_key UNIQUE (record_key, feed);
ALTER TABLE public.trail
    ADD CONSTRAINT trail_content_check CHECK (((erased_at IS NULL) =
CASE form
    WHEN 0 THEN (salt IS NOT NULL)
    ELSE (body IS NOT NULL)
END)) NOT VALID;
ALTER TABLE public.trail
    ADD CONSTRAINT trail_erased_check CHECK (((erased_at IS NULL) OR ((client IS NULL) AND (role IS NULL) AND (agency IS NULL) AND (purpose IS NULL) AND (request IS NULL) AND (asked IS NULL) AND (outcome IS NULL) AND (shown IS NULL) AND (digest IS NULL) AND (body IS NULL)))) NOT VALID;
ALTER TABLE public.trail
    ADD CONSTRAINT trail_form_check CHECK (((form > 0) = (key_id IS NOT NULL))) NOT VALID;
ALTER TABLE ONLY public.trail_heads
    ADD CONSTRAINT trail_heads_pkey PRIMARY KEY (number, hash);
ALTER TABLE public.trail
    ADD CONSTRAINT trail_kind_check CHECK ((kind = ANY (ARRAY['ANSWER'::text, 'ACT'::text, 'OUTCOME'::text, 'CHUNK'::text, 'FILE'::text, 'TOKEN'::text, 'ATTEMPT'::text, 'SIGN_OUT'::text, 'CUT'::text, 'RELEASED'::text]))) NOT VALID;
ALTER TABLE ONLY public.trail_operators
    ADD CONSTRAINT trail_operators_pkey PRIMARY KEY (operator_id, number);
ALTER TABLE ONLY public.trail
    ADD CONSTRAINT trail_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.trail_progress
    ADD CONSTRAINT trail_progress_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.trials
    ADD CONSTRAINT trials_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.unmatched
    ADD CONSTRAINT unmatched_feed_record_key_key UNIQUE (feed, record_key);
ALTER TABLE ONLY public.unmatched
    ADD CONSTRAINT unmatched_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.watch_entries
    ADD CONSTRAINT watch_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_messages
    ADD CONSTRAINT webhook_messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_messages
    ADD CONSTRAINT webhook_messages_webhook_id_sequence_key UNIQUE (webhook_id, sequence);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX access_codes_good ON public.access_codes USING btree (operator_id) WHERE (ended_at IS NULL);
CREATE INDEX access_codes_operator ON public.access_codes USING btree (operator_id, id);
CREATE INDEX authorisations_client ON public.authorisations USING btree (client, operator_id) WHERE (withdrawn_at IS NULL);
CREATE INDEX authorisations_operator ON public.authorisations USING btree (operator_id, id);
CREATE INDEX calendar_amendments_day ON public.calendar_amendments USING btree (day, id DESC);
CREATE UNIQUE INDEX calendar_proposals_waiting ON public.calendar_proposals USING btree ((true)) WHERE (state = 'PROPOSED'::text);
CREATE UNIQUE INDEX clock_doubts_open ON public.clock_doubts USING btree ((true)) WHERE (settled_at IS NULL);
CREATE INDEX comparisons_last ON public.comparisons USING btree (platform, id DESC);
CREATE INDEX comparisons_run ON public.comparisons USING btree (run_id);
CREATE UNIQUE INDEX concerns_open ON public.concerns USING btree (listing_id, cause) WHERE (settled_at IS NULL);
CREATE INDEX concerns_run ON public.concerns USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX current_scores_basis ON public.current_scores USING btree (basis);
CREATE INDEX current_scores_due ON public.current_scores USING btree (next_change_on) WHERE (next_change_on IS NOT NULL);
CREATE INDEX current_scores_grade ON public.current_scores USING btree (grade, operator_id);
CREATE UNIQUE INDEX database_restored_open ON public.database_restored USING btree ((true)) WHERE (released_at IS NULL);
CREATE INDEX deliveries_checks_due ON public.deliveries USING btree (platform, check_due_at) WHERE (check_due_at IS NOT NULL);
CREATE INDEX deliveries_checks_open ON public.deliveries USING btree (subject_id) WHERE (check_due_at IS NOT NULL);
CREATE INDEX deliveries_held ON public.deliveries USING btree (platform, state, id) WHERE ((state = 'REFUSED'::text) OR ((state = 'OWED'::text) AND (NOT head)));
CREATE INDEX deliveries_made ON public.deliveries USING brin (created_at) WITH (pages_per_range='32');
COMMENT ON INDEX public.deliveries_made IS 'what became owed since a day; costs next to nothing when rows are written';
CREATE INDEX deliveries_others_due ON public.deliveries USING btree (platform, due_at, id) WHERE ((state = 'OWED'::text) AND head AND (action <> 'REMOVE'::text));
CREATE INDEX deliveries_refused ON public.deliveries USING btree (id) WHERE (state = 'REFUSED'::text);
CREATE INDEX deliveries_removals ON public.deliveries USING btree (created_at, subject_id) WHERE (action = 'REMOVE'::text);
CREATE INDEX deliveries_removals_due ON public.deliveries USING btree (platform, due_at, id) WHERE ((state = 'OWED'::text) AND head AND (action = 'REMOVE'::text));
CREATE INDEX deliveries_removals_open ON public.deliveries USING btree (subject_id) WHERE ((action = 'REMOVE'::text) AND (state = ANY (ARRAY['OWED'::text, 'REFUSED'::text])));
CREATE INDEX delivery_acts_delivery ON public.delivery_acts USING btree (delivery_id, id);
CREATE INDEX dirty_operators_operator ON public.dirty_operators USING btree (operator_id);
CREATE INDEX feed_maps_in_force ON public.feed_maps USING btree (feed) WHERE (ended_at IS NULL);
CREATE INDEX findings_comparison ON public.findings USING btree (comparison_id);
CREATE INDEX findings_of_key ON public.findings USING btree (key) WHERE (settled_at IS NULL);
CREATE UNIQUE INDEX findings_open ON public.findings USING btree (platform, key, what) WHERE (settled_at IS NULL);
CREATE UNIQUE INDEX identity_decisions_divided ON public.identity_decisions USING btree (successor_id, operator_id) WHERE ((undone_at IS NULL) AND (successor_id IS NOT NULL));
CREATE UNIQUE INDEX identity_decisions_merged ON public.identity_decisions USING btree (merged_id) WHERE ((undone_at IS NULL) AND (merged_id IS NOT NULL));
CREATE UNIQUE INDEX identity_decisions_subject ON public.identity_decisions USING btree (feed, subject_key) WHERE ((undone_at IS NULL) AND (subject_key IS NOT NULL));
CREATE INDEX identity_decisions_successors ON public.identity_decisions USING btree (successor_id) WHERE (successor_id IS NOT NULL);
CREATE INDEX identity_decisions_survivors ON public.identity_decisions USING btree (operator_id) WHERE (merged_id IS NOT NULL);
CREATE INDEX listing_deadlines_due ON public.listing_deadlines USING btree (due_on, id) WHERE (ended_on IS NULL);
CREATE INDEX listing_deadlines_listing ON public.listing_deadlines USING btree (listing_id, id);
CREATE UNIQUE INDEX listing_deadlines_open ON public.listing_deadlines USING btree (listing_id, name) WHERE (ended_on IS NULL);
CREATE INDEX listings_board ON public.listings USING btree (state, created_at DESC, id DESC);
CREATE INDEX listings_decision ON public.listings USING btree (decision_version) WHERE (published_on IS NOT NULL);
CREATE INDEX listings_ends ON public.listings USING btree (ends_on) WHERE ((published_on IS NOT NULL) AND (removed_on IS NULL));
CREATE INDEX listings_listed ON public.listings USING btree (operator_id) WHERE ((published_on IS NOT NULL) AND (removed_on IS NULL));
CREATE UNIQUE INDEX listings_open ON public.listings USING btree (operator_id, list) WHERE (state <> ALL (ARRAY['REMOVED'::text, 'NOT_LISTED'::text]));
CREATE INDEX listings_operator ON public.listings USING btree (operator_id);
CREATE INDEX listings_published ON public.listings USING btree (published_on) INCLUDE (ends_on, removed_on, removal_reason) WHERE (published_on IS NOT NULL);
CREATE INDEX lockouts_last ON public.lockouts USING btree (last_at);
CREATE INDEX names_grams ON public.names USING gin (grams);
CREATE INDEX names_operator ON public.names USING btree (operator_id);
CREATE UNIQUE INDEX objections_open ON public.objections USING btree (operator_id, feed, record_key, rule) WHERE (state = 'OPEN'::text);
CREATE INDEX objections_operator ON public.objections USING btree (operator_id);
CREATE INDEX occurrences_old ON public.occurrences USING btree (planned_for);
CREATE INDEX occurrences_open ON public.occurrences USING btree (planned_for) WHERE (ended_at IS NULL);
CREATE INDEX operator_codes_operator ON public.operator_codes USING btree (operator_id);
CREATE INDEX operator_names_key ON public.operator_names USING btree (name_key);
CREATE INDEX operators_gone ON public.operators USING btree (id) WHERE (known_to IS NOT NULL);
CREATE INDEX operators_kind ON public.operators USING btree (kind, id) WHERE (kind <> 'ENTERPRISE'::text);
CREATE INDEX operators_merged ON public.operators USING btree (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX operators_merged_away ON public.operators USING btree (id) INCLUDE (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX operators_name ON public.operators USING hash (name_key);
CREATE INDEX operators_org_code ON public.operators USING btree (substr(uscc, 9, 9)) WHERE (uscc IS NOT NULL);
CREATE INDEX operators_region ON public.operators USING btree (region COLLATE "C", id);
CREATE UNIQUE INDEX operators_shop ON public.operators USING btree (shop) WHERE (shop IS NOT NULL);
CREATE UNIQUE INDEX operators_uscc ON public.operators USING btree (uscc);
CREATE UNIQUE INDEX overrules_open ON public.overrules USING btree (operator_id) WHERE (state = 'PROPOSED'::text);
CREATE INDEX overrules_operator ON public.overrules USING btree (operator_id, decided_at);
CREATE INDEX ownerless_codes_record ON public.ownerless_codes USING btree (feed, record_key);
CREATE INDEX party_sessions_code ON public.party_sessions USING btree (access_code);
CREATE INDEX party_sessions_ends ON public.party_sessions USING btree (ends_at);
CREATE INDEX platform_acts_platform ON public.platform_acts USING btree (platform, id);
CREATE INDEX public_entries_authority ON public.public_entries USING btree (authority, published_on DESC, listing_id DESC) INCLUDE (shown_from, ends_on, region, reason);
CREATE INDEX public_entries_contested ON public.public_entries USING btree (listing_id) WHERE ((body ->> 'contested'::text) = 'true'::text);
CREATE INDEX public_entries_ending ON public.public_entries USING btree (COALESCE(ends_on, 'infinity'::date), listing_id) INCLUDE (shown_from, ends_on, published_on, region, authority, reason);
CREATE INDEX public_entries_list ON public.public_entries USING btree (list, published_on DESC, listing_id DESC);
CREATE INDEX public_entries_name ON public.public_entries USING gin (name public.gin_trgm_ops);
CREATE INDEX public_entries_newest ON public.public_entries USING btree (published_on DESC, listing_id DESC) INCLUDE (shown_from, ends_on, region, authority, reason);
CREATE INDEX public_entries_region ON public.public_entries USING btree (region, published_on DESC, listing_id DESC) INCLUDE (shown_from, ends_on, authority, reason);
CREATE INDEX public_entries_uscc ON public.public_entries USING btree (uscc);
CREATE INDEX published_entries_ends ON public.published_entries USING btree (to_on) WHERE (to_sequence IS NULL);
CREATE INDEX published_entries_forgotten ON public.published_entries USING btree (listing_id) WHERE ((to_sequence IS NULL) AND (line IS NULL));
CREATE INDEX published_entries_replaced ON public.published_entries USING btree (to_sequence) WHERE (to_sequence IS NOT NULL);
CREATE INDEX published_entries_unformed ON public.published_entries USING btree (listing_id) WHERE ((csv IS NULL) AND (line IS NOT NULL) AND (to_sequence IS NULL));
CREATE INDEX quotas_window ON public.quotas USING btree (window_start);
CREATE INDEX rejects_open ON public.rejects USING btree (feed, id) WHERE (state = 'OPEN'::text);
CREATE INDEX rejects_run ON public.rejects USING btree (run_id, id);
CREATE INDEX rejects_taken ON public.rejects USING btree (feed) WHERE (state = 'TAKEN'::text);
CREATE INDEX rejects_taken_run ON public.rejects USING btree (taken_run) WHERE (taken_run IS NOT NULL);
CREATE INDEX rejects_waiting ON public.rejects USING btree (feed, run_id, page, row_number, item_digest) WHERE (state = 'OPEN'::text);
CREATE INDEX revocations_ends ON public.revocations USING btree (ends_at);
CREATE INDEX runs_last ON public.runs USING btree (job, subject, id DESC);
CREATE INDEX runs_open ON public.runs USING btree (job, subject) WHERE (outcome = 'RUNNING'::text);
CREATE UNIQUE INDEX runs_tick ON public.runs USING btree (job, subject, planned_for, attempt) WHERE (planned_for IS NOT NULL);
CREATE UNIQUE INDEX scorecard_adoptions_open ON public.scorecard_adoptions USING btree (scorecard_hash) WHERE (state = 'PROPOSED'::text);
CREATE INDEX scores_asked ON public.scores USING btree (as_of, operator_id) WHERE asked;
CREATE INDEX scores_latest ON public.scores USING btree (operator_id, as_of DESC, id DESC);
CREATE UNIQUE INDEX seller_lists_current ON public.seller_lists USING btree (client) WHERE current;
CREATE INDEX seller_removals_listing ON public.seller_removals USING btree (listing_id, at);
CREATE INDEX seller_removals_open ON public.seller_removals USING btree (client, sequence) WHERE (confirmed_at IS NULL);
CREATE INDEX sessions_ends ON public.sessions USING btree (ends_at);
CREATE INDEX sessions_person ON public.sessions USING btree (person);
CREATE INDEX snapshot_changes_latest ON public.snapshot_changes USING btree (sequence DESC, listing_id);
CREATE INDEX snapshot_changes_listing ON public.snapshot_changes USING btree (listing_id, sequence DESC);
CREATE INDEX snapshots_run ON public.snapshots USING btree (run_id);
CREATE INDEX standing_rows_uscc ON public.standing_rows USING btree (uscc);
CREATE INDEX told_records_fact ON public.told_records USING btree (operator_id, kind, fact) WHERE (fact IS NOT NULL);
CREATE INDEX told_records_kind ON public.told_records USING btree (kind);
COMMENT ON INDEX public.told_records_kind IS 'whether any was told of a kind: asked with every merge';
CREATE INDEX trail_client ON public.trail USING btree (client, number);
CREATE INDEX trail_operators_number ON public.trail_operators USING brin (number int8_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX trail_other ON public.trail USING btree (kind, number) WHERE (kind <> 'ANSWER'::text);
CREATE INDEX trials_latest ON public.trials USING btree (scorecard_hash, against_hash, id DESC);
CREATE INDEX unmatched_ended ON public.unmatched USING btree (ended_by) WHERE (ended_by IS NOT NULL);
CREATE INDEX unmatched_name ON public.unmatched USING hash (name_key) WHERE (state = 'OPEN'::text);
CREATE INDEX unmatched_open ON public.unmatched USING btree (id) WHERE (state = 'OPEN'::text);
CREATE INDEX unmatched_org_code ON public.unmatched USING btree (((subject ->> 'orgCode'::text)) COLLATE "C") WHERE ((state = 'OPEN'::text) AND ((subject ->> 'uscc'::text) IS NULL) AND ((subject ->> 'orgCode'::text) IS NOT NULL));
CREATE INDEX unmatched_reg_no ON public.unmatched USING btree (((subject ->> 'regNo'::text)) COLLATE "C") WHERE ((state = 'OPEN'::text) AND ((subject ->> 'uscc'::text) IS NULL) AND ((subject ->> 'regNo'::text) IS NOT NULL));
CREATE INDEX unmatched_subject ON public.unmatched USING btree (subject_key) WHERE (subject_key IS NOT NULL);
CREATE INDEX unmatched_uscc ON public.unmatched USING btree (((subject ->> 'uscc'::text)) COLLATE "C") WHERE ((state = 'OPEN'::text) AND ((subject ->> 'uscc'::text) IS NOT NULL));
CREATE INDEX versions_brand ON public.versions USING btree (translate(regexp_replace(NORMALIZE((body ->> 'brand'::text), NFKC), '\s'::text, ''::text, 'g'::text), 'abcdefghijklmnopqrstuvwxyz'::text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'::text)) WHERE ((kind = ANY (ARRAY['inspection'::text, 'recall'::text])) AND (known_to IS NULL) AND ((kind = 'recall'::text) OR ((body ->> 'result'::text) = 'FAIL'::text)));
CREATE INDEX versions_decision ON public.versions USING btree (decision_id) WHERE (decision_id IS NOT NULL);
CREATE INDEX versions_found ON public.versions USING btree (found_by) WHERE (found_by IS NOT NULL);
CREATE INDEX versions_gtins ON public.versions USING gin (((body -> 'gtins'::text)) jsonb_path_ops) WHERE ((kind = 'recall'::text) AND (known_to IS NULL));
CREATE INDEX versions_held ON public.versions USING btree (held_by) WHERE (held_by IS NOT NULL);
CREATE INDEX versions_opened ON public.versions USING btree (opened_by) WHERE (opened_by IS NOT NULL);
CREATE INDEX versions_operator ON public.versions USING btree (operator_id);
CREATE UNIQUE INDEX versions_record ON public.versions USING btree (record_key, feed, known_to) NULLS NOT DISTINCT;
COMMENT ON INDEX public.versions_record IS 'one version of a record is believed at a time; it finds the present one and those before';
CREATE INDEX versions_run ON public.versions USING brin (run_id) WITH (pages_per_range='32');
CREATE UNIQUE INDEX watch_entries_open ON public.watch_entries USING btree (operator_id) WHERE (closed_at IS NULL);
CREATE INDEX watch_entries_operator ON public.watch_entries USING btree (operator_id, opened_at);
CREATE INDEX webhook_messages_leased ON public.webhook_messages USING btree (webhook_id, code) WHERE (leased_until IS NOT NULL);
CREATE INDEX webhook_messages_owed ON public.webhook_messages USING btree (webhook_id, removal, sequence) WHERE (state = 'OWED'::text);
CREATE INDEX webhook_messages_seller ON public.webhook_messages USING btree (webhook_id, code, sequence) WHERE (state = 'OWED'::text);
CREATE UNIQUE INDEX webhooks_of_client ON public.webhooks USING btree (client, url) WHERE (removed_at IS NULL);
CREATE TRIGGER changes_stand BEFORE UPDATE ON public.changes FOR EACH ROW EXECUTE FUNCTION public.changes_stand();
CREATE TRIGGER deliveries_line_up AFTER INSERT ON public.deliveries REFERENCING NEW TABLE AS owed FOR EACH STATEMENT EXECUTE FUNCTION public.deliveries_line_up();
CREATE TRIGGER deliveries_move_up AFTER UPDATE OF state ON public.deliveries FOR EACH ROW WHEN (((old.state = ANY (ARRAY['OWED'::text, 'REFUSED'::text])) <> (new.state = ANY (ARRAY['OWED'::text, 'REFUSED'::text])))) EXECUTE FUNCTION public.deliveries_move_up();
CREATE TRIGGER listing_documents_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON public.listing_documents FOR EACH STATEMENT EXECUTE FUNCTION public.listing_documents_stay();
CREATE TRIGGER objections_altered AFTER UPDATE ON public.objections FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION public.mark_judged('OBJECTION');
CREATE TRIGGER objections_opened AFTER INSERT ON public.objections FOR EACH ROW EXECUTE FUNCTION public.mark_judged('OBJECTION');
CREATE TRIGGER operator_codes_made AFTER INSERT ON public.operator_codes REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.mark_new_codes();
CREATE TRIGGER operators_altered AFTER UPDATE ON public.operators FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.status IS DISTINCT FROM new.status) OR (old.merged_into IS DISTINCT FROM new.merged_into) OR (old.known_to IS DISTINCT FROM new.known_to))) EXECUTE FUNCTION public.mark_operator();
CREATE TRIGGER operators_made AFTER INSERT ON public.operators REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.mark_new_operators();
CREATE TRIGGER overrules_altered AFTER UPDATE ON public.overrules FOR EACH ROW WHEN (((old.decided_at IS DISTINCT FROM new.decided_at) OR (old.withdrawn_at IS DISTINCT FROM new.withdrawn_at))) EXECUTE FUNCTION public.mark_judged('GRADE');
CREATE TRIGGER public_entries_added AFTER INSERT ON public.public_entries REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.mark_entries();
CREATE TRIGGER public_entries_altered AFTER UPDATE ON public.public_entries REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.mark_entries();
CREATE TRIGGER public_entries_changed AFTER INSERT OR DELETE OR UPDATE ON public.public_entries FOR EACH STATEMENT EXECUTE FUNCTION public.note_public_change();
CREATE TRIGGER public_entries_forgotten AFTER DELETE ON public.public_entries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.forget_published();
CREATE TRIGGER public_entries_removed AFTER DELETE ON public.public_entries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.mark_entries();
CREATE TRIGGER public_entries_touched_by_delete AFTER DELETE ON public.public_entries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.note_touched_entries();
CREATE TRIGGER public_entries_touched_by_insert AFTER INSERT ON public.public_entries REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.note_touched_entries();
CREATE TRIGGER public_entries_touched_by_update AFTER UPDATE ON public.public_entries REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.note_touched_entries();
CREATE TRIGGER scores_altered AFTER UPDATE ON public.scores REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.scores_altered();
CREATE TRIGGER scores_came AFTER INSERT ON public.scores REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.scores_came();
CREATE TRIGGER scores_emptied AFTER TRUNCATE ON public.scores FOR EACH STATEMENT EXECUTE FUNCTION public.scores_emptied();
CREATE TRIGGER scores_gone AFTER DELETE ON public.scores REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.scores_gone();
CREATE TRIGGER standing_codes_came AFTER INSERT ON public.operator_codes REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.note_stale_standings();
CREATE TRIGGER standing_codes_gone AFTER DELETE ON public.operator_codes REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.note_stale_standings();
CREATE CONSTRAINT TRIGGER standing_entries_altered AFTER INSERT OR DELETE OR UPDATE ON public.public_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.standing_entries_altered();
CREATE CONSTRAINT TRIGGER standing_listings_altered AFTER UPDATE ON public.listings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.decision_version IS DISTINCT FROM new.decision_version) OR (((old.state IS DISTINCT FROM new.state) OR (old.operator_id IS DISTINCT FROM new.operator_id)) AND (new.state <> 'REMOVED'::text)))) EXECUTE FUNCTION public.standing_listings_altered();
CREATE CONSTRAINT TRIGGER standing_listings_came AFTER INSERT ON public.listings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.decision_version IS NOT NULL)) EXECUTE FUNCTION public.standing_listings_came();
CREATE TRIGGER standing_objections_came AFTER INSERT ON public.objections REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.standing_contested();
CREATE TRIGGER standing_operators_altered AFTER UPDATE ON public.operators REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.note_stale_standings();
CREATE TRIGGER standing_overrules_came AFTER INSERT ON public.overrules REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.standing_contested();
CREATE TRIGGER standing_rows_filled BEFORE INSERT ON public.standing_rows FOR EACH ROW WHEN ((new.status IS NULL)) EXECUTE FUNCTION public.fill_standing_facts();
CREATE CONSTRAINT TRIGGER standing_stale_came AFTER INSERT ON public.standing_stale DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.keep_standing_facts();
CREATE TRIGGER trail_heads_stand BEFORE DELETE OR UPDATE ON public.trail_heads FOR EACH ROW EXECUTE FUNCTION public.trail_heads_stand();
CREATE TRIGGER trail_heads_stay BEFORE TRUNCATE ON public.trail_heads FOR EACH STATEMENT EXECUTE FUNCTION public.trail_heads_stand();
CREATE TRIGGER trail_sealed BEFORE INSERT ON public.trail FOR EACH ROW WHEN ((new.form = 0)) EXECUTE FUNCTION public.trail_sealed();
CREATE TRIGGER trail_stands BEFORE DELETE OR UPDATE ON public.trail FOR EACH ROW EXECUTE FUNCTION public.trail_stands();
CREATE TRIGGER trail_stays BEFORE TRUNCATE ON public.trail FOR EACH STATEMENT EXECUTE FUNCTION public.trail_stands();
ALTER TABLE ONLY public.access_codes
    ADD CONSTRAINT access_codes_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.authorisations
    ADD CONSTRAINT authorisations_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT comparisons_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.concerns
    ADD CONSTRAINT concerns_listing_id_fkey FOREIGN KEY (listing_id) REFERENCES public.listings(id);
ALTER TABLE ONLY public.concerns
    ADD CONSTRAINT concerns_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.concerns
    ADD CONSTRAINT concerns_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.versions(id);
ALTER TABLE ONLY public.delivery_acts
    ADD CONSTRAINT delivery_acts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.deliveries(id);
ALTER TABLE ONLY public.feed_states
    ADD CONSTRAINT feed_states_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_comparison_id_fkey FOREIGN KEY (comparison_id) REFERENCES public.comparisons(id);
ALTER TABLE ONLY public.identity_decisions
    ADD CONSTRAINT identity_decisions_merged_id_fkey FOREIGN KEY (merged_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.identity_decisions
    ADD CONSTRAINT identity_decisions_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.identity_decisions
    ADD CONSTRAINT identity_decisions_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.listing_deadlines
    ADD CONSTRAINT listing_deadlines_listing_id_fkey FOREIGN KEY (listing_id) REFERENCES public.listings(id);
ALTER TABLE ONLY public.listing_documents
    ADD CONSTRAINT listing_documents_listing_id_fkey FOREIGN KEY (listing_id) REFERENCES public.listings(id);
ALTER TABLE ONLY public.listing_events
    ADD CONSTRAINT listing_events_listing_id_fkey FOREIGN KEY (listing_id) REFERENCES public.listings(id);
ALTER TABLE ONLY public.listings
    ADD CONSTRAINT listings_decision_version_fkey FOREIGN KEY (decision_version) REFERENCES public.versions(id);
ALTER TABLE ONLY public.listings
    ADD CONSTRAINT listings_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.manifests
    ADD CONSTRAINT manifests_sequence_fkey FOREIGN KEY (sequence) REFERENCES public.snapshots(sequence);
ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.operator_codes
    ADD CONSTRAINT operator_codes_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.operator_names
    ADD CONSTRAINT operator_names_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.overrules
    ADD CONSTRAINT overrules_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.party_sessions
    ADD CONSTRAINT party_sessions_access_code_fkey FOREIGN KEY (access_code) REFERENCES public.access_codes(id);
ALTER TABLE ONLY public.public_entries
    ADD CONSTRAINT public_entries_listing_id_fkey FOREIGN KEY (listing_id) REFERENCES public.listings(id);
ALTER TABLE ONLY public.rejects
    ADD CONSTRAINT rejects_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.rejects
    ADD CONSTRAINT rejects_taken_run_fkey FOREIGN KEY (taken_run) REFERENCES public.runs(id);
ALTER TABLE ONLY public.scorecard_adoptions
    ADD CONSTRAINT scorecard_adoptions_scorecard_hash_fkey FOREIGN KEY (scorecard_hash) REFERENCES public.scorecards(hash);
ALTER TABLE ONLY public.seller_bits
    ADD CONSTRAINT seller_bits_list_id_fkey FOREIGN KEY (list_id) REFERENCES public.seller_lists(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sellers
    ADD CONSTRAINT sellers_list_id_fkey FOREIGN KEY (list_id) REFERENCES public.seller_lists(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_fkey FOREIGN KEY (person) REFERENCES public.people(id);
ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.unmatched
    ADD CONSTRAINT unmatched_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES public.identity_decisions(id);
ALTER TABLE ONLY public.unmatched
    ADD CONSTRAINT unmatched_proposed_operator_fkey FOREIGN KEY (proposed_operator) REFERENCES public.operators(id);
ALTER TABLE ONLY public.watch_entries
    ADD CONSTRAINT watch_entries_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operators(id);
ALTER TABLE ONLY public.webhook_messages
    ADD CONSTRAINT webhook_messages_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id);
