import type { Knex } from 'knex'

/** What the public list tells of past days. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table public_entries add column shown_from date;
    update public_entries p set shown_from = coalesce((select e.made_on from listing_events e
      where e.listing_id = p.listing_id and e.move in ('publishListing', 'unhideListing', 'restoreListing')
      order by e.number desc limit 1), p.published_on);
    alter table public_entries alter column shown_from set not null;
    comment on column public_entries.shown_from is 'first day of its present stay on the list; before it, it was hidden, removed or not yet there';

    create index listings_decision on listings (decision_version) where published_on is not null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index listings_decision; alter table public_entries drop column shown_from')
}
