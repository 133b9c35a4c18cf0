import type { Knex } from 'knex'

export const rollOut = 'before'

/** The log of the last calls of each webhook. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table webhook_calls (
      id bigint generated always as identity primary key,
      webhook_id integer not null references webhooks on delete cascade,
      kind text not null check (kind in ('CHANGE', 'PING')),
      sequence bigint,
      attempt integer not null,
      at timestamptz not null,
      ms integer,
      status integer,
      error text,
      check ((kind = 'CHANGE') = (sequence is not null))
    );
    create index webhook_calls_newest on webhook_calls (webhook_id, id desc);
    comment on table webhook_calls is 'the last hundred calls of each webhook; older ones are deleted when newer are noted';
    comment on column webhook_calls.ms is 'how long the call took; null while a ping is under way';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table webhook_calls')
}
