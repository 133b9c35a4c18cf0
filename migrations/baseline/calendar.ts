import type { Knex } from 'knex'

/** Days that officers amend in the calendar. */
export const createCalendar = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table calendar_amendments (
      id bigint generated always as identity primary key,
      day date not null,
      kind text not null check (kind in ('HOLIDAY', 'WORKDAY', 'ORDINARY')),
      reason text not null,
      made_by text not null,
      made_at timestamptz not null,
      confirmed_by text
    );
    create index calendar_amendments_day on calendar_amendments (day, id desc);
    comment on table calendar_amendments is 'laid over schema/rules/calendar.json; of a day the last one holds. ORDINARY: as its weekday says';
    comment on column calendar_amendments.confirmed_by is 'the second person, who put it in force; null: amended by one person, before two were asked for';

    create table calendar_reach (
      id bigint generated always as identity primary key,
      known_until date not null,
      made_by text not null,
      made_at timestamptz not null,
      confirmed_by text
    );
    comment on table calendar_reach is 'up to which day the holidays are all announced, as officers say';

    create table calendar_proposals (
      id bigint generated always as identity primary key,
      days jsonb not null,
      known_until date,
      reason text not null,
      proposed_by text not null,
      proposed_at timestamptz not null,
      state text not null default 'PROPOSED' check (state in ('PROPOSED', 'IN_FORCE', 'REFUSED', 'WITHDRAWN')),
      decided_by text,
      decided_at timestamptz,
      note text,
      check ((state = 'PROPOSED') = (decided_at is null and decided_by is null))
    );
    create unique index calendar_proposals_waiting on calendar_proposals ((true)) where state = 'PROPOSED';
    comment on table calendar_proposals is 'amendments of the calendar; one that was put in force has its days in calendar_amendments and calendar_reach';
    comment on column calendar_proposals.days is 'a list of {day, kind}, kind as in calendar_amendments';
  `)
}
