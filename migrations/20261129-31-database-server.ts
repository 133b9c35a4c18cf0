import type { Knex } from 'knex'

/**
 * The server on which the database is vouched for. A promoted standby has another timeline, and a restored dump has another system
 * identifier. Both may lack acknowledged rows, and both are detected by these values.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create function database_timeline() returns text language sql volatile as $$
      select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end $$;
    comment on function database_timeline() is 'timeline of this server; another one after each promotion and each recovery to a point in time';
    alter table database_identity add column timeline text, add column system text;
    comment on column database_identity.timeline is 'of the server on which a person, or the first start, vouched for the database; null: nobody has yet';
    comment on column database_identity.system is 'system identifier of that server';
    alter table database_restored drop constraint if exists database_restored_cause_check;
    alter table database_restored add constraint database_restored_cause_check
      check (cause in ('DELIVERY_NOTED', 'SNAPSHOT_NOTED', 'SERVER_CHANGED', 'SHOWN', 'DECLARED'));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table database_restored drop constraint if exists database_restored_cause_check;
    alter table database_restored add constraint database_restored_cause_check
      check (cause in ('DELIVERY_NOTED', 'SNAPSHOT_NOTED', 'SHOWN', 'DECLARED')) not valid;
    alter table database_identity drop column system, drop column timeline;
    drop function database_timeline();
  `)
}
