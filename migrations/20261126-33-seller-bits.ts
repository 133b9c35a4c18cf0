import type { Knex } from 'knex'

/**
 * Of each list of sellers that counts a bit for every operator whose own USCC stands on it: a thousand of them cost less than one
 * look among its codes. A bit that is set is always right, since a list and the USCC of an operator never change; an operator
 * without one may have been made since, or stand on the list in another way, and is looked for among the codes.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table seller_bits (
      list_id bigint primary key references seller_lists on delete cascade,
      bits bytea not null
    );
    comment on table seller_bits is 'bit n (as of get_bit) is set where the USCC of operator n stands on the list';
    -- Not compressed: it is read as it lies.
    alter table seller_bits alter column bits set storage external;

    create function seller_bits_of(list bigint) returns bytea language sql stable as $$
      with own as (select o.id / 8 as at, bit_or(1 << (o.id % 8)) as byte from sellers s join operators o on o.uscc = s.code
        where s.list_id = list and s.scheme = 'uscc' group by 1)
      select coalesce(string_agg(set_byte('\\x00', 0, coalesce(b.byte, 0)), ''::bytea order by n), ''::bytea)
      from generate_series(0, (select max(at) from own)) n left join own b on b.at = n
    $$;
    insert into seller_bits (list_id, bits) select id, seller_bits_of(id) from seller_lists where current;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table seller_bits; drop function seller_bits_of')
}
