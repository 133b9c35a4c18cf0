import type { Knex } from 'knex'

export const rollOut = 'before'

/** Changes of matters, numbered for each seat, and webhooks that hear them. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_marks (
      id bigint generated always as identity primary key,
      matter_id uuid not null references matters on delete cascade,
      move integer not null
    );
    comment on table matter_marks is 'moves that no seat has a number for yet, written in the transaction of the move';
    create function mark_matter_moves() returns trigger language plpgsql as $$
    begin
      insert into matter_marks (matter_id, move) select matter_id, sequence from came order by matter_id, sequence;
      return null;
    end $$;
    create trigger matter_moves_marked after insert on matter_moves referencing new table as came
      for each statement execute function mark_matter_moves();

    create table matter_change_seats (
      seat text primary key,
      last bigint not null default 0,
      erased bigint not null default 0
    );
    comment on column matter_change_seats.last is 'number of its last change; each seat counts from 1, without a gap';
    comment on column matter_change_seats.erased is 'up to this number changes are past their time and gone';

    create table matter_changes (
      seat text not null,
      sequence bigint not null,
      matter_id uuid not null,
      move integer not null,
      number text not null,
      kind text not null,
      state text not null,
      at timestamptz not null,
      primary key (seat, sequence)
    );
    comment on table matter_changes is 'appended and never altered; erased from the oldest on, also after its matter';
    comment on column matter_changes.state is 'after the move; no content';
    create trigger matter_changes_stand before update on matter_changes for each row execute function changes_stand();

    alter table webhooks add column seat text;
    comment on column webhooks.seat is 'it hears the matters of this seat; null: the changes of its client''s sellers';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    delete from webhook_messages m using webhooks w where w.id = m.webhook_id and w.seat is not null;
    delete from webhooks where seat is not null;
    alter table webhooks drop column seat;
    drop trigger matter_moves_marked on matter_moves;
    drop function mark_matter_moves();
    drop table matter_changes, matter_change_seats, matter_marks;
  `)
}
