import type { Knex } from 'knex'

/**
 * Runs that brought nothing are deleted after their term. What records, codes, names and waiting items refer to is a run that
 * brought them, and is never deleted; the check of that by foreign keys would read these tables whole for each deleted run, since
 * they have no index by run. The small tables that do refer to such runs get one.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    do $$
    declare
      one record;
    begin
      for one in select conrelid::regclass as name, conname from pg_constraint where contype = 'f' and confrelid = 'runs'::regclass
        and conrelid in ('operator_codes'::regclass, 'operator_names'::regclass, 'unmatched'::regclass)
      loop
        execute format('alter table %s drop constraint %I', one.name, one.conname);
      end loop;
    end $$;
    create index rejects_taken_run on rejects (taken_run) where taken_run is not null;
    create index snapshots_run on snapshots (run_id);
    create index comparisons_run on comparisons (run_id);
    create index concerns_run on concerns (run_id) where run_id is not null;
    create index findings_comparison on findings (comparison_id);
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index rejects_taken_run, snapshots_run, comparisons_run, concerns_run, findings_comparison;
    alter table operator_codes add foreign key (run_id) references runs;
    alter table operator_names add foreign key (run_id) references runs;
    alter table unmatched add foreign key (first_run) references runs, add foreign key (last_run) references runs;
  `)
}
