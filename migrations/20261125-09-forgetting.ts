import type { Knex } from 'knex'

/** Columns for queries of the public list at past days, for objections, and for deleting the salts of removed entries. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table public_entries add column shown_from date, add column masks smallint not null default 1;
    comment on column public_entries.masks is 'number of the masks under which the body was made (domain/public-entry)';
    update public_entries p set shown_from = coalesce((select e.made_on from listing_events e
      where e.listing_id = p.listing_id and e.move in ('publishListing', 'unhideListing', 'restoreListing')
      order by e.number desc limit 1), p.published_on);
    alter table public_entries alter column shown_from set not null;
    comment on column public_entries.shown_from is 'first day of its present stay on the list; before it, it was hidden, removed or not yet there';

    update public_entries p set body = p.body || jsonb_build_object('contested', exists (
      select 1 from listings l join versions v on v.id = l.decision_version
        join objections b on b.operator_id = l.operator_id and b.feed = v.feed and b.record_key = v.record_key
      where l.id = p.listing_id and (b.state = 'OPEN' or (b.state = 'UPHELD' and exists (select 1 from versions c
        where c.record_key = b.record_key and c.feed = b.feed and c.known_from <= b.decided_at and c.ended_on is null and c.known_to is null)))));
    -- A changed body hash makes the next snapshot write the entry again.
    update public_entries set body_hash = encode(sha256(convert_to(body::text, 'UTF8')), 'hex');
    create index public_entries_contested on public_entries (listing_id) where body->>'contested' = 'true';

    create index listings_decision on listings (decision_version) where published_on is not null;

    create or replace function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null, source = '' from gone g
        where p.listing_id = g.listing_id and (p.line is not null or p.source <> '');
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
    update published_entries set source = '' where line is null;
    comment on column published_entries.source is 'hash and salt of the public entry that it was made of; empty: forgotten, the salt with the body';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create or replace function forget_published() returns trigger language plpgsql as $$
    begin
      update published_entries p set line = null from gone g where p.listing_id = g.listing_id and p.line is not null;
      insert into forgotten (listing_id) select listing_id from gone;
      return null;
    end $$;
    comment on column published_entries.source is 'hash and salt of the public entry that it was made of';
    drop index listings_decision, public_entries_contested;
    alter table public_entries drop column shown_from, drop column masks;
    update public_entries set body = body - 'contested';
  `)
}
