import type { Knex } from 'knex'

export const rollOut = 'before'

/** Matters that others answered and their sender has not opened; matters found by the number of a document. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table matter_seats drop constraint matter_seats_queue_check;
    alter table matter_seats add constraint matter_seats_queue_check check (queue in ('WAITING', 'OTHERS', 'ANSWERED', 'ENDED'));
    comment on column matter_seats.queue is 'ANSWERED: another seat ended the matter, and its sender has not opened it since';
    comment on column matter_seats.to_move is 'the move by which it left the place; its sight of the matter ends with it';
    create index matter_moves_number on matter_moves ((input ->> 'number')) where input ->> 'number' is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop index matter_moves_number;
    update matter_seats set queue = 'ENDED' where queue = 'ANSWERED';
    alter table matter_seats drop constraint matter_seats_queue_check;
    alter table matter_seats add constraint matter_seats_queue_check check (queue in ('WAITING', 'OTHERS', 'ENDED'));
    comment on column matter_seats.queue is null;
    comment on column matter_seats.to_move is 'the move by which it left the place; it keeps its sight of the matter';
  `)
}
