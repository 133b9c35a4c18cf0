import type { Knex } from 'knex'

/**
 * Deliveries may be about penalties and permits, not only listings, and an officer can close one. Each platform has a row of state.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table deliveries drop constraint deliveries_listing_id_fkey;
    alter table deliveries rename column listing_id to subject_id;
    alter table deliveries add column kind text not null default 'listing' check (kind in ('listing', 'penalty', 'permit'));
    alter table deliveries alter column kind drop default;
    alter table deliveries drop constraint deliveries_state_check,
      add constraint deliveries_state_check check (state in ('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED', 'CLOSED'));
    alter table deliveries add column closed_at timestamptz, add column closed_by text, add column closed_reason text,
      add constraint deliveries_closed check ((state = 'CLOSED') = (closed_at is not null) and (closed_at is null) = (closed_by is null)
        and (closed_by is null) = (closed_reason is null));
    comment on column deliveries.subject_id is 'a listing, or what told_records calls a record; without a foreign key: of several tables';
    comment on column deliveries.closed_at is 'a named officer has closed it: owed no more, never confirmed';

    create table platform_states (
      platform text primary key,
      sequence_floor integer not null default 0,
      filled_at timestamptz,
      paused_at timestamptz,
      paused_by text,
      paused_reason text,
      wiped_at timestamptz,
      wiped_by text,
      wiped_reason text,
      failures integer not null default 0,
      open_until timestamptz,
      next_call_at timestamptz,
      check ((paused_at is null) = (paused_by is null) and (paused_at is null) = (paused_reason is null)),
      check ((wiped_at is null) = (wiped_by is null) and (wiped_at is null) = (wiped_reason is null))
    );
    comment on column platform_states.sequence_floor is 'no message to it is numbered this or less any more';
    comment on column platform_states.filled_at is 'it has been owed everything in force; null: it is new, or was declared wiped';
    comment on column platform_states.failures is 'failed calls in a row, as the breaker counts them';
    comment on column platform_states.open_until is 'the breaker lets nothing through before';
    comment on column platform_states.next_call_at is 'its rate lets the next call through then';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table platform_states;
    delete from deliveries where kind <> 'listing' or state = 'CLOSED';
    alter table deliveries drop constraint deliveries_closed, drop column closed_at, drop column closed_by, drop column closed_reason;
    alter table deliveries drop constraint deliveries_state_check,
      add constraint deliveries_state_check check (state in ('OWED', 'CONFIRMED', 'REFUSED', 'FOLDED'));
    alter table deliveries drop column kind;
    alter table deliveries rename column subject_id to listing_id;
    alter table deliveries add constraint deliveries_listing_id_fkey foreign key (listing_id) references listings;
  `)
}
