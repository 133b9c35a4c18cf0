import type { Knex } from 'knex'

/** A confirmed removal is done only after a check: a receiver may still apply an earlier addition. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table deliveries add column check_due_at timestamptz, add column checked_at timestamptz,
      add column check_result text check (check_result in ('GONE', 'NO_DISPLAY', 'CONFIRMED_TWICE', 'SHOWN', 'REPLACED'));
    comment on column deliveries.check_due_at is 'when the display is read for this confirmed removal; null: no check is open';
    comment on column deliveries.check_result is 'GONE: the display lacked the subject. NO_DISPLAY: sent again because nothing can be read; CONFIRMED_TWICE: that was confirmed. SHOWN: removed again by a later delivery. REPLACED: a later delivery took its place before the check';
    create index deliveries_checks_due on deliveries (platform, check_due_at) where check_due_at is not null;
    create index deliveries_checks_open on deliveries (subject_id) where check_due_at is not null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index deliveries_checks_open, deliveries_checks_due;
    alter table deliveries drop column check_result, drop column checked_at, drop column check_due_at;
  `)
}
