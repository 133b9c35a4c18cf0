import type { Knex } from 'knex'

/** What is to be scored anew in a table of its own: marking a million operators rewrote each of them with all its indexes. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table dirty_operators (
      operator_id integer primary key,
      since timestamptz not null
    );
    comment on table dirty_operators is 'a record of this operator changed and its score does not know yet; without a foreign key: its rows are made by joins with operators, none of which is ever deleted';
    insert into dirty_operators select id, dirty_since from operators where dirty_since is not null;
    alter table operators drop column dirty_since;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table operators add column dirty_since timestamptz;
    comment on column operators.dirty_since is 'a record of this operator changed and its score does not know yet';
    create index operators_dirty on operators (id) where dirty_since is not null;
    update operators o set dirty_since = d.since from dirty_operators d where d.operator_id = o.id;
    drop table dirty_operators;
  `)
}
