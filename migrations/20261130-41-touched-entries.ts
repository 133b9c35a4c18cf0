import type { Knex } from 'knex'

/** Public entries touched since the last publication, so that it compares these instead of the whole list. */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    create table touched_entries (
      listing_id uuid not null
    );
    comment on table touched_entries is 'public entries inserted, updated or deleted since the last publication that added what was missing';
    alter table snapshots add column compared_on date;
    comment on column snapshots.compared_on is 'day on which the whole public list was last compared with this snapshot or one before it; null: by a previous release';

    create function note_touched_entries() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        insert into touched_entries (listing_id) select listing_id from gone;
      else
        insert into touched_entries (listing_id) select listing_id from came;
      end if;
      return null;
    end $$;
    create trigger public_entries_touched_by_insert after insert on public_entries referencing new table as came
      for each statement execute function note_touched_entries();
    create trigger public_entries_touched_by_update after update on public_entries referencing new table as came
      for each statement execute function note_touched_entries();
    create trigger public_entries_touched_by_delete after delete on public_entries referencing old table as gone
      for each statement execute function note_touched_entries();
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger public_entries_touched_by_delete on public_entries;
    drop trigger public_entries_touched_by_update on public_entries;
    drop trigger public_entries_touched_by_insert on public_entries;
    drop function note_touched_entries;
    alter table snapshots drop column compared_on;
    drop table touched_entries;
  `)
}
