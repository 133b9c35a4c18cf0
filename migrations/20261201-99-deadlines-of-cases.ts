import type { Knex } from 'knex'

export const rollOut = 'before'

/** An open deadline follows the state and the keeper of its case, so that the late ones of a state and the next ones of a keeper are found by index. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table listing_deadlines add column state text, add column keeper text;
    comment on column listing_deadlines.state is 'of the case, while the deadline is open; kept by triggers, as is the keeper';

    create function listing_deadlines_of_case() returns trigger language plpgsql as $$
    begin
      select l.state, l.keeper into new.state, new.keeper from listings l where l.id = new.listing_id for share;
      return new;
    end $$;
    create trigger listing_deadlines_came before insert on listing_deadlines for each row execute function listing_deadlines_of_case();

    create function listing_deadlines_follow() returns trigger language plpgsql as $$
    begin
      update listing_deadlines set state = new.state, keeper = new.keeper where listing_id = new.id and ended_on is null;
      return null;
    end $$;
    create trigger listings_deadlines_follow after update of state, keeper on listings for each row
      when ((old.state, old.keeper) is distinct from (new.state, new.keeper)) execute function listing_deadlines_follow();

    update listing_deadlines t set state = l.state, keeper = l.keeper from listings l where l.id = t.listing_id and t.ended_on is null;
    create index listing_deadlines_state on listing_deadlines (state, name, due_on) where ended_on is null;
    create index listing_deadlines_keeper on listing_deadlines (keeper, due_on, id) where ended_on is null and keeper is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    drop trigger listings_deadlines_follow on listings;
    drop trigger listing_deadlines_came on listing_deadlines;
    drop function listing_deadlines_follow;
    drop function listing_deadlines_of_case;
    alter table listing_deadlines drop column state, drop column keeper;
  `)
}
