import type { Knex } from 'knex'

/** The rescoring queue gets a table of its own. Marking a million operators rewrote each of their rows with all its indexes. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table dirty_operators (
      operator_id integer not null,
      since timestamptz not null
    );
    create index dirty_operators_operator on dirty_operators (operator_id);
    comment on table dirty_operators is 'a record of this operator changed and its score does not know yet: a row for each time, gone once a score knows it; without a foreign key: its rows are made by joins with operators, none of which is ever deleted';
    insert into dirty_operators select id, dirty_since from operators where dirty_since is not null;
    alter table operators drop column dirty_since;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table operators add column dirty_since timestamptz;
    comment on column operators.dirty_since is 'a record of this operator changed and its score does not know yet';
    create index operators_dirty on operators (id) where dirty_since is not null;
    update operators o set dirty_since = d.since from (select operator_id, min(since) as since from dirty_operators group by operator_id) d
      where d.operator_id = o.id;
    drop table dirty_operators;
  `)
}
