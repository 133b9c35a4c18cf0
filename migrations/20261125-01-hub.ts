import type { Knex } from 'knex'

/** The first tables: operators, versions of records, runs, scores, listings with their moves, public entries and deliveries. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table runs (
      id bigint generated always as identity primary key,
      job text not null check (job in ('seed', 'pull', 'score', 'publish', 'push', 'expire')),
      subject text not null default '',
      cause text not null check (cause in ('timetable', 'command', 'demo')),
      planned_for timestamptz,
      started_at timestamptz not null,
      ended_at timestamptz,
      outcome text not null check (outcome in ('RUNNING', 'DONE', 'REFUSED', 'FAILED', 'ABANDONED')),
      whole boolean not null default false,
      file text,
      dated date,
      counts jsonb not null default '{}',
      error jsonb,
      check ((outcome = 'RUNNING') = (ended_at is null))
    );
    comment on column runs.subject is 'feed of a pull, platform of a push, otherwise empty';
    comment on column runs.dated is 'the day on which its file holds true, if its sender named one';
    comment on column runs.whole is 'a pull that brought the whole feed: only such a pull makes a feed current';
    create unique index runs_tick on runs (job, subject, planned_for) where planned_for is not null;
    create index runs_last on runs (job, subject, id desc);

    create table knowledge (
      only_row boolean primary key default true check (only_row),
      latest timestamptz not null
    );
    comment on table knowledge is 'the instant of the last change of what the hub believes; never twice the same, never backwards';
    insert into knowledge (latest) values ('2000-01-01T00:00:00Z');

    create table operators (
      id integer generated always as identity primary key,
      uscc text unique,
      shop text unique,
      kind text not null check (kind in ('ENTERPRISE', 'INDIVIDUAL', 'COOPERATIVE', 'SHOP', 'OTHER')),
      name text,
      region text,
      status text not null default 'UNKNOWN',
      first_run bigint not null references runs,
      created_at timestamptz not null,
      dirty_since timestamptz,
      check (num_nonnulls(uscc, shop) = 1)
    );
    comment on column operators.dirty_since is 'a record of this operator changed and its score does not know yet';
    create index operators_dirty on operators (id) where dirty_since is not null;
    create index operators_region on operators (region, id);

    create table operator_codes (
      scheme text not null check (scheme in ('uscc', 'org_code', 'reg_no', 'shop')),
      code text not null,
      operator_id integer not null references operators,
      run_id bigint not null references runs,
      primary key (scheme, code)
    );
    create index operator_codes_operator on operator_codes (operator_id);

    create table operator_names (
      operator_id integer not null references operators,
      name text not null,
      known_from timestamptz not null,
      run_id bigint not null references runs,
      primary key (operator_id, name)
    );

    create table versions (
      id bigint generated always as identity primary key,
      feed text not null,
      kind text not null,
      record_key text not null,
      operator_id integer references operators,
      digest text not null,
      body jsonb not null,
      findings jsonb not null default '[]',
      valid_from date,
      valid_to date,
      ended_on date,
      known_from timestamptz not null,
      known_to timestamptz,
      closed_as text check (closed_as in ('CHANGED', 'ENDED', 'WRONG')),
      run_id bigint not null references runs,
      closed_by bigint references runs,
      page integer,
      row_number integer not null,
      partial boolean not null,
      check ((known_to is null) = (closed_as is null))
    );
    comment on column versions.ended_on is 'the day on which a whole feed no longer held the record';
    comment on column versions.partial is 'only partial files have brought it: no whole pull ends it';
    create unique index versions_current on versions (feed, record_key) where known_to is null;
    create index versions_operator on versions (operator_id, kind);
    create index versions_record on versions (feed, record_key, known_from desc);

    create unlogged table staged_drafts (
      run_id bigint not null,
      item integer not null,
      part smallint not null,
      page integer,
      row_number integer not null,
      kind text not null,
      record_key text not null,
      uscc text,
      uscc_valid boolean not null,
      org_code text,
      reg_no text,
      shop text,
      name text,
      operator_id integer,
      digest text not null,
      body jsonb not null,
      findings jsonb not null,
      valid_from date,
      valid_to date,
      effect text,
      version_id bigint,
      primary key (run_id, item, part)
    );
    comment on table staged_drafts is 'what a running pull has read so far; emptied by its merge';

    create table rejects (
      id bigint generated always as identity primary key,
      run_id bigint not null references runs,
      feed text not null,
      page integer,
      row_number integer not null,
      field text,
      rule text not null,
      message text not null,
      problems jsonb not null,
      item jsonb not null
    );
    create index rejects_run on rejects (run_id, id);

    create table unmatched (
      id bigint generated always as identity primary key,
      feed text not null,
      record_key text not null,
      kind text not null,
      subject jsonb not null,
      body jsonb not null,
      findings jsonb not null,
      valid_from date,
      valid_to date,
      reason text not null,
      page integer,
      row_number integer not null,
      digest text not null,
      first_run bigint not null references runs,
      last_run bigint not null references runs,
      state text not null default 'OPEN' check (state in ('OPEN', 'MATCHED')),
      unique (feed, record_key)
    );

    create table scores (
      id bigint generated always as identity primary key,
      operator_id integer not null references operators,
      as_of date not null,
      known_at timestamptz not null,
      scorecard text not null,
      scorecard_hash text not null,
      facts_hash text not null,
      value integer not null check (value between 0 and 1000),
      grade text not null check (grade in ('A', 'B', 'C', 'D')),
      reasons jsonb not null,
      next_change_on date,
      cause text not null check (cause in ('FIRST', 'RECORD', 'SCORECARD', 'TIME')),
      families text[] not null,
      asked boolean not null,
      run_id bigint not null references runs
    );
    comment on column scores.families is 'families of facts that the hub had a source for: what is missing is not zero';
    comment on column scores.asked is 'scored for a day that somebody asked for, not in the course of things';
    create index scores_latest on scores (operator_id, as_of desc, id desc);

    create table listings (
      id uuid primary key default gen_random_uuid(),
      list text not null,
      operator_id integer not null references operators,
      state text not null,
      reason text not null,
      basis text not null default '',
      authority text not null default '',
      authority_code text not null default '',
      document_number text,
      decision_version bigint references versions,
      facts jsonb not null,
      removal_reason text check (removal_reason in ('EXPIRED', 'REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED')),
      removed_on date,
      published_on date,
      ends_on date,
      moves integer not null default 0,
      created_at timestamptz not null,
      check ((state = 'REMOVED') = (removed_on is not null))
    );
    comment on column listings.facts is 'the case as the table of moves knows it (domain/listing)';
    comment on column listings.moves is 'number of moves so far: a move names the number it saw, so that one of two wins';
    create unique index listings_open on listings (operator_id, list) where state not in ('REMOVED', 'NOT_LISTED');
    create index listings_operator on listings (operator_id);
    create index listings_ends on listings (ends_on) where published_on is not null and removed_on is null;

    create table listing_events (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      number integer not null,
      move text not null,
      made_by text not null,
      role text not null,
      made_on date not null,
      recorded_at timestamptz not null,
      state_before text,
      state_after text not null,
      act jsonb not null,
      unique (listing_id, number)
    );

    create table public_entries (
      listing_id uuid primary key references listings,
      body jsonb not null,
      body_hash text not null,
      published_on date not null,
      ends_on date
    );
    create index public_entries_order on public_entries (published_on desc, listing_id);

    create table deliveries (
      id bigint generated always as identity primary key,
      platform text not null,
      listing_id uuid not null references listings,
      number integer not null,
      action text not null check (action in ('ADD', 'CHANGE', 'REMOVE')),
      notice jsonb not null,
      state text not null default 'OWED' check (state in ('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED')),
      attempts integer not null default 0,
      due_at timestamptz not null,
      sent_at timestamptz,
      confirmed_at timestamptz,
      last_error text,
      receipt jsonb,
      created_at timestamptz not null,
      unique (platform, listing_id, number),
      check ((state = 'CONFIRMED') = (confirmed_at is not null))
    );
    create index deliveries_owed on deliveries (platform, due_at, id) where state = 'OWED';
    create index deliveries_listing on deliveries (listing_id, platform, number);

    create table snapshots (
      sequence integer primary key,
      previous_hash text not null,
      hash text not null,
      entries integer not null,
      added integer not null,
      changed integer not null,
      removed integer not null,
      published_at timestamptz not null,
      run_id bigint not null references runs
    );
    create table snapshot_changes (
      sequence integer not null references snapshots,
      listing_id uuid not null,
      change text not null check (change in ('ADDED', 'CHANGED', 'REMOVED')),
      body_hash text,
      changed_on date not null,
      primary key (sequence, listing_id)
    );

    create table clients (
      id text primary key,
      role text not null,
      agency text,
      region text,
      secret_hash text not null,
      created_at timestamptz not null,
      rotated_at timestamptz
    );
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table clients, snapshot_changes, snapshots, deliveries, public_entries, listing_events, listings, scores,
      unmatched, rejects, staged_drafts, versions, operator_names, operator_codes, operators, knowledge, runs cascade`)
}
