import type { Knex } from 'knex'

/**
 * A bitmap of each current seller list, with a bit for each operator whose own USCC is on the list. A thousand bits cost less than
 * one lookup of a code. A set bit is always right, because neither a list nor an operator's USCC ever changes. Without a bit the
 * operator may be newer or be on the list by another code, so the codes are searched.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table seller_bits (
      list_id bigint primary key references seller_lists on delete cascade,
      bits bytea not null
    );
    comment on table seller_bits is 'bit n (as of get_bit) is set where the USCC of operator n stands on the list';
    -- Stored uncompressed, so that single bytes can be read.
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
