import type { Knex } from 'knex'

export const rollOut = 'before'

const KIND_CHECK = 'office_proposals_kind_check'
const KINDS = ['SETTINGS', 'SERVICE', 'RULE_ROW', 'RULES_ADDED', 'LIST_ENDED']

const setKinds = async (tx: Knex, kinds: readonly string[]): Promise<void> => {
  const listed = kinds.map((kind) => `'${kind}'`).join(', ')
  await tx.raw(`alter table office_proposals drop constraint ${KIND_CHECK}`)
  await tx.raw(`alter table office_proposals add constraint ${KIND_CHECK} check (kind in (${listed}))`)
}

/** Notices about accounts go to the address of the time of the event. Group robots are proposed like settings. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table notifications add column address text;
    comment on column notifications.address is 'sealed address of a notice about an account, erased once the notice has ended; null: it goes to the present address';
  `)
  await setKinds(tx, [...KINDS, 'ROBOT'])
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`delete from office_proposals where kind = 'ROBOT'`)
  await setKinds(tx, KINDS)
  await tx.raw('alter table notifications drop column address')
}
