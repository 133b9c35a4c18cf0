/** Sellers that the shops feed confirms, and the number of unconfirmed operators whose grade a marketplace's list may open. */
import type { Knex } from 'knex'

/**
 * The old code goes on: a list that it accepts opens every grade until the next renewal. The renewal also decides about earlier lists,
 * so that the roll-out itself shuts no marketplace out.
 */
export const rollOut = 'before'

export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table clients
      add column marketplace text check (marketplace ~ '^[a-z0-9-]{1,32}$'),
      add column unconfirmed_sellers integer check (unconfirmed_sellers between 0 and 1000000),
      add column sellers_reason text;
    comment on column clients.marketplace is 'id of this marketplace in the shops feed; null: the name of the client';
    comment on column clients.unconfirmed_sellers is 'grades that its list may open of operators whom the shops feed does not confirm; null: by the rule of domain/sellers';
    comment on column clients.sellers_reason is 'why the two columns before are as they are; who set them is in the audit log';

    alter table seller_lists add column confirmed integer, add column unconfirmed integer, add column grades_closed integer, add column unconfirmed_most integer;
    comment on column seller_lists.confirmed is 'sellers with an open shop on the marketplace in the shops feed, when it was last decided; null: not yet';
    comment on column seller_lists.unconfirmed is 'sellers that lead to an operator without such a shop';
    comment on column seller_lists.grades_closed is 'of the unconfirmed those whose grade stays closed';
    comment on column seller_lists.unconfirmed_most is 'grades of unconfirmed sellers that were allowed';

    alter table sellers add column opens_grade boolean not null default true;
    comment on column sellers.opens_grade is 'decided when the list is sent and whenever shops were pulled; a code that led to nobody then opens none';

    create table seller_claims (
      client text not null,
      scheme text collate "C" not null,
      code text collate "C" not null,
      first_on date not null,
      last_on date not null,
      primary key (client, scheme, code)
    );
    comment on table seller_claims is 'unconfirmed sellers whose grade a marketplace was shown: each takes a place for six months after it was last listed, so that changing lists open no more';

    create or replace function seller_bits_of(list bigint) returns bytea language sql stable as $$
      with own as (select o.id / 8 as at, bit_or(1 << (o.id % 8)) as byte from sellers s join operators o on o.uscc = s.code
        where s.list_id = list and s.scheme = 'uscc' and s.opens_grade group by 1)
      select coalesce(string_agg(set_byte('\\x00', 0, coalesce(b.byte, 0)), ''::bytea order by n), ''::bytea)
      from generate_series(0, (select max(at) from own)) n left join own b on b.at = n
    $$;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create or replace function seller_bits_of(list bigint) returns bytea language sql stable as $$
      with own as (select o.id / 8 as at, bit_or(1 << (o.id % 8)) as byte from sellers s join operators o on o.uscc = s.code
        where s.list_id = list and s.scheme = 'uscc' group by 1)
      select coalesce(string_agg(set_byte('\\x00', 0, coalesce(b.byte, 0)), ''::bytea order by n), ''::bytea)
      from generate_series(0, (select max(at) from own)) n left join own b on b.at = n
    $$;
    drop table seller_claims;
    alter table sellers drop column opens_grade;
    alter table seller_lists drop column confirmed, drop column unconfirmed, drop column grades_closed, drop column unconfirmed_most;
    alter table clients drop column marketplace, drop column unconfirmed_sellers, drop column sellers_reason;
  `)
}
