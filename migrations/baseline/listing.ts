import type { Knex } from 'knex'

/** Cases with their moves, deadlines, documents and concerns. */
export const createListing = async (tx: Knex): Promise<void> => {
  await tx.raw(`
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
      wrong_from timestamptz,
      check ((state = 'REMOVED') = (removed_on is not null))
    );
    create unique index listings_open on listings (operator_id, list) where state not in ('REMOVED', 'NOT_LISTED');
    create index listings_operator on listings (operator_id);
    create index listings_ends on listings (ends_on) where published_on is not null and removed_on is null;
    create index listings_decision on listings (decision_version) where published_on is not null;
    create index listings_listed on listings (operator_id) where published_on is not null and removed_on is null;
    create index listings_published on listings (published_on) include (ends_on, removed_on, removal_reason) where published_on is not null;
    create index listings_board on listings (state, created_at desc, id desc);
    comment on column listings.facts is 'the case as the table of moves knows it (domain/listing)';
    comment on column listings.ends_on is 'last day on which the entry stands';
    comment on column listings.moves is 'number of moves so far: a move names the number it saw, so that one of two wins';
    comment on column listings.wrong_from is 'known since then to have been opened on what was taken back: not shown, as known from then on';

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

    create table concerns (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      cause text not null check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED', 'REPAIR_REVOKED', 'REPAIR_TOLD', 'NOT_PUBLIC',
        'REPAIR_NOTICE_UNSERVED', 'DIVIDED')),
      version_id bigint references versions,
      run_id bigint references runs,
      opened_at timestamptz not null,
      settled_at timestamptz,
      settled_by text,
      note text,
      check ((settled_at is null) = (settled_by is null))
    );
    create unique index concerns_open on concerns (listing_id, cause) where settled_at is null;
    create index concerns_run on concerns (run_id) where run_id is not null;
    comment on table concerns is 'what a person must look at because the record under a listing is no longer what it was';

    create table listing_deadlines (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      name text not null,
      starts_on date not null,
      due_on date not null,
      provisional boolean not null,
      rule jsonb not null,
      rule_version text not null,
      begun_at timestamptz not null,
      ended_on date,
      outcome text check (outcome in ('MET', 'DROPPED')),
      check ((ended_on is null) = (outcome is null))
    );
    create unique index listing_deadlines_open on listing_deadlines (listing_id, name) where ended_on is null;
    create index listing_deadlines_due on listing_deadlines (due_on, id) where ended_on is null;
    create index listing_deadlines_listing on listing_deadlines (listing_id, id);
    comment on column listing_deadlines.starts_on is 'the days after this one are counted';
    comment on column listing_deadlines.provisional is 'it lies beyond the published holidays, and may yet move';
    comment on column listing_deadlines.rule is 'the row of schema/rules/lists.json that set it, as it was';
    comment on column listing_deadlines.rule_version is 'SHA-256 of that row, its first twelve digits';

    create table listing_documents (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      kind text not null check (kind in ('NOTICE', 'DECISION', 'REMOVAL', 'REPAIR_NOTICE')),
      number text not null check (number ~ '\\S'),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      issued_on date not null,
      entered_by text not null,
      entered_at timestamptz not null,
      unique (listing_id, kind, number, sha256, issued_on)
    );
    comment on table listing_documents is 'appended, never updated; of one kind the latest counts, the earlier ones say what was believed';

    create function listing_documents_stay() returns trigger language plpgsql as $$
    begin
      raise exception 'listing_documents is appended only';
    end $$;
    create trigger listing_documents_stay before update or delete or truncate on listing_documents
      for each statement execute function listing_documents_stay();
  `)
}
