import type { Knex } from 'knex'

/** A marketplace's list of its own sellers, and the authorisation by which a credit service may see an operator's grade. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table seller_lists (
      id bigint generated always as identity primary key,
      client text not null,
      dated date not null,
      uploaded_at timestamptz not null,
      sellers integer not null,
      malformed integer not null,
      current boolean not null default true
    );
    comment on table seller_lists is 'every list that a marketplace has uploaded; of the current one the sellers are kept';
    comment on column seller_lists.client is 'the marketplace''s client, and the only one that may ever know of it';
    create unique index seller_lists_current on seller_lists (client) where current;

    create table sellers (
      list_id bigint not null references seller_lists,
      scheme text collate "C" not null check (scheme in ('uscc', 'org_code', 'reg_no', 'shop')),
      code text collate "C" not null,
      primary key (list_id, scheme, code)
    );
    comment on table sellers is 'codes as uploaded: to which operator one leads is found when it is asked, since that changes';
    create index operators_merged on operators (merged_into) where merged_into is not null;

    create table authorisations (
      id bigint generated always as identity primary key,
      client text not null,
      operator_id integer not null references operators,
      document text not null,
      given_on date not null,
      ends_on date not null,
      recorded_at timestamptz not null,
      withdrawn_at timestamptz,
      withdrawn_by text,
      check (ends_on > given_on),
      check ((withdrawn_at is null) = (withdrawn_by is null))
    );
    comment on table authorisations is 'what a credit service says an operator has authorised it to: to see its score and grade';
    comment on column authorisations.ends_on is 'first day on which it no longer holds';
    create index authorisations_operator on authorisations (operator_id, id);
    create index authorisations_client on authorisations (client, operator_id) where withdrawn_at is null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop index operators_merged; drop table authorisations, sellers, seller_lists')
}
