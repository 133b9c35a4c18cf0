import type { Knex } from 'knex'

/** Acts of officers on deliveries and platforms, and indexes for the retraction ledger and the work queue. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table delivery_acts (
      id bigint generated always as identity primary key,
      delivery_id bigint not null references deliveries,
      act text not null check (act in ('RESEND', 'CLOSE')),
      made_by text not null,
      made_at timestamptz not null,
      reason text not null,
      receipt jsonb
    );
    create index delivery_acts_delivery on delivery_acts (delivery_id, id);
    comment on column delivery_acts.receipt is 'as it stood before: a delivery that is sent again gets another';

    create table platform_acts (
      id bigint generated always as identity primary key,
      platform text not null,
      act text not null check (act in ('PAUSE', 'RESUME', 'WIPE')),
      made_by text not null,
      made_at timestamptz not null,
      reason text not null
    );
    create index platform_acts_platform on platform_acts (platform, id);

    create index deliveries_refused on deliveries (id) where state = 'REFUSED';
    create index deliveries_removals on deliveries (created_at, subject_id) where action = 'REMOVE';
    create index deliveries_removals_open on deliveries (subject_id) where action = 'REMOVE' and state in ('OWED', 'REFUSED');
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index deliveries_removals_open, deliveries_removals, deliveries_refused;
    drop table platform_acts, delivery_acts;
  `)
}
