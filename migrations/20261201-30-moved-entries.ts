import type { Knex } from 'knex'

export const rollOut = 'before'

/** An entry may be moved to another operator and hidden by one transaction: both rows are kept although no entry is left. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create or replace function standing_listings_altered() returns trigger language plpgsql as $$
    begin
      if new.operator_id is distinct from old.operator_id or exists (select 1 from public_entries p where p.listing_id = new.id) then
        perform keep_standing_entries(array(select distinct id from unnest(array[old.operator_id, new.operator_id]) as of(id)));
      end if;
      if new.decision_version is distinct from old.decision_version then
        perform keep_standing_weighs(array[old.decision_version, new.decision_version]);
      end if;
      return null;
    end $$;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create or replace function standing_listings_altered() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from public_entries p where p.listing_id = new.id) then
        perform keep_standing_entries(array(select distinct id from unnest(array[old.operator_id, new.operator_id]) as of(id)));
      end if;
      if new.decision_version is distinct from old.decision_version then
        perform keep_standing_weighs(array[old.decision_version, new.decision_version]);
      end if;
      return null;
    end $$;
  `)
}
