import type { Knex } from 'knex'

/**
 * Final form of the audit log: rows are sealed with a key outside the database, and their content is one text, which is also what is
 * hashed. Older rows keep their form. The previous release may write unsealed rows until the first sealed one, and none follows that.
 * Every key contains the number, so that the tables can be partitioned by it.
 *
 * Constraints are added without validating existing rows, because the log may be large and the earlier constraints held for them.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table trail
      add column form smallint not null default 0,
      add column key_id text,
      add column body text,
      drop constraint trail_kind_check,
      drop constraint trail_check,
      drop constraint trail_check1,
      add constraint trail_kind_check check (kind in
        ('ANSWER', 'ACT', 'OUTCOME', 'CHUNK', 'FILE', 'TOKEN', 'ATTEMPT', 'SIGN_OUT', 'CUT', 'RELEASED')) not valid,
      add constraint trail_form_check check ((form > 0) = (key_id is not null)) not valid,
      add constraint trail_content_check check (
        (erased_at is null) = (case form when 0 then salt is not null else body is not null end)) not valid,
      add constraint trail_erased_check check (erased_at is null or (client is null and role is null and agency is null
        and purpose is null and request is null and asked is null and outcome is null and shown is null and digest is null
        and body is null)) not valid;
    comment on column trail.form is '0: chained by hashes without a key, content in columns; 1: sealed, content in body';
    comment on column trail.key_id is 'which key seals it: the first characters of the SHA-256 of the key';
    comment on column trail.body is 'content as one canonical text, a JSON array; content_hash is its SHA-256';
    comment on column trail.hash is
      'HMAC-SHA-256 of form, key_id, number, instant, kind, count, content_hash and the hash of the row before; form 0: their SHA-256';

    create or replace function trail_stands() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (new.number, new.at, new.kind, new.count, new.content_hash, new.previous, new.hash, new.form, new.key_id)
          is not distinct from
          (old.number, old.at, old.kind, old.count, old.content_hash, old.previous, old.hash, old.form, old.key_id) then
        return new;
      end if;
      raise exception 'a row of the trail is never changed or deleted; only its content is erased';
    end $$;

    create function trail_sealed() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from (select form from trail order by number desc limit 1) last where last.form > 0) then
        raise exception 'a row without a seal does not follow one that has it: this hub is older than its database';
      end if;
      return new;
    end $$;
    create trigger trail_sealed before insert on trail for each row when (new.form = 0) execute function trail_sealed();

    create table trail_heads (
      number bigint not null check (number > 0),
      hash bytea not null check (length(hash) = 32),
      signed_at timestamptz not null,
      kid text not null,
      jws text not null,
      primary key (number, hash)
    );
    comment on table trail_heads is 'every head of the trail that was signed, one at each publication; by them a chain made anew is found';
    create function trail_heads_stand() returns trigger language plpgsql as $$
    begin
      raise exception 'a signed head is never changed or deleted';
    end $$;
    create trigger trail_heads_stand before update or delete on trail_heads for each row execute function trail_heads_stand();
    create trigger trail_heads_stay before truncate on trail_heads execute function trail_heads_stand();
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop table trail_heads;
    drop function trail_heads_stand();
    drop trigger trail_sealed on trail;
    drop function trail_sealed();
    alter table trail disable trigger user;
    delete from trail where form > 0;
    alter table trail enable trigger user;
    alter table trail
      drop constraint trail_form_check,
      drop constraint trail_content_check,
      drop constraint trail_erased_check,
      drop constraint trail_kind_check,
      drop column form,
      drop column key_id,
      drop column body,
      add constraint trail_kind_check check (kind in ('ANSWER', 'ACT', 'OUTCOME', 'CHUNK', 'FILE', 'TOKEN', 'CUT')),
      add constraint trail_check check ((erased_at is null) = (salt is not null)),
      add constraint trail_check1 check (erased_at is null or (client is null and role is null and agency is null and purpose is null
        and request is null and asked is null and outcome is null and shown is null and digest is null));
    create or replace function trail_stands() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (new.number, new.at, new.kind, new.count, new.content_hash, new.previous, new.hash)
          = (old.number, old.at, old.kind, old.count, old.content_hash, old.previous, old.hash) then
        return new;
      end if;
      raise exception 'a row of the trail is never changed or deleted; only its content is erased';
    end $$;
  `)
}
