/**
 * `ends_on` is the last day of a term everywhere (Civil Code arts 201 and 202). Listings and public entries keep their value, which is
 * now read as the last day instead of the first day after. Overrides and authorisations hold days that people gave as the first day
 * without effect. These move back by one day, so that they end as agreed.
 */
import type { Knex } from 'knex'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table authorisations drop constraint authorisations_check;
    update authorisations set ends_on = ends_on - 1;
    alter table authorisations add constraint authorisations_days check (ends_on >= given_on);
    comment on column authorisations.ends_on is 'last day on which it holds';
    update overrules set ends_on = ends_on - 1;
    comment on table overrules is 'a grade that two people set beside the computed one, until the end of its last day (ends_on)';
    comment on column listings.ends_on is 'last day on which the entry stands';
    comment on column public_entries.ends_on is 'last day on which the entry is public';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    update overrules set ends_on = ends_on + 1;
    alter table authorisations drop constraint authorisations_days;
    update authorisations set ends_on = ends_on + 1;
    alter table authorisations add constraint authorisations_check check (ends_on > given_on);
  `)
}
