import type { Knex } from 'knex'

export const rollOut = 'before'

/** Late matters are counted from the index of queues alone. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table matter_seats add column late_at timestamptz;
    comment on column matter_seats.late_at is 'when the next confirmed clock runs out, null without one; before due_at it is outdated';
    update matter_seats s set late_at = c.late_at
    from (select matter_id, min(due_at) as late_at from matter_clocks where running and confirmed group by matter_id) c
    where s.matter_id = c.matter_id and s.queue = 'WAITING' and c.late_at is not null;
    drop index matter_seats_queue;
    create index matter_seats_queue on matter_seats (seat collate "C", queue, due_at, matter_id) include (late_at);
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop index matter_seats_queue;
    create index matter_seats_queue on matter_seats (seat collate "C", queue, due_at, matter_id);
    alter table matter_seats drop column late_at;
  `)
}
