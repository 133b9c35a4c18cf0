import type { Knex } from 'knex'

export const rollOut = 'before'

/** Certificates of removal as they were issued, found by the code printed on them. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table removal_certificates (
      code text primary key check (code ~ '^[0-9a-f]{20}$'),
      listing_id uuid not null references listings,
      content_sha256 text not null,
      jws text not null,
      issued_at timestamptz not null,
      unique (listing_id, content_sha256)
    );
    comment on column removal_certificates.jws is 'sealed by seal.key, bound to the code: it names the party';
    comment on column removal_certificates.content_sha256 is 'of what it certifies without code and time: the same again is the same certificate';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table removal_certificates')
}
