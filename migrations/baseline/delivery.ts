import type { Knex } from 'knex'

/** Deliveries to the platforms, what people do with them, and comparisons with what platforms show. */
export const createDelivery = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table deliveries (
      id bigint generated always as identity primary key,
      platform text not null,
      subject_id uuid not null,
      number integer not null,
      action text not null check (action in ('ADD', 'CHANGE', 'REMOVE')),
      notice jsonb storage external not null,
      state text not null default 'OWED' check (state in ('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED', 'CLOSED')),
      attempts integer not null default 0,
      due_at timestamptz not null,
      sent_at timestamptz,
      confirmed_at timestamptz,
      last_error text,
      receipt jsonb,
      created_at timestamptz not null,
      kind text not null check (kind in ('listing', 'penalty', 'permit')),
      closed_at timestamptz,
      closed_by text,
      closed_reason text,
      head boolean not null default true,
      failures integer not null default 0,
      leased_until timestamptz,
      check_due_at timestamptz,
      checked_at timestamptz,
      check_result text check (check_result in ('GONE', 'NO_DISPLAY', 'CONFIRMED_TWICE', 'SHOWN', 'REPLACED')),
      constraint deliveries_number unique (subject_id, platform, number),
      check ((state = 'CONFIRMED') = (confirmed_at is not null)),
      constraint deliveries_closed check ((state = 'CLOSED') = (closed_at is not null) and (closed_at is null) = (closed_by is null)
        and (closed_by is null) = (closed_reason is null))
    ) with (fillfactor = 50, toast_tuple_target = 512, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
    create index deliveries_made on deliveries using brin (created_at) with (pages_per_range = 32);
    create index deliveries_removals_due on deliveries (platform, due_at, id) where state = 'OWED' and head and action = 'REMOVE';
    create index deliveries_others_due on deliveries (platform, due_at, id) where state = 'OWED' and head and action <> 'REMOVE';
    create index deliveries_held on deliveries (platform, state, id) where state = 'REFUSED' or (state = 'OWED' and not head);
    create index deliveries_refused on deliveries (id) where state = 'REFUSED';
    create index deliveries_removals on deliveries (created_at, subject_id) where action = 'REMOVE';
    create index deliveries_removals_open on deliveries (subject_id) where action = 'REMOVE' and state in ('OWED', 'REFUSED');
    create index deliveries_checks_due on deliveries (platform, check_due_at) where check_due_at is not null;
    create index deliveries_checks_open on deliveries (subject_id) where check_due_at is not null;
    comment on column deliveries.subject_id is 'a listing, or what told_records calls a record; without a foreign key: of several tables';
    comment on column deliveries.closed_at is 'a named officer has closed it: owed no more, never confirmed';
    comment on column deliveries.head is 'nothing earlier about its subject is owed or refused at its platform; means something while it is owed or refused';
    comment on column deliveries.failures is 'failed calls in a row that were its own: the platform answered others meanwhile';
    comment on column deliveries.leased_until is 'whoever claimed it has it until then; in no index: a claim writes to the row alone';
    comment on column deliveries.check_due_at is 'when the display is read for this confirmed removal; null: no check is open';
    comment on column deliveries.check_result is 'GONE: the display lacked the subject. NO_DISPLAY: sent again because nothing can be read; CONFIRMED_TWICE: that was confirmed. SHOWN: removed again by a later delivery. REPLACED: a later delivery took its place before the check';
    comment on index deliveries_made is 'what became owed since a day; costs next to nothing when rows are written';

    create table platform_states (
      platform text primary key,
      sequence_floor integer not null default 0,
      filled_at timestamptz,
      paused_at timestamptz,
      paused_by text,
      paused_reason text,
      wiped_at timestamptz,
      wiped_by text,
      wiped_reason text,
      failures integer not null default 0,
      open_until timestamptz,
      next_call_at timestamptz,
      filled_kinds text[] not null default '{}',
      check ((paused_at is null) = (paused_by is null) and (paused_at is null) = (paused_reason is null)),
      check ((wiped_at is null) = (wiped_by is null) and (wiped_at is null) = (wiped_reason is null))
    );
    comment on column platform_states.sequence_floor is 'no message to it is numbered this or less any more';
    comment on column platform_states.filled_at is 'it has been owed everything in force; null: it is new, or was declared wiped';
    comment on column platform_states.failures is 'failed calls in a row, as the breaker counts them';
    comment on column platform_states.open_until is 'the breaker lets nothing through before';
    comment on column platform_states.next_call_at is 'its rate lets the next call through then';
    comment on column platform_states.filled_kinds is 'of these kinds it has been owed everything in force, and was told of every change since';

    create table comparisons (
      id integer generated always as identity primary key,
      platform text not null,
      run_id integer not null references runs,
      compared_at timestamptz not null,
      shown integer not null,
      expected integer not null,
      missing integer not null,
      stale integer not null,
      unwanted integer not null,
      hidden integer not null,
      on_their_way integer not null,
      others integer not null,
      highest integer,
      alarm text check (alarm = 'MASS_ABSENCE')
    );
    create index comparisons_last on comparisons (platform, id desc);
    create index comparisons_run on comparisons (run_id);
    comment on column comparisons.others is 'shown under keys that this hub does not know: another sender''s, not looked at';
    comment on column comparisons.highest is 'largest sequence shown under the keys of this hub; null: it tells none';
    comment on column comparisons.alarm is 'so much was absent that it is an outage: nothing was changed';

    create table findings (
      id integer generated always as identity primary key,
      platform text not null,
      kind text not null check (kind in ('listing', 'penalty', 'permit')),
      key text not null,
      what text not null check (what in ('MISSING', 'STALE', 'UNWANTED', 'UNKNOWN', 'UNTOLD')),
      differs text[] not null default '{}',
      did text not null check (did in ('NOTHING', 'HIDDEN', 'REMOVAL_OWED', 'CHANGE_OWED', 'ADDITION_OWED')),
      shown_sequence integer,
      told_sequence integer,
      comparison_id integer not null references comparisons,
      found_at timestamptz not null,
      last_found_at timestamptz not null,
      times integer not null default 1,
      settled_at timestamptz,
      settled_by text,
      note text,
      check ((settled_at is null) = (settled_by is null) and (settled_at is null) = (note is null))
    );
    create unique index findings_open on findings (platform, key, what) where settled_at is null;
    create index findings_of_key on findings (key) where settled_at is null;
    create index findings_comparison on findings (comparison_id);
    comment on column findings.key is 'the subject''s business key; of an UNKNOWN one a key that this database does not hold';
    comment on column findings.differs is 'of a stale one what is other than it was told: SEQUENCE, USCC, NAME; never the values, which may have to be forgotten';
    comment on column findings.comparison_id is 'the last that has found it';

    create table told_records (
      id uuid primary key,
      feed text collate "C" not null,
      record_key text collate "C" not null,
      kind text not null check (kind in ('penalty', 'permit')),
      operator_id integer not null,
      fact text collate "C",
      digest text,
      removed boolean not null default false,
      told_at timestamptz,
      unique (record_key, feed)
    );
    create index told_records_fact on told_records (operator_id, kind, fact) where fact is not null;
    create index told_records_kind on told_records (kind);
    comment on table told_records is 'one row for each record that a platform may have been told of; never deleted';
    comment on column told_records.id is 'its key at every platform for ever: made of feed and key, so that a database that lost the row makes the same again';
    comment on column told_records.digest is 'of what was told last; null: a new platform was given it with everything in force';
    comment on column told_records.removed is 'what was told last is that it is gone';
    comment on column told_records.told_at is 'when it was first owed because of a change, as its deliveries say; null: not yet';
    comment on index told_records_kind is 'whether any was told of a kind: asked with every merge';

    create table delivery_acts (
      id bigint generated always as identity primary key,
      delivery_id bigint not null references deliveries,
      act text not null check (act in ('RESEND', 'CLOSE')),
      made_by text not null,
      made_at timestamptz not null,
      reason text not null,
      receipt jsonb
    );
    create index delivery_acts_delivery on delivery_acts (delivery_id, id);
    comment on column delivery_acts.receipt is 'as it stood before: a delivery that is sent again gets another';

    create table platform_acts (
      id bigint generated always as identity primary key,
      platform text not null,
      act text not null check (act in ('PAUSE', 'RESUME', 'WIPE')),
      made_by text not null,
      made_at timestamptz not null,
      reason text not null
    );
    create index platform_acts_platform on platform_acts (platform, id);

    create function deliveries_line_up() returns trigger language plpgsql as $$
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
    create trigger deliveries_line_up after insert on deliveries referencing new table as owed
      for each statement execute function deliveries_line_up();

    create function deliveries_move_up() returns trigger language plpgsql as $$
    begin
      update deliveries d set head = (d.number = f.number)
        from (select min(number) as number from deliveries
          where subject_id = new.subject_id and platform = new.platform and state in ('OWED', 'REFUSED')) f
        where d.subject_id = new.subject_id and d.platform = new.platform and d.state in ('OWED', 'REFUSED')
          and d.head <> (d.number = f.number);
      return null;
    end $$;
    create trigger deliveries_move_up after update of state on deliveries for each row
      when ((old.state in ('OWED', 'REFUSED')) <> (new.state in ('OWED', 'REFUSED'))) execute function deliveries_move_up();
  `)
}
