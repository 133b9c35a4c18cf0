import type { Knex } from 'knex'

/** Changes of standings: the triggers that mark them, their numbers, and the webhooks that tell them. */
export const createChanges = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table change_progress (
      one boolean primary key default true check (one),
      open boolean not null default false,
      day date
    );
    comment on column change_progress.open is 'a marketplace has sent a list; before, nothing is marked';
    comment on column change_progress.day is 'up to this day what changes by the calendar alone is marked';
    insert into change_progress default values;

    create table change_marks (
      id bigint generated always as identity primary key,
      operator_id integer not null,
      what text not null check (what in ('ENTRY_ADDED', 'ENTRY_CHANGED', 'ENTRY_REMOVED', 'STATUS', 'NAME', 'CODE', 'GRADE', 'OBJECTION')),
      listing_id uuid
    );
    comment on table change_marks is 'what altered a standing and is not numbered yet; its transaction is the change''s own';

    create table change_clients (
      client text primary key,
      last bigint not null default 0,
      erased bigint not null default 0,
      read_to bigint not null default 0,
      read_at timestamptz
    );
    comment on column change_clients.last is 'number of its last change; each marketplace counts from 1, without a gap, and learns nothing of others by it';
    comment on column change_clients.erased is 'up to this number changes are past their time and gone';
    comment on column change_clients.read_to is 'up to this number it has said that it has them (Last-Event-ID, after)';

    create table changes (
      client text not null,
      sequence bigint not null,
      scheme text collate "C",
      code text collate "C",
      what text[] not null,
      at timestamptz not null,
      primary key (client, sequence),
      check ((scheme is null) = (code is null))
    );
    comment on table changes is 'appended and never altered; erased from the oldest on. What a seller''s standing is then, is read when it is told';
    comment on column changes.code is 'as it stands on the list of the marketplace; null: the list itself was replaced';

    create table webhooks (
      id integer generated always as identity primary key,
      client text not null,
      url text not null,
      secret text not null,
      previous_secret text,
      previous_until timestamptz,
      created_at timestamptz not null,
      failures integer not null default 0,
      open_until timestamptz,
      failing_since timestamptz,
      confirmed_at timestamptz,
      disabled_at timestamptz,
      disabled_because text check (disabled_because in ('GONE', 'FAILING')),
      removed_at timestamptz,
      check ((previous_secret is null) = (previous_until is null)),
      check ((disabled_at is null) = (disabled_because is null))
    );
    create unique index webhooks_of_client on webhooks (client, url) where removed_at is null;
    comment on column webhooks.secret is 'sealed: it must be read to sign with it, and a copy of the database alone does not tell it';
    comment on column webhooks.failures is 'failed calls in a row, as the breaker counts them';
    comment on column webhooks.failing_since is 'no message was taken since; null: the last one was';

    create table webhook_messages (
      id bigint generated always as identity primary key,
      webhook_id integer not null references webhooks,
      sequence bigint not null,
      code text collate "C" not null,
      removal boolean not null,
      state text not null default 'OWED' check (state in ('OWED', 'CONFIRMED', 'FOLDED', 'GIVEN_UP')),
      attempts integer not null default 0,
      due_at timestamptz not null,
      leased_until timestamptz,
      sent_at timestamptz,
      confirmed_at timestamptz,
      last_status integer,
      last_error text,
      unique (webhook_id, sequence),
      check ((state = 'CONFIRMED') = (confirmed_at is not null))
    );
    create index webhook_messages_owed on webhook_messages (webhook_id, removal, sequence) where state = 'OWED';
    create index webhook_messages_seller on webhook_messages (webhook_id, code, sequence) where state = 'OWED';
    create index webhook_messages_leased on webhook_messages (webhook_id, code) where leased_until is not null;
    comment on column webhook_messages.state is 'FOLDED: a removal of the same seller was owed after it and tells all that it would';

    create function changes_stand() returns trigger language plpgsql as $$
    begin
      raise exception 'a change is never altered';
    end $$;
    create trigger changes_stand before update on changes for each row execute function changes_stand();

    create function changes_wanted() returns boolean language plpgsql as $$
    begin
      if (select open from change_progress) then return true; end if;
      -- Opening the change feed takes this lock exclusively, so it waits for all transactions that found it closed.
      perform pg_advisory_xact_lock_shared(hashtextextended('hub.changes.open', 0));
      return (select open from change_progress);
    end $$;

    create function mark_entries() returns trigger language plpgsql as $$
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
    create trigger public_entries_added after insert on public_entries referencing new table as came for each statement execute function mark_entries();
    create trigger public_entries_altered after update on public_entries referencing old table as gone new table as came for each statement execute function mark_entries();
    create trigger public_entries_removed after delete on public_entries referencing old table as gone for each statement execute function mark_entries();

    create function mark_new_operators() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from came) and changes_wanted() then
        insert into change_marks (operator_id, what) select id, 'STATUS' from came;
      end if;
      return null;
    end $$;
    create trigger operators_made after insert on operators referencing new table as came for each statement execute function mark_new_operators();

    create function mark_operator() returns trigger language plpgsql as $$
    begin
      if not changes_wanted() then return null; end if;
      if new.name is distinct from old.name then insert into change_marks (operator_id, what) values (new.id, 'NAME'); end if;
      if (new.status, new.known_to) is distinct from (old.status, old.known_to) then insert into change_marks (operator_id, what) values (new.id, 'STATUS'); end if;
      if new.merged_into is distinct from old.merged_into then
        insert into change_marks (operator_id, what) select distinct p.id, 'CODE' from unnest(array[new.id, old.merged_into]) as p(id) where p.id is not null;
      end if;
      return null;
    end $$;
    create trigger operators_altered after update on operators for each row
      when (old.name is distinct from new.name or old.status is distinct from new.status or old.merged_into is distinct from new.merged_into
      or old.known_to is distinct from new.known_to) execute function mark_operator();

    create function mark_new_codes() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from came) and changes_wanted() then
        insert into change_marks (operator_id, what) select distinct operator_id, 'CODE' from came;
      end if;
      return null;
    end $$;
    create trigger operator_codes_made after insert on operator_codes referencing new table as came for each statement execute function mark_new_codes();

    create function mark_judged() returns trigger language plpgsql as $$
    begin
      if changes_wanted() then insert into change_marks (operator_id, what) values (new.operator_id, tg_argv[0]); end if;
      return null;
    end $$;
    create trigger overrules_altered after update on overrules for each row
      when (old.decided_at is distinct from new.decided_at or old.withdrawn_at is distinct from new.withdrawn_at) execute function mark_judged('GRADE');
    create trigger objections_opened after insert on objections for each row execute function mark_judged('OBJECTION');
    create trigger objections_altered after update on objections for each row
      when (old.state is distinct from new.state) execute function mark_judged('OBJECTION');
  `)
}
