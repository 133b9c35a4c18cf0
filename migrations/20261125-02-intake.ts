import type { Knex } from 'knex'

/**
 * Intake: keys are compared as bytes, and codes that a USCC contains are derived instead of stored. Adds staged drafts, versions known
 * to be wrong, identity decisions, corrected rejects and rolled back runs.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table runs drop constraint runs_job_check, drop constraint runs_cause_check;
    alter table runs add constraint runs_job_check check (job in ('seed', 'pull', 'score', 'publish', 'push', 'expire', 'takeback')),
      add constraint runs_cause_check check (cause in ('timetable', 'command', 'demo', 'upload', 'person')),
      add column complete boolean not null default false,
      add column content_hash text,
      add column archive text,
      add column asked_by text,
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add column taken_back_reason text,
      add check (num_nonnulls(taken_back_at, taken_back_by, taken_back_reason) in (0, 3));
    update runs set complete = true where job = 'pull' and whole and outcome = 'DONE';
    comment on column runs.complete is 'its sender sent all that it had: what was set aside before has come again, or is gone';
    comment on column runs.content_hash is 'SHA-256 of the file as it came';
    comment on column runs.archive is 'where its items are archived, ID numbers replaced; relative to the archive folder';
    comment on column runs.asked_by is 'who uploaded, corrected or took back';

    create table feed_states (
      feed text primary key,
      state jsonb not null,
      run_id bigint not null references runs
    );
    comment on table feed_states is 'where the next pull of a feed goes on: cursor, ETag, last id';

    alter table operators
      alter column uscc type text collate "C",
      alter column shop type text collate "C",
      add column name_key text collate "C",
      add column known_to timestamptz,
      add column merged_into integer,
      drop constraint operators_first_run_fkey,
      drop constraint operators_shop_key,
      drop constraint operators_uscc_key,
      alter column id set cache 100,
      add check (merged_into is null or merged_into <> id);
    create unique index operators_uscc on operators (uscc);
    create unique index operators_shop on operators (shop) where shop is not null;
    create index operators_gone on operators (id) where known_to is not null;
    comment on column operators.name_key is 'the name normalised for comparing (domain/names)';
    comment on column operators.known_to is 'no longer believed to exist: all that spoke of it was taken back';
    comment on column operators.merged_into is 'its codes and records belong to that operator now, by a decision on identity';
    update operators set name_key = upper(regexp_replace(replace(replace(normalize(name, NFKC), '（', '('), '）', ')'), '\\s', '', 'g'))
      where name is not null;
    create index operators_name on operators using hash (name_key);
    -- No query could use this index, because the database does not sort by bytes.
    drop index operators_region;
    create index operators_org_code on operators (substr(uscc, 9, 9)) where uscc is not null;

    alter table operator_codes alter column scheme type text collate "C", alter column code type text collate "C";
    delete from operator_codes c using operators o where o.id = c.operator_id
      and (c.scheme in ('uscc', 'shop') or (c.scheme = 'org_code' and c.code = substr(o.uscc, 9, 9)));
    alter table operator_codes drop constraint operator_codes_pkey, add primary key (scheme, code, operator_id);
    comment on table operator_codes is 'further codes: those that an operator''s own USCC or shop code does not already say';
    create view codes (scheme, code, operator_id, own_id, known_to) as
      select 'uscc' collate "C", uscc, coalesce(merged_into, id), id, known_to from operators where uscc is not null
      union all select 'shop' collate "C", shop, coalesce(merged_into, id), id, known_to from operators where shop is not null
      union all select 'org_code' collate "C", substr(uscc, 9, 9), coalesce(merged_into, id), id, known_to from operators where uscc is not null
      union all select c.scheme, c.code, coalesce(o.merged_into, o.id), o.id, o.known_to from operator_codes c join operators o on o.id = c.operator_id;
    comment on view codes is 'every code and the operator to which it leads';

    delete from operator_names n using operators o where o.id = n.operator_id and o.name = n.name;
    alter table operator_names add column name_key text collate "C";
    update operator_names set name_key = upper(regexp_replace(replace(replace(normalize(name, NFKC), '（', '('), '）', ')'), '\\s', '', 'g'));
    alter table operator_names alter column name_key set not null;
    create index operator_names_key on operator_names (name_key);
    comment on table operator_names is 'names an operator bore before its present one';

    drop index versions_current, versions_record, versions_operator;
    alter table versions
      alter column feed type text collate "C",
      alter column kind type text collate "C",
      alter column record_key type text collate "C",
      alter column digest type text collate "C",
      add column fact text collate "C",
      add column opened_by bigint,
      add column decision_id bigint,
      add column found_by text collate "C",
      add column held_by bigint,
      add column wrong_from timestamptz;
    update versions set digest = left(digest, 32);
    alter table versions drop constraint versions_operator_id_fkey, drop constraint versions_run_id_fkey,
      drop constraint versions_closed_by_fkey;
    comment on table versions is 'refers to operators, runs and decisions without foreign keys: its rows are made by joins with them, and none of them is ever deleted; checking a million rows one by one costs as much as writing them';
    comment on column versions.fact is 'with the operator, what makes it the same fact as another source''s record; null: nobody else has it';
    comment on column versions.run_id is 'the run that brought its content: its source';
    comment on column versions.opened_by is 'the run that opened this version, where that is another than its source: it saw its end, matched it, or took another back';
    comment on column versions.found_by is 'scheme and code, other than its own, by which its operator was found: what taught that code may be taken back';
    comment on column versions.held_by is 'the whole run that held what only partial files had brought: taken back, it is theirs alone again';
    create index versions_held on versions (held_by) where held_by is not null;
    create index versions_found on versions (found_by) where found_by is not null;
    comment on column versions.decision_id is 'the decision on identity that says whose it is';
    comment on column versions.wrong_from is 'known to be wrong since then (its run was taken back): not believed for any day, as known from then on';
    create unique index versions_record on versions (record_key, feed, known_to) nulls not distinct;
    comment on index versions_record is 'one version of a record is believed at a time; it finds the present one and those before';
    create index versions_operator on versions (operator_id);
    create index versions_run on versions using brin (run_id) with (pages_per_range = 32);
    create index versions_opened on versions (opened_by) where opened_by is not null;

    drop table staged_drafts;

    create table identity_decisions (
      id bigint generated always as identity primary key,
      verdict text not null check (verdict in ('ATTACH', 'NOT_OURS', 'MERGE')),
      subject_key text collate "C",
      feed text,
      operator_id integer references operators,
      merged_id integer references operators,
      evidence jsonb not null default '{}',
      reason text not null,
      decided_by text not null,
      decided_at timestamptz not null,
      undone_at timestamptz,
      undone_by text,
      undone_reason text,
      check ((verdict = 'MERGE') = (merged_id is not null)),
      check ((verdict = 'NOT_OURS') = (operator_id is null)),
      check ((verdict = 'MERGE') = (subject_key is null)),
      check (num_nonnulls(undone_at, undone_by, undone_reason) in (0, 3))
    );
    create unique index identity_decisions_subject on identity_decisions (feed, subject_key) where undone_at is null and subject_key is not null;
    create unique index identity_decisions_merged on identity_decisions (merged_id) where undone_at is null and merged_id is not null;
    create index versions_decision on versions (decision_id) where decision_id is not null;

    alter table unmatched drop constraint unmatched_state_check;
    alter table unmatched
      alter column feed type text collate "C",
      alter column record_key type text collate "C",
      add constraint unmatched_state_check check (state in ('OPEN', 'MATCHED', 'NOT_OURS', 'TAKEN_BACK')),
      add column name_key text collate "C",
      add column subject_key text collate "C",
      add column fact text collate "C",
      add column proposed_operator integer references operators,
      add column evidence jsonb,
      add column before jsonb,
      add column decision_id bigint references identity_decisions;
    comment on column unmatched.before is 'what it said before the run named in changed_by sent it otherwise';
    update unmatched set digest = left(digest, 32);
    create index unmatched_open on unmatched (id) where state = 'OPEN';
    create index unmatched_subject on unmatched (subject_key) where subject_key is not null;
    -- A name shared by thousands must not make the planner expect as many rows for the next name.
    alter table operators alter column name_key set (n_distinct = -1);
    alter table operator_names alter column name_key set (n_distinct = -1);
    alter table unmatched alter column name_key set (n_distinct = -1);
    create index unmatched_name on unmatched using hash (name_key) where state = 'OPEN';
    create index unmatched_uscc on unmatched ((subject->>'uscc') collate "C") where state = 'OPEN' and subject->>'uscc' is not null;
    create index unmatched_org_code on unmatched ((subject->>'orgCode') collate "C")
      where state = 'OPEN' and subject->>'uscc' is null and subject->>'orgCode' is not null;
    create index unmatched_reg_no on unmatched ((subject->>'regNo') collate "C")
      where state = 'OPEN' and subject->>'uscc' is null and subject->>'regNo' is not null;

    alter table rejects
      add column state text not null default 'OPEN' check (state in ('OPEN', 'TAKEN', 'DROPPED')),
      add column corrected jsonb,
      add column settled_at timestamptz,
      add column settled_by text,
      add column note text,
      add column taken_run bigint references runs,
      add check ((state = 'OPEN') = (settled_at is null));
    comment on column rejects.corrected is 'the item as a person corrected it, as it was taken in';
    create index rejects_open on rejects (feed, id) where state = 'OPEN';

    alter table listings add column wrong_from timestamptz;
    comment on column listings.wrong_from is 'known since then to have been opened on what was taken back: not shown, as known from then on';

    create table concerns (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      cause text not null check (cause in ('ABSENT', 'TAKEN_BACK', 'CHANGED_HANDS', 'LIGHTER', 'RESTORED')),
      version_id bigint references versions,
      run_id bigint references runs,
      opened_at timestamptz not null,
      settled_at timestamptz,
      settled_by text,
      note text,
      check ((settled_at is null) = (settled_by is null))
    );
    create unique index concerns_open on concerns (listing_id, cause) where settled_at is null;
    comment on table concerns is 'what a person must look at because the record under a listing is no longer what it was';
  `)
}

export const down = async (): Promise<void> => {
  throw new Error('20261125-02-intake cannot be undone: what it derives is no longer stored')
}
