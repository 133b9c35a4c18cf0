import type { Knex } from 'knex'

/**
 * The columns by which GraphQL filters the public list, and an index for parts of names. pg_trgm comes with PostgreSQL. If it may not
 * be created, or does not handle Chinese in the database's locale, the names are scanned.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table public_entries
      add column list text generated always as (body->>'list') stored,
      add column name text generated always as (body->>'name') stored,
      add column uscc text generated always as (body->>'uscc') stored;
    create index public_entries_list on public_entries (list, published_on desc, listing_id desc);
    create index public_entries_uscc on public_entries (uscc);
    do $$ begin
      create extension if not exists pg_trgm;
      if show_trgm('长春') <> '{}' then
        create index public_entries_name on public_entries using gin (name gin_trgm_ops);
      end if;
    exception when insufficient_privilege or undefined_file or feature_not_supported then
      raise notice 'pg_trgm cannot be had; names of the public list have no index';
    end $$;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index if exists public_entries_name;
    drop index public_entries_list, public_entries_uscc;
    alter table public_entries drop column list, drop column name, drop column uscc;
  `)
}
