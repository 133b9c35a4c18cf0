import type { Knex } from 'knex'

/** Runs, and the planned times that they serve. */
export const createTimetable = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table runs (
      id bigint generated always as identity primary key,
      job text not null,
      subject text not null default '',
      cause text not null check (cause in ('timetable', 'command', 'demo', 'upload', 'person')),
      planned_for timestamptz,
      started_at timestamptz not null,
      ended_at timestamptz,
      outcome text not null check (outcome in ('RUNNING', 'DONE', 'REFUSED', 'FAILED', 'ABANDONED')),
      whole boolean not null default false,
      file text,
      dated date,
      counts jsonb not null default '{}',
      error jsonb,
      complete boolean not null default false,
      content_hash text,
      archive text,
      asked_by text,
      taken_back_at timestamptz,
      taken_back_by text,
      taken_back_reason text,
      attempt integer not null default 1,
      lease_until timestamptz,
      maps bigint[] not null default '{}',
      check ((outcome = 'RUNNING') = (ended_at is null)),
      check (num_nonnulls(taken_back_at, taken_back_by, taken_back_reason) in (0, 3))
    );
    create index runs_last on runs (job, subject, id desc);
    create unique index runs_tick on runs (job, subject, planned_for, attempt) where planned_for is not null;
    create index runs_open on runs (job, subject) where outcome = 'RUNNING';
    comment on column runs.subject is 'feed of a pull, platform of a push, otherwise empty';
    comment on column runs.whole is 'a pull that brought the whole feed: only such a pull makes a feed current';
    comment on column runs.dated is 'the day on which its file holds true, if its sender named one';
    comment on column runs.complete is 'its sender sent all that it had: what was set aside before has come again, or is gone';
    comment on column runs.content_hash is 'SHA-256 of the file as it came';
    comment on column runs.archive is 'where its items are archived, ID numbers replaced; relative to the archive folder';
    comment on column runs.asked_by is 'who uploaded, corrected or took back';
    comment on column runs.attempt is 'which attempt at its occurrence of the timetable it is';
    comment on column runs.lease_until is 'a run beside others is taken for dead after it, by the clock of the database; null: one that runs alone, under a lock';
    comment on column runs.maps is 'ids of feed_maps by which items of this run were read; runs of before are not noted';

    create table schedules (
      job text not null,
      subject text not null,
      planned_until timestamptz not null,
      paused_at timestamptz,
      paused_by text,
      paused_reason text,
      primary key (job, subject),
      check ((paused_at is null) = (paused_by is null) and (paused_at is null) = (paused_reason is null))
    );
    comment on column schedules.planned_until is 'what was planned up to here has its occurrence, or was passed over by the rule of its job';

    create table occurrences (
      id bigint generated always as identity primary key,
      job text not null,
      subject text not null,
      planned_for timestamptz not null,
      cause text not null check (cause in ('timetable', 'person')),
      asked_by text,
      missed integer not null default 0,
      state text not null default 'DUE' check (state in ('DUE', 'RUNNING', 'DONE', 'FAILED', 'PASSED', 'ABANDONED')),
      attempts integer not null default 0,
      lease_until timestamptz,
      ended_at timestamptz,
      unique (job, subject, planned_for),
      check ((state in ('DUE', 'RUNNING')) = (ended_at is null)),
      check ((state = 'RUNNING') = (lease_until is not null))
    );
    create index occurrences_open on occurrences (planned_for) where ended_at is null;
    create index occurrences_old on occurrences (planned_for);
    comment on column occurrences.missed is 'earlier ones that it stands for, because nobody was there to run them';
    comment on column occurrences.attempts is 'how often it was taken; whoever holds it holds this number, and nobody else may end it';
    comment on column occurrences.lease_until is 'by the clock of the database; after it another process takes it up';
  `)
}
