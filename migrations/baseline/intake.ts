import type { Knex } from 'knex'

/** State of each feed, maps of headings, rejected and unmatched items. */
export const createIntake = async (tx: Knex): Promise<void> => {
  await tx.raw(`
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
      item jsonb not null,
      state text not null default 'OPEN' check (state in ('OPEN', 'TAKEN', 'DROPPED')),
      corrected jsonb,
      settled_at timestamptz,
      settled_by text,
      note text,
      taken_run bigint references runs,
      item_digest text,
      map_id bigint,
      check ((state = 'OPEN') = (settled_at is null))
    );
    create index rejects_run on rejects (run_id, id);
    create index rejects_open on rejects (feed, id) where state = 'OPEN';
    create index rejects_taken on rejects (feed) where state = 'TAKEN';
    create index rejects_waiting on rejects (feed, run_id, page, row_number, item_digest) where state = 'OPEN';
    create index rejects_taken_run on rejects (taken_run) where taken_run is not null;
    comment on column rejects.corrected is 'the item as a person corrected it, as it was taken in';
    comment on column rejects.map_id is 'id of the feed map by which the item was read; null: by none, or of before';

    create table unmatched (
      id bigint generated always as identity primary key,
      feed text collate "C" not null,
      record_key text collate "C" not null,
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
      first_run bigint not null,
      last_run bigint not null,
      state text not null default 'OPEN' check (state in ('OPEN', 'MATCHED', 'NOT_OURS', 'TAKEN_BACK', 'ENDED')),
      name_key text collate "C",
      subject_key text collate "C",
      fact text collate "C",
      proposed_operator integer references operators,
      evidence jsonb,
      before jsonb,
      decision_id bigint references identity_decisions,
      partial boolean not null default true,
      ended_by bigint,
      unique (feed, record_key)
    );
    create index unmatched_open on unmatched (id) where state = 'OPEN';
    create index unmatched_subject on unmatched (subject_key) where subject_key is not null;
    create index unmatched_name on unmatched using hash (name_key) where state = 'OPEN';
    create index unmatched_uscc on unmatched ((subject->>'uscc') collate "C") where state = 'OPEN' and subject->>'uscc' is not null;
    create index unmatched_org_code on unmatched ((subject->>'orgCode') collate "C")
      where state = 'OPEN' and subject->>'uscc' is null and subject->>'orgCode' is not null;
    create index unmatched_reg_no on unmatched ((subject->>'regNo') collate "C")
      where state = 'OPEN' and subject->>'uscc' is null and subject->>'regNo' is not null;
    create index unmatched_ended on unmatched (ended_by) where ended_by is not null;
    comment on column unmatched.before is 'what it said before the run named in changed_by sent it otherwise';
    comment on column unmatched.partial is 'only deliveries of a part of its feed brought it: no whole one ends it by silence';
    comment on column unmatched.ended_by is 'the whole delivery that held it no longer';
    alter table unmatched alter column name_key set (n_distinct = -1);

    create table feed_states (
      feed text primary key,
      state jsonb not null,
      run_id bigint not null references runs
    );
    comment on table feed_states is 'where the next pull of a feed goes on: cursor, ETag, last id';

    create table feed_maps (
      id bigint generated always as identity primary key,
      feed text not null,
      headings jsonb not null,
      fixed jsonb not null,
      made_by text not null,
      made_at timestamptz not null,
      ended_by text,
      ended_at timestamptz,
      constraint feed_maps_ended check ((ended_by is null) = (ended_at is null))
    );
    create index feed_maps_in_force on feed_maps (feed) where ended_at is null;
    comment on table feed_maps is 'which field of a feed each heading of an office''s own table means; in force until it is ended';
    comment on column feed_maps.headings is 'the field by heading; null: left out on purpose';
    comment on column feed_maps.fixed is 'values by field that are the same in every row';
  `)
}
