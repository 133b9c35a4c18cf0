import type { Knex } from 'knex'

/** Operators with their codes and names, and the decisions about their identity. */
export const createOperators = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table operators (
      id integer generated always as identity (cache 100) primary key,
      uscc text collate "C",
      shop text collate "C",
      kind text not null check (kind in ('ENTERPRISE', 'INDIVIDUAL', 'COOPERATIVE', 'SHOP', 'OTHER')),
      name text,
      region text,
      status text not null default 'UNKNOWN',
      first_run bigint not null,
      created_at timestamptz not null,
      name_key text collate "C",
      known_to timestamptz,
      merged_into integer,
      check (num_nonnulls(uscc, shop) = 1),
      check (merged_into is null or merged_into <> id)
    );
    create unique index operators_uscc on operators (uscc);
    create unique index operators_shop on operators (shop) where shop is not null;
    create index operators_gone on operators (id) where known_to is not null;
    create index operators_name on operators using hash (name_key);
    create index operators_org_code on operators (substr(uscc, 9, 9)) where uscc is not null;
    create index operators_region on operators (region collate "C", id);
    create index operators_kind on operators (kind, id) where kind <> 'ENTERPRISE';
    create index operators_merged on operators (merged_into) where merged_into is not null;
    create index operators_merged_away on operators (id) include (merged_into) where merged_into is not null;
    comment on column operators.name_key is 'the name normalised for comparing (domain/names)';
    comment on column operators.known_to is 'no longer believed to exist: all that spoke of it was taken back';
    comment on column operators.merged_into is 'its codes and records belong to that operator now, by a decision on identity';
    alter table operators alter column name_key set (n_distinct = -1);

    create table operator_codes (
      scheme text collate "C" not null check (scheme in ('uscc', 'org_code', 'reg_no', 'shop')),
      code text collate "C" not null,
      operator_id integer not null references operators,
      run_id bigint not null,
      primary key (scheme, code, operator_id)
    );
    create index operator_codes_operator on operator_codes (operator_id);
    comment on table operator_codes is 'further codes: those that an operator''s own USCC or shop code does not already say';

    create table operator_names (
      operator_id integer not null references operators,
      name text not null,
      known_from timestamptz not null,
      run_id bigint not null,
      name_key text collate "C" not null,
      claim boolean not null default false,
      primary key (operator_id, name)
    );
    create index operator_names_key on operator_names (name_key);
    comment on table operator_names is 'names an operator bore before its present one';
    comment on column operator_names.claim is 'said by no register: no name that the operator bore';
    alter table operator_names alter column name_key set (n_distinct = -1);

    create table identity_decisions (
      id bigint generated always as identity primary key,
      verdict text not null check (verdict in ('ATTACH', 'NOT_OURS', 'MERGE', 'DIVIDE')),
      subject_key text collate "C",
      feed text,
      operator_id integer references operators,
      merged_id integer references operators,
      evidence jsonb not null default '{}',
      reason text not null,
      decided_by text not null,
      decided_at timestamptz not null,
      undone_at timestamptz,
      undone_by text,
      undone_reason text,
      successor_id integer references operators,
      check ((verdict = 'MERGE') = (merged_id is not null)),
      check ((verdict = 'NOT_OURS') = (operator_id is null)),
      check ((verdict in ('MERGE', 'DIVIDE')) = (subject_key is null)),
      check (num_nonnulls(undone_at, undone_by, undone_reason) in (0, 3)),
      constraint identity_decisions_successor check ((verdict = 'DIVIDE') = (successor_id is not null))
    );
    create unique index identity_decisions_subject on identity_decisions (feed, subject_key) where undone_at is null and subject_key is not null;
    create unique index identity_decisions_merged on identity_decisions (merged_id) where undone_at is null and merged_id is not null;
    create unique index identity_decisions_divided on identity_decisions (successor_id, operator_id) where undone_at is null and successor_id is not null;
    create index identity_decisions_successors on identity_decisions (successor_id) where successor_id is not null;
    create index identity_decisions_survivors on identity_decisions (operator_id) where merged_id is not null;
    comment on column identity_decisions.successor_id is 'of a division: the operator into which operator_id was divided';

    create table names (
      operator_id integer not null,
      former boolean not null,
      personal boolean not null,
      key text collate "C" not null,
      grams integer[] not null
    );
    create index names_operator on names (operator_id);
    create index names_grams on names using gin (grams);
    comment on table names is 'present and former names of operators as they are searched (domain/name-search): made of operators and operator_names, and makes nothing itself';
    comment on column names.personal is 'holds something that is masked outside, where nobody finds anything by it';
    comment on column names.grams is 'pairs of neighbouring characters';

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
    insert into name_states (wanted) values (0);

    create view codes (scheme, code, operator_id, own_id, known_to) as
      select 'uscc' collate "C", uscc, coalesce(merged_into, id), id, known_to from operators where uscc is not null
      union all select 'shop' collate "C", shop, coalesce(merged_into, id), id, known_to from operators where shop is not null
      union all select 'org_code' collate "C", substr(uscc, 9, 9), coalesce(merged_into, id), id, known_to from operators where uscc is not null
      union all select c.scheme, c.code, coalesce(o.merged_into, o.id), o.id, o.known_to from operator_codes c join operators o on o.id = c.operator_id;
    comment on view codes is 'every code and the operator to which it leads';
  `)
}
