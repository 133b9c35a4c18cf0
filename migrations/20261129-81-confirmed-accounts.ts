/**
 * A registered person or system, and each new password or secret, waits until a second person confirms it. An administrator has a
 * duty: `systems` registers, `security` confirms (separation of duties, 三员分立). Existing accounts count as confirmed. The administrator
 * registered first gets the duty `security`, so that somebody can confirm at once.
 */
import type { Knex } from 'knex'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table people
      add column duty text check (duty in ('systems', 'security')),
      add column changed_by text, add column pending_since timestamptz,
      add column confirmed_by text, add column confirmed_at timestamptz,
      add column exempt boolean not null default false;
    alter table clients
      add column changed_by text, add column pending_since timestamptz,
      add column confirmed_by text, add column confirmed_at timestamptz;
    update people set duty = 'systems' where role = 'administrator';
    update people set duty = 'security' where id = (select id from people where role = 'administrator' and ended_at is null
      order by created_at, id limit 1);
    comment on column people.pending_since is 'since when it waits for a second person, and nobody signs in by it; null: it does not wait';
    comment on column people.exempt is 'confirmed by its registration: nobody was there who could have confirmed it';
    comment on column clients.pending_since is 'since when its newest secret waits for a second person; null: it does not wait';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table people drop column duty, drop column changed_by, drop column pending_since, drop column confirmed_by,
      drop column confirmed_at, drop column exempt;
    alter table clients drop column changed_by, drop column pending_since, drop column confirmed_by, drop column confirmed_at;
  `)
}
