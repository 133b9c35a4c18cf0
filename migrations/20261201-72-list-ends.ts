import type { Knex } from 'knex'

export const rollOut = 'before'

/** An office ends a list of its own: no new cases from a day on. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table office_proposals drop constraint office_proposals_kind_check;
    alter table office_proposals add constraint office_proposals_kind_check
      check (kind in ('SETTINGS', 'SERVICE', 'RULE_ROW', 'RULES_ADDED', 'LIST_ENDED'));
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    delete from office_proposals where kind = 'LIST_ENDED';
    alter table office_proposals drop constraint office_proposals_kind_check;
    alter table office_proposals add constraint office_proposals_kind_check
      check (kind in ('SETTINGS', 'SERVICE', 'RULE_ROW', 'RULES_ADDED'));
  `)
}
