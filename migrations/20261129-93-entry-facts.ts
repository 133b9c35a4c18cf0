/**
 * A list entry without a key of its authority is one fact, whichever code of its firm a row has. Existing entries and unmatched items get
 * the fact as well. An entry that already has two records keeps both until `hub repair` joins them.
 */
import type { Knex } from 'knex'

/** The old code already counts each fact once. */
export const rollOut = 'before'

const FACT = (v: string): string => `case ${v}.body->>'list'
  when 'abnormal' then concat_ws('/', 'abnormal', ${v}.body->>'listed_on', ${v}.body->>'reason')
  when 'ecommerce-2018' then concat_ws('/', 'ecommerce-2018', ${v}.body->>'reason')
  when 'defaulters' then concat_ws('/', 'defaulters', split_part(${v}.record_key, '/', 1), split_part(${v}.record_key, '/', 2)) end`

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    update versions v set fact = ${FACT('v')} where v.kind = 'list_entry' and v.fact is null and ${FACT('v')} is not null and not exists (
      select 1 from versions o where o.operator_id = v.operator_id and o.kind = 'list_entry' and o.record_key <> v.record_key
        and ${FACT('o')} = ${FACT('v')});
    update unmatched u set fact = ${FACT('u')} where u.kind = 'list_entry' and u.fact is null and ${FACT('u')} is not null;
  `)
}

/** The old code reads facts of entries like those of any kind, so nothing is undone. */
export const down = async (): Promise<void> => {}
