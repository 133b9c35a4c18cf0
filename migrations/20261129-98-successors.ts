/** Divisions (分立): an identity decision that one operator was divided, with a row for each successor. No record moves by it. */
import type { Knex } from 'knex'

/** The old code makes no such decision. */
export const rollOut = 'before'

const CAUSES = [
  'ABSENT',
  'TAKEN_BACK',
  'CHANGED_HANDS',
  'LIGHTER',
  'RESTORED',
  'REPAIR_REVOKED',
  'REPAIR_TOLD',
  'NOT_PUBLIC',
  'REPAIR_NOTICE_UNSERVED',
]

const named = (causes: readonly string[]): string => causes.map((cause) => `'${cause}'`).join(', ')

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table identity_decisions add column successor_id integer references operators,
      drop constraint identity_decisions_verdict_check,
      drop constraint identity_decisions_check2,
      add constraint identity_decisions_verdict_check check (verdict in ('ATTACH', 'NOT_OURS', 'MERGE', 'DIVIDE')),
      add constraint identity_decisions_check2 check ((verdict in ('MERGE', 'DIVIDE')) = (subject_key is null)),
      add constraint identity_decisions_successor check ((verdict = 'DIVIDE') = (successor_id is not null));
    comment on column identity_decisions.successor_id is 'of a division: the operator into which operator_id was divided';
    create unique index identity_decisions_divided on identity_decisions (successor_id, operator_id) where undone_at is null and successor_id is not null;
    create index identity_decisions_successors on identity_decisions (successor_id) where successor_id is not null;
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in (${named([...CAUSES, 'DIVIDED'])}));
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    delete from concerns where cause = 'DIVIDED';
    alter table concerns drop constraint concerns_cause_check,
      add constraint concerns_cause_check check (cause in (${named(CAUSES)}));
    delete from identity_decisions where verdict = 'DIVIDE';
    alter table identity_decisions drop column successor_id,
      drop constraint identity_decisions_verdict_check,
      drop constraint identity_decisions_check2,
      add constraint identity_decisions_verdict_check check (verdict in ('ATTACH', 'NOT_OURS', 'MERGE')),
      add constraint identity_decisions_check2 check ((verdict = 'MERGE') = (subject_key is null));
  `)
}
