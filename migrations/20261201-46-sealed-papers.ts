import type { Knex } from 'knex'

export const rollOut = 'before'

/** Signed and masked copies of documents, and what parties attach: sealed by a key outside the database. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table sealed_papers (
      id uuid primary key,
      listing_id uuid references listings,
      objection_id bigint references objections,
      about text not null check (about in ('SIGNED', 'MASKED', 'DEFENCE', 'REPAIR', 'OBJECTION')),
      kind text check (kind in ('NOTICE', 'DECISION', 'REMOVAL', 'REPAIR_NOTICE')),
      media_type text not null check (media_type in ('PDF', 'PNG', 'JPEG')),
      bytes integer not null check (bytes > 0),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      content bytea not null,
      stored_by text not null,
      stored_at timestamptz not null,
      released_by text,
      released_at timestamptz,
      withdrawn_by text,
      withdrawn_at timestamptz,
      check (num_nonnulls(listing_id, objection_id) = 1),
      check ((objection_id is not null) = (about = 'OBJECTION')),
      check ((kind is not null) = (about in ('SIGNED', 'MASKED'))),
      check (about = 'MASKED' or num_nonnulls(released_by, withdrawn_by) = 0),
      check ((released_by is null) = (released_at is null)),
      check ((withdrawn_by is null) = (withdrawn_at is null))
    );
    create unique index sealed_papers_listing on sealed_papers (listing_id, about, coalesce(kind, ''), sha256) where listing_id is not null;
    create unique index sealed_papers_objection on sealed_papers (objection_id, sha256) where objection_id is not null;
    create index sealed_papers_public on sealed_papers (listing_id, kind) where released_at is not null and withdrawn_at is null;
    alter table sealed_papers alter column content set storage external;
    comment on table sealed_papers is 'papers are never changed or deleted; a masked copy is released by a second person, and withdrawn';
    comment on column sealed_papers.content is 'AES-256-GCM by seal.key, bound to the id: nonce, ciphertext, tag';
    comment on column sealed_papers.sha256 is 'of the paper itself, not of the sealed bytes';

    create function sealed_papers_stay() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.about = 'MASKED'
        and (to_jsonb(new) - '{released_by,released_at,withdrawn_by,withdrawn_at}'::text[])
          = (to_jsonb(old) - '{released_by,released_at,withdrawn_by,withdrawn_at}'::text[]) then
        return new;
      end if;
      raise exception 'sealed_papers is appended only';
    end $$;
    create trigger sealed_papers_stay before update or delete on sealed_papers for each row execute function sealed_papers_stay();
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table sealed_papers; drop function sealed_papers_stay()')
}
