import type { Knex } from 'knex'

export const rollOut = 'before'

/** Matters: handovers between organisations, with their moves, clocks and attachments. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_kinds (
      kind text not null,
      version text not null,
      content jsonb not null,
      first_used_at timestamptz not null,
      primary key (kind, version)
    );
    comment on table matter_kinds is 'every version of a kind with which some matter began';

    create sequence matter_numbers as bigint;
    create table matters (
      id uuid primary key,
      kind text not null,
      kind_version text not null,
      number text not null unique,
      opened_by text not null,
      reference text not null,
      request_sha256 text not null,
      operator_id integer references operators,
      listing_id uuid references listings,
      parent_id uuid references matters,
      state text not null,
      waiting text,
      content jsonb not null,
      sealed_fields text,
      moves integer not null,
      opened_at timestamptz not null,
      received_at timestamptz,
      closed_at timestamptz,
      foreign key (kind, kind_version) references matter_kinds,
      unique (opened_by, kind, reference)
    );
    create index matters_opened on matters (opened_at, id);
    create index matters_operator on matters (operator_id) where operator_id is not null;
    create index matters_listing on matters (listing_id) where listing_id is not null;
    create index matters_parent on matters (parent_id) where parent_id is not null;
    comment on column matters.reference is 'the sender''s own number: sent again, it is the same matter';
    comment on column matters.request_sha256 is 'of what was sent when opening, to tell a repetition from another request';
    comment on column matters.waiting is 'the seat that is waited for';
    comment on column matters.content is 'the fold of its moves; without fields where they are sealed';

    create table matter_seats (
      matter_id uuid not null references matters on delete cascade,
      seat text not null,
      place text not null check (place in ('sender', 'holder', 'copied')),
      from_move integer not null,
      to_move integer,
      queue text not null check (queue in ('WAITING', 'OTHERS', 'ENDED')),
      due_at timestamptz not null,
      primary key (matter_id, seat, place)
    );
    create index matter_seats_queue on matter_seats (seat collate "C", queue, due_at, matter_id);
    comment on column matter_seats.to_move is 'the move by which it left the place; it keeps its sight of the matter';
    comment on column matter_seats.due_at is 'when the next clock runs out, infinity without one; of an ended matter when it ended';

    create table matter_moves (
      matter_id uuid not null references matters on delete cascade,
      sequence integer not null,
      move text not null,
      state_before text,
      state text not null,
      by_sub text not null,
      by_seat text not null,
      on_day date not null,
      at timestamptz not null,
      input jsonb,
      sealed_input text,
      previous_hash text,
      hash text not null,
      primary key (matter_id, sequence)
    );
    create function refuse_matter_move_change() returns trigger language plpgsql as $$
      begin raise exception 'moves of matters are kept as they were made'; end $$;
    create trigger matter_moves_kept before update on matter_moves
      for each row execute function refuse_matter_move_change();

    create table matter_clocks (
      matter_id uuid not null references matters on delete cascade,
      place integer not null,
      clock text not null,
      seat text,
      due_on date,
      due_at timestamptz,
      confirmed boolean not null,
      running boolean not null,
      primary key (matter_id, place)
    );
    create index matter_clocks_running on matter_clocks (due_on) where running;
    comment on table matter_clocks is 'the clocks in content, for what is asked of many matters';
    comment on column matter_clocks.due_at is 'the instant after which it has run out';
    comment on column matter_clocks.confirmed is 'an unconfirmed rule counts nobody late';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop table matter_clocks, matter_moves, matter_seats, matters, matter_kinds;
    drop function refuse_matter_move_change();
    drop sequence matter_numbers;
  `)
}
