import type { Knex } from 'knex'

export const rollOut = 'before'

/** Keepers of cases, their handovers, and absences with a deputy. The officer who opened an open case becomes its keeper. May run again. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table listings add column if not exists keeper text;
    comment on column listings.keeper is 'the person who attends to the case (经办人); null: the office; restricts nobody';
    create index if not exists listings_keeper on listings (keeper) where keeper is not null and state not in ('REMOVED', 'NOT_LISTED');

    create table if not exists listing_handovers (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      keeper_before text,
      keeper text,
      note text not null,
      made_by text not null,
      made_at timestamptz not null
    );
    create index if not exists listing_handovers_listing on listing_handovers (listing_id, id);
    comment on table listing_handovers is 'appended, never updated; who attended to a case, and from whom it came';

    create table if not exists absences (
      id bigint generated always as identity primary key,
      person text not null references people,
      deputy text not null references people,
      from_on date not null,
      to_on date not null,
      made_by text not null,
      made_at timestamptz not null,
      ended_by text,
      ended_at timestamptz,
      check (to_on >= from_on and deputy <> person),
      check ((ended_by is null) = (ended_at is null))
    );
    create index if not exists absences_deputy on absences (deputy, to_on) where ended_at is null;
    create index if not exists absences_person on absences (person, to_on) where ended_at is null;
    comment on column absences.to_on is 'last day of the absence';

    update listings l set keeper = e.made_by from listing_events e join people p on p.id = e.made_by and p.ended_at is null
      where e.listing_id = l.id and e.number = 1 and e.role in ('officer', 'reviewer') and l.state not in ('REMOVED', 'NOT_LISTED') and l.keeper is null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop table absences;
    drop table listing_handovers;
    alter table listings drop column keeper;
  `)
}
