import type { Knex } from 'knex'

/** The audit log, its heads, and its index by operator. */
export const createAudit = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table trail (
      number bigint primary key check (number > 0),
      at timestamptz not null,
      kind text not null check (kind in ('ANSWER', 'ACT', 'OUTCOME', 'CHUNK', 'FILE', 'TOKEN', 'ATTEMPT', 'SIGN_OUT', 'CUT', 'RELEASED')),
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
      form smallint not null default 0,
      key_id text,
      body text,
      constraint trail_content_check check ((erased_at is null) = case form when 0 then salt is not null else body is not null end),
      constraint trail_erased_check check (erased_at is null or client is null and role is null and agency is null and purpose is null and request is null
        and asked is null and outcome is null and shown is null and digest is null and body is null),
      constraint trail_form_check check ((form > 0) = (key_id is not null))
    );
    create index trail_client on trail (client, number);
    create index trail_other on trail (kind, number) where kind <> 'ANSWER';
    comment on table trail is 'one chain for all processes: a row is written once the one before it is durable';
    comment on column trail.number is 'from 1, without a gap';
    comment on column trail.count is 'how many codes were shown; part of what stays when the content is erased';
    comment on column trail.content_hash is 'SHA-256 of the salted content';
    comment on column trail.hash is 'HMAC-SHA-256 of form, key_id, number, instant, kind, count, content_hash and the hash of the row before; form 0: their SHA-256';
    comment on column trail.shown is 'codes shown, sorted, joined and packed: first byte 0 plain, 1 deflated';
    comment on column trail.digest is 'SHA-256 of the answer as it left, or of the file that came';
    comment on column trail.form is '0: chained by hashes without a key, content in columns; 1: sealed, content in body';
    comment on column trail.key_id is 'which key seals it: the first characters of the SHA-256 of the key';
    comment on column trail.body is 'content as one canonical text, a JSON array; content_hash is its SHA-256';

    create table trail_operators (
      operator_id bigint not null,
      number bigint not null,
      primary key (operator_id, number)
    );
    create index trail_operators_number on trail_operators using brin (number int8_minmax_multi_ops) with (autosummarize = on);
    comment on table trail_operators is 'which rows showed an operator; filled after the rows, step by step';

    create table trail_progress (
      one boolean primary key default true check (one),
      indexed bigint not null default 0,
      erased bigint not null default 0
    );
    comment on column trail_progress.indexed is 'up to this number the rows are in trail_operators';
    comment on column trail_progress.erased is 'up to this number the content is erased';

    create table trail_heads (
      number bigint not null check (number > 0),
      hash bytea not null check (length(hash) = 32),
      signed_at timestamptz not null,
      kid text not null,
      jws text not null,
      primary key (number, hash)
    );
    comment on table trail_heads is 'every head of the trail that was signed, one at each publication; by them a chain made anew is found';

    create function trail_stands() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (new.number, new.at, new.kind, new.count, new.content_hash, new.previous, new.hash, new.form, new.key_id)
          is not distinct from
          (old.number, old.at, old.kind, old.count, old.content_hash, old.previous, old.hash, old.form, old.key_id) then
        return new;
      end if;
      raise exception 'a row of the trail is never changed or deleted; only its content is erased';
    end $$;
    create trigger trail_stands before update or delete on trail for each row execute function trail_stands();
    create trigger trail_stays before truncate on trail execute function trail_stands();

    create function trail_sealed() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from (select form from trail order by number desc limit 1) last where last.form > 0) then
        raise exception 'a row without a seal does not follow one that has it: this hub is older than its database';
      end if;
      return new;
    end $$;
    create trigger trail_sealed before insert on trail for each row when (new.form = 0) execute function trail_sealed();

    create function trail_heads_stand() returns trigger language plpgsql as $$
    begin
      raise exception 'a signed head is never changed or deleted';
    end $$;
    create trigger trail_heads_stand before update or delete on trail_heads for each row execute function trail_heads_stand();
    create trigger trail_heads_stay before truncate on trail_heads execute function trail_heads_stand();
  `)
}
