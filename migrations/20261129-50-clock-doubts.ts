import type { Knex } from 'knex'

/**
 * The newest instant at which a hub found the database's clock right, and each leap of that clock. After a leap, acts that cannot be
 * undone wait until a second source or a person has confirmed the clock.
 */
export const rollOut = 'before'

export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table database_clock (
      one boolean primary key default true check (one),
      sure_at timestamptz not null
    );
    create table clock_doubts (
      id integer generated always as identity primary key,
      cause text not null check (cause in ('START', 'LEAP')),
      found_at timestamptz not null,
      expected_at timestamptz not null,
      settled_at timestamptz,
      settled_by text,
      reason text,
      check ((settled_at is null) = (settled_by is null))
    );
    create unique index clock_doubts_open on clock_doubts ((true)) where settled_at is null;
    -- A database that ran before this table existed starts with the time of its newest run.
    insert into database_clock (sure_at) select max(coalesce(ended_at, started_at)) from runs having max(started_at) is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table clock_doubts; drop table database_clock')
}
