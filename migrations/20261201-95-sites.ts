import type { Knex } from 'knex'

export const rollOut = 'before'

/** Filings, trust marks and shops are found by domain, and promises by their kind. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create index versions_domains on versions using gin ((body->'domains') jsonb_path_ops)
      where kind in ('icp_filing', 'trustmark') and known_to is null;
    create index versions_shop_host on versions ((split_part(split_part(split_part(translate(lower(body->>'url'), chr(63) || '#', '//'), '://', 2), '/', 1), ':', 1)))
      where kind = 'shop' and known_to is null;
    create index versions_promises on versions (kind, operator_id, id)
      where kind in ('commitment', 'standard') and known_to is null and ended_on is null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index versions_domains; drop index versions_shop_host; drop index versions_promises')
}
