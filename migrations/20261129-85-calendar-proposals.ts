/** One person proposes an amendment of the calendar and another puts it in force. Every proposal is kept with its decision. */
import type { Knex } from 'knex'

/** The old code writes calendar_amendments as before, and only the new code fills the new columns. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
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
    comment on table calendar_proposals is 'amendments of the calendar; one that was put in force has its days in calendar_amendments and calendar_reach';
    comment on column calendar_proposals.days is 'a list of {day, kind}, kind as in calendar_amendments';
    create unique index calendar_proposals_waiting on calendar_proposals ((true)) where state = 'PROPOSED';
    alter table calendar_amendments add column confirmed_by text;
    comment on column calendar_amendments.confirmed_by is 'the second person, who put it in force; null: amended by one person, before two were asked for';
    alter table calendar_reach add column confirmed_by text;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table calendar_reach drop column confirmed_by;
    alter table calendar_amendments drop column confirmed_by;
    drop table calendar_proposals;
  `)
}
