import type { Knex } from 'knex'

/**
 * An unmatched record belongs, like a version, to a whole delivery or a partial one. A whole delivery without the record ends it.
 * Existing rows take this from their run or, for a corrected reject, from the run that had rejected it.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table unmatched drop constraint unmatched_state_check;
    alter table unmatched
      add column partial boolean not null default true,
      add column ended_by bigint references runs,
      add constraint unmatched_state_check check (state in ('OPEN', 'MATCHED', 'NOT_OURS', 'TAKEN_BACK', 'ENDED'));
    comment on column unmatched.partial is 'only deliveries of a part of its feed brought it: no whole one ends it by silence';
    comment on column unmatched.ended_by is 'the whole delivery that held it no longer';
    update unmatched u set partial = false from runs r where r.id = u.last_run and (r.whole
      or exists (select 1 from rejects j join runs s on s.id = j.run_id where j.taken_run = r.id and s.whole));
    create index unmatched_ended on unmatched (ended_by) where ended_by is not null;
    create index rejects_taken on rejects (feed) where state = 'TAKEN';
  `)
}

export const down = async (): Promise<void> => {
  throw new Error('20261129-01-absence cannot be undone: what has ended would wait again')
}
