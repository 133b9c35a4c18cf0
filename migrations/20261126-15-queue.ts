import type { Knex } from 'knex'

/**
 * Each row says whether it may be claimed: `head` means that no earlier delivery of its subject is owed or refused at its platform.
 * A claim then reads only the rows that it takes, however many wait behind others.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table deliveries add column head boolean not null default true, add column failures integer not null default 0,
      add column leased_until timestamptz;
    comment on column deliveries.head is 'nothing earlier about its subject is owed or refused at its platform; means something while it is owed or refused';
    comment on column deliveries.failures is 'failed calls in a row that were its own: the platform answered others meanwhile';
    comment on column deliveries.leased_until is 'whoever claimed it has it until then; in no index: a claim writes to the row alone';
    update deliveries d set head = false where state in ('OWED', 'REFUSED') and exists (select 1 from deliveries e
      where e.subject_id = d.subject_id and e.platform = d.platform and e.number < d.number and e.state in ('OWED', 'REFUSED'));

    -- One index replaces two. An owed row is updated several times, and each update writes to every index.
    alter table deliveries add constraint deliveries_number unique (subject_id, platform, number);
    alter table deliveries drop constraint deliveries_platform_listing_id_number_key;
    drop index deliveries_listing;
    drop index deliveries_owed;
    create index deliveries_removals_due on deliveries (platform, due_at, id) where state = 'OWED' and head and action = 'REMOVE';
    create index deliveries_others_due on deliveries (platform, due_at, id) where state = 'OWED' and head and action <> 'REMOVE';
    create index deliveries_held on deliveries (platform, state, id) where state = 'REFUSED' or (state = 'OWED' and not head);
    -- A row is updated when it is claimed and when it is booked. The fill factor leaves room for that on its page, and its notice, which
    -- never changes, is stored elsewhere. Frequent vacuuming removes the dead entries of booked rows from the front of these indexes.
    alter table deliveries alter column notice set storage external;
    alter table deliveries set (fillfactor = 50, toast_tuple_target = 512, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_scale_factor = 0.05);

    -- Earlier rows are locked first, so that one being confirmed now is waited for. Each lookup uses the index row by row: a cached plan
    -- must suit one new row as well as a hundred thousand.
    create function deliveries_line_up() returns trigger language plpgsql as $$
    declare earlier bigint[] := array(select e.id from owed o cross join lateral (select id from deliveries d where d.subject_id = o.subject_id
      and d.platform = o.platform and d.number < o.number and d.state in ('OWED', 'REFUSED') offset 0) e);
    begin
      if earlier <> '{}' then
        perform 1 from deliveries where id = any(earlier) order by subject_id, platform, number for update;
        update deliveries set head = false where id = any(array(select o.id from owed o cross join lateral (select 1 from deliveries d
          where d.subject_id = o.subject_id and d.platform = o.platform and d.number < o.number and d.state in ('OWED', 'REFUSED') limit 1) e));
      end if;
      return null;
    end $$;
    create trigger deliveries_line_up after insert on deliveries referencing new table as owed
      for each statement execute function deliveries_line_up();

    create function deliveries_move_up() returns trigger language plpgsql as $$
    begin
      update deliveries d set head = (d.number = f.number)
        from (select min(number) as number from deliveries
          where subject_id = new.subject_id and platform = new.platform and state in ('OWED', 'REFUSED')) f
        where d.subject_id = new.subject_id and d.platform = new.platform and d.state in ('OWED', 'REFUSED')
          and d.head <> (d.number = f.number);
      return null;
    end $$;
    create trigger deliveries_move_up after update of state on deliveries for each row
      when ((old.state in ('OWED', 'REFUSED')) <> (new.state in ('OWED', 'REFUSED'))) execute function deliveries_move_up();
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger deliveries_move_up on deliveries;
    drop trigger deliveries_line_up on deliveries;
    drop function deliveries_move_up();
    drop function deliveries_line_up();
    alter table deliveries reset (fillfactor, toast_tuple_target, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
    alter table deliveries alter column notice set storage extended;
    drop index deliveries_held;
    drop index deliveries_others_due;
    drop index deliveries_removals_due;
    create index deliveries_owed on deliveries (platform, due_at, id) where state = 'OWED';
    create index deliveries_listing on deliveries (subject_id, platform, number);
    alter table deliveries add constraint deliveries_platform_listing_id_number_key unique (platform, subject_id, number);
    alter table deliveries drop constraint deliveries_number;
    alter table deliveries drop column head, drop column failures, drop column leased_until;
  `)
}
