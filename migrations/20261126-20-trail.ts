import type { Knex } from 'knex'

/**
 * The audit log: a row for each answer about an operator to a signed-in caller, and for each act. Rows are chained by their hashes. A
 * row past its retention loses its content but keeps its hash, so that the rest can still be verified.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table trail (
      number bigint primary key check (number > 0),
      at timestamptz not null,
      kind text not null check (kind in ('ANSWER', 'ACT', 'OUTCOME', 'CHUNK', 'FILE', 'TOKEN', 'CUT')),
      count integer not null check (count >= 0),
      content_hash bytea not null check (length(content_hash) = 32),
      previous bytea not null check (length(previous) = 32),
      hash bytea not null check (length(hash) = 32),
      salt bytea,
      client text,
      role text,
      agency text,
      purpose text,
      request text,
      asked text,
      outcome text,
      shown bytea,
      digest bytea,
      erased_at timestamptz,
      check ((erased_at is null) = (salt is not null)),
      check (erased_at is null or (client is null and role is null and agency is null and purpose is null and request is null
        and asked is null and outcome is null and shown is null and digest is null))
    );
    comment on table trail is 'one chain for all processes: a row is written once the one before it is durable';
    comment on column trail.number is 'from 1, without a gap';
    comment on column trail.count is 'how many codes were shown; part of what stays when the content is erased';
    comment on column trail.content_hash is 'SHA-256 of the salted content';
    comment on column trail.hash is 'SHA-256 of number, instant, kind, count, content_hash and the hash of the row before';
    comment on column trail.shown is 'codes shown, sorted, joined and packed: first byte 0 plain, 1 deflated';
    comment on column trail.digest is 'SHA-256 of the answer as it left, or of the file that came';
    create index trail_client on trail (client, number);
    create index trail_other on trail (kind, number) where kind <> 'ANSWER';

    create function trail_stands() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (new.number, new.at, new.kind, new.count, new.content_hash, new.previous, new.hash)
          = (old.number, old.at, old.kind, old.count, old.content_hash, old.previous, old.hash) then
        return new;
      end if;
      raise exception 'a row of the trail is never changed or deleted; only its content is erased';
    end $$;
    create trigger trail_stands before update or delete on trail for each row execute function trail_stands();
    create trigger trail_stays before truncate on trail execute function trail_stands();

    create table trail_operators (
      operator_id bigint not null,
      number bigint not null,
      primary key (operator_id, number)
    );
    comment on table trail_operators is 'which rows showed an operator; filled after the rows, step by step';
    create index trail_operators_number on trail_operators (number);

    create table trail_progress (
      one boolean primary key default true check (one),
      indexed bigint not null default 0,
      erased bigint not null default 0
    );
    comment on column trail_progress.indexed is 'up to this number the rows are in trail_operators';
    comment on column trail_progress.erased is 'up to this number the content is erased';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table trail_progress;
    drop table trail_operators;
    drop table trail;
    drop function trail_stands();
    delete from runs where job = 'trail';
  `)
}
