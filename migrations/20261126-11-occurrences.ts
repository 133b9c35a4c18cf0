import type { Knex } from 'knex'

/**
 * Each occurrence of the timetable is a row that one process at a time takes under a lease. `schedules` says how far each job is
 * planned and whether a person has paused it. A run has the number of its attempt. The check of job names goes: each new job had to
 * widen it, so it prevented nothing.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
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
    comment on column occurrences.missed is 'earlier ones that it stands for, because nobody was there to run them';
    comment on column occurrences.attempts is 'how often it was taken; whoever holds it holds this number, and nobody else may end it';
    comment on column occurrences.lease_until is 'by the clock of the database; after it another process takes it up';
    create index occurrences_open on occurrences (planned_for) where ended_at is null;
    create index occurrences_old on occurrences (planned_for);

    alter table runs drop constraint runs_job_check;
    alter table runs add column attempt integer not null default 1, add column lease_until timestamptz;
    comment on column runs.attempt is 'which attempt at its occurrence of the timetable it is';
    comment on column runs.lease_until is 'a run beside others is taken for dead after it, by the clock of the database; null: one that runs alone, under a lock';
    drop index runs_tick;
    create unique index runs_tick on runs (job, subject, planned_for, attempt) where planned_for is not null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index runs_tick;
    update runs set planned_for = null where attempt > 1;
    create unique index runs_tick on runs (job, subject, planned_for) where planned_for is not null;
    alter table runs drop column attempt, drop column lease_until;
    alter table runs add constraint runs_job_check
      check (job in ('seed', 'pull', 'score', 'publish', 'push', 'expire', 'takeback')) not valid;
    drop table occurrences;
    drop table schedules;
  `)
}
