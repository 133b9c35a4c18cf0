import type { Knex } from 'knex'

/** Name search: grams of each name, names per gram, and progress. Also indexes for the directory, brands and barcodes. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table names (
      operator_id integer not null,
      former boolean not null,
      personal boolean not null,
      key text collate "C" not null,
      grams integer[] not null
    );
    comment on table names is 'present and former names of operators as they are searched (domain/name-search): made of operators and operator_names, and makes nothing itself';
    comment on column names.personal is 'holds something that is masked outside, where nobody finds anything by it';
    comment on column names.grams is 'pairs of neighbouring characters';
    create index names_operator on names (operator_id);
    create index names_grams on names using gin (grams);

    create table name_grams (
      gram integer primary key,
      names integer not null
    );
    comment on table name_grams is 'how many names held a gram when they were counted last';

    create table name_states (
      only_row boolean primary key default true check (only_row),
      wanted bigint not null,
      done bigint not null default 0,
      counts bigint not null default 0,
      counted bigint not null default 0,
      since bigint not null default 0
    );
    comment on column name_states.wanted is 'raised by whatever brings more names than it can write down itself; done: the number up to which all are there';
    comment on column name_states.counts is 'number of the last count; counted: names then; since: names written after it';
    insert into name_states (wanted) select case when exists (select 1 from operators) then 1 else 0 end;

    create index versions_brand on versions ((translate(regexp_replace(normalize(body->>'brand', NFKC), '\\s', '', 'g'),
      'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))) where kind in ('inspection', 'recall') and known_to is null
      and (kind = 'recall' or body->>'result' = 'FAIL');
    create index versions_gtins on versions using gin ((body->'gtins') jsonb_path_ops) where kind = 'recall' and known_to is null;

    create index operators_region on operators (region collate "C", id);
    create index operators_kind on operators (kind, id) where kind <> 'ENTERPRISE';
    create index scores_asked on scores (as_of, operator_id) where asked;
    create index current_scores_grade on current_scores (grade, operator_id);
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop index versions_gtins, versions_brand, current_scores_grade, scores_asked, operators_kind, operators_region;
    drop table name_states, name_grams, names;
  `)
}
