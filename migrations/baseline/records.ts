import type { Knex } from 'knex'

/** Versions of records. */
export const createRecords = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table versions (
      id bigint generated always as identity primary key,
      feed text collate "C" not null,
      kind text collate "C" not null,
      record_key text collate "C" not null,
      operator_id integer,
      digest text collate "C" not null,
      body jsonb not null,
      findings jsonb not null default '[]',
      valid_from date,
      valid_to date,
      ended_on date,
      known_from timestamptz not null,
      known_to timestamptz,
      closed_as text check (closed_as in ('CHANGED', 'ENDED', 'WRONG')),
      run_id bigint not null,
      closed_by bigint,
      page integer,
      row_number integer not null,
      partial boolean not null,
      fact text collate "C",
      opened_by bigint,
      decision_id bigint,
      found_by text collate "C",
      held_by bigint,
      wrong_from timestamptz,
      check ((known_to is null) = (closed_as is null))
    );
    create index versions_held on versions (held_by) where held_by is not null;
    create index versions_found on versions (found_by) where found_by is not null;
    create unique index versions_record on versions (record_key, feed, known_to) nulls not distinct;
    create index versions_operator on versions (operator_id);
    create index versions_run on versions using brin (run_id) with (pages_per_range = 32);
    create index versions_opened on versions (opened_by) where opened_by is not null;
    create index versions_decision on versions (decision_id) where decision_id is not null;
    create index versions_brand on versions ((translate(regexp_replace(normalize(body->>'brand', NFKC), '\\s', '', 'g'),
      'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))) where kind in ('inspection', 'recall') and known_to is null
      and (kind = 'recall' or body->>'result' = 'FAIL');
    create index versions_gtins on versions using gin ((body->'gtins') jsonb_path_ops) where kind = 'recall' and known_to is null;
    comment on table versions is 'refers to operators, runs and decisions without foreign keys: its rows are made by joins with them, and none of them is ever deleted; checking a million rows one by one costs as much as writing them';
    comment on column versions.ended_on is 'the day on which a whole feed no longer held the record';
    comment on column versions.run_id is 'the run that brought its content: its source';
    comment on column versions.partial is 'only partial files have brought it: no whole pull ends it';
    comment on column versions.fact is 'with the operator, what makes it the same fact as another source''s record; null: nobody else has it';
    comment on column versions.opened_by is 'the run that opened this version, where that is another than its source: it saw its end, matched it, or took another back';
    comment on column versions.decision_id is 'the decision on identity that says whose it is';
    comment on column versions.found_by is 'scheme and code, other than its own, by which its operator was found: what taught that code may be taken back';
    comment on column versions.held_by is 'the whole run that held what only partial files had brought: taken back, it is theirs alone again';
    comment on column versions.wrong_from is 'known to be wrong since then (its run was taken back): not believed for any day, as known from then on';
    alter table versions alter column body set statistics 0;
    alter table versions alter column findings set statistics 0;
    comment on index versions_record is 'one version of a record is believed at a time; it finds the present one and those before';

    create table ownerless_codes (
      scheme text collate "C" not null check (scheme in ('uscc', 'org_code', 'reg_no')),
      code text collate "C" not null,
      feed text not null,
      record_key text not null,
      digest text not null,
      primary key (scheme, code, feed, record_key, digest)
    );
    create index ownerless_codes_record on ownerless_codes (feed, record_key);
    comment on table ownerless_codes is 'codes that versions without an operator carry; a version is named by feed, key and digest, so that a copy of it keeps them';
  `)
}
