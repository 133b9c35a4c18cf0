import type { Knex } from 'knex'

/** Documents issued by the case system: their official number and the hash of the file. Rows are never changed. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table listing_documents (
      id bigint generated always as identity primary key,
      listing_id uuid not null references listings,
      kind text not null check (kind in ('NOTICE', 'DECISION', 'REMOVAL', 'REPAIR_NOTICE')),
      number text not null check (number ~ '\\S'),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      issued_on date not null,
      entered_by text not null,
      entered_at timestamptz not null,
      unique (listing_id, kind, number, sha256, issued_on)
    );
    comment on table listing_documents is 'appended, never updated; of one kind the latest counts, the earlier ones say what was believed';

    create function listing_documents_stay() returns trigger language plpgsql as $$
    begin
      raise exception 'listing_documents is appended only';
    end $$;
    create trigger listing_documents_stay before update or delete or truncate on listing_documents
      for each statement execute function listing_documents_stay();
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table listing_documents; drop function listing_documents_stay()')
}
