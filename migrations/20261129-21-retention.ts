import type { Knex } from 'knex'

/**
 * Runs that brought nothing are deleted after their retention term. Records, codes, names and unmatched items refer only to runs that
 * brought something, which are never deleted. Their foreign keys go, because without an index each deleted run would scan these tables.
 * The small tables that refer to deletable runs get an index.
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
