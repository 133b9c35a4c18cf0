import type { Knex } from 'knex'

/** Deadlines of listings with the rule that set each, and amendments of the calendar of working days by officers. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
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
    comment on column listing_deadlines.starts_on is 'the days after this one are counted';
    comment on column listing_deadlines.provisional is 'it lies beyond the published holidays, and may yet move';
    comment on column listing_deadlines.rule is 'the row of schema/rules/lists.json that set it, as it was';
    comment on column listing_deadlines.rule_version is 'SHA-256 of that row, its first twelve digits';
    create unique index listing_deadlines_open on listing_deadlines (listing_id, name) where ended_on is null;
    create index listing_deadlines_due on listing_deadlines (due_on, id) where ended_on is null;
    create index listing_deadlines_listing on listing_deadlines (listing_id, id);

    create table calendar_amendments (
      id bigint generated always as identity primary key,
      day date not null,
      kind text not null check (kind in ('HOLIDAY', 'WORKDAY', 'ORDINARY')),
      reason text not null,
      made_by text not null,
      made_at timestamptz not null
    );
    comment on table calendar_amendments is 'laid over schema/rules/calendar.json; of a day the last one holds. ORDINARY: as its weekday says';
    create index calendar_amendments_day on calendar_amendments (day, id desc);

    create table calendar_reach (
      id bigint generated always as identity primary key,
      known_until date not null,
      made_by text not null,
      made_at timestamptz not null
    );
    comment on table calendar_reach is 'up to which day the holidays are all announced, as officers say';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table calendar_reach, calendar_amendments, listing_deadlines')
}
