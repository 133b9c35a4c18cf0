import type { Knex } from 'knex'

export const rollOut = 'before'

/** Each statement may be repeated; a constraint is validated outside the transaction that locks its table. */
export const config = { transaction: false }

const KINDS = ['SETTINGS', 'SERVICE', 'RULE_ROW', 'RULES_ADDED', 'LIST_ENDED', 'ROBOT']

const setKinds = async (db: Knex, kinds: readonly string[]): Promise<void> => {
  const listed = kinds.map((kind) => `'${kind}'`).join(', ')
  await db.raw(`set local lock_timeout = '1s';
    alter table office_proposals drop constraint if exists office_proposals_kind_check;
    alter table office_proposals add constraint office_proposals_kind_check check (kind in (${listed})) not valid;`)
  await db.raw('alter table office_proposals validate constraint office_proposals_kind_check')
}

/** One person proposes that a restored database is released, another confirms. Rows without a proposer are older. */
export const up = async (db: Knex): Promise<void> => {
  await setKinds(db, [...KINDS, 'RESTORE_RELEASE'])
  await db.raw(`set local lock_timeout = '1s';
    alter table database_restored add column if not exists release_proposed_by text;
    alter table database_restored drop constraint if exists database_restored_two_persons;
    alter table database_restored add constraint database_restored_two_persons
      check (release_proposed_by is null or release_proposed_by <> released_by) not valid;`)
  await db.raw('alter table database_restored validate constraint database_restored_two_persons')
}

export const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table database_restored drop column if exists release_proposed_by')
  await db.raw(`delete from office_proposals where kind = 'RESTORE_RELEASE'`)
  await setKinds(db, KINDS)
}
