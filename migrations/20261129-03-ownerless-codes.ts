import type { Knex } from 'knex'

/**
 * Codes of records that have no operator and need none, so that a code learned later finds them. Of existing records only the USCC is
 * known here. Their other codes come with the next delivery.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table ownerless_codes (
      scheme text collate "C" not null check (scheme in ('uscc', 'org_code', 'reg_no')),
      code text collate "C" not null,
      feed text not null,
      record_key text not null,
      digest text not null,
      primary key (scheme, code, feed, record_key, digest)
    );
    comment on table ownerless_codes is 'codes that versions without an operator carry; a version is named by feed, key and digest, so that a copy of it keeps them';
    create index ownerless_codes_record on ownerless_codes (feed, record_key);
    insert into ownerless_codes (scheme, code, feed, record_key, digest)
      select 'uscc', body->>'owner_uscc', feed, record_key, digest from versions
      where kind = 'trademark' and operator_id is null and known_to is null and body->>'owner_uscc' is not null;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table ownerless_codes')
}
