import type { Knex } from 'knex'

export const rollOut = 'before'

/** Clues of the public: the hash of the receipt code, the sealed contact and the fingerprints of what is alike. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_reporters (
      matter_id uuid primary key references matters on delete cascade,
      receipt_mark text not null unique,
      contact text,
      likenesses text[] not null,
      received_at timestamptz not null
    );
    create index matter_reporters_alike on matter_reporters using gin (likenesses);
    create index matter_reporters_contact on matter_reporters (matter_id) where contact is not null;
    comment on column matter_reporters.receipt_mark is 'HMAC of the receipt code, which is not stored';
    comment on column matter_reporters.contact is 'AES-256-GCM by seal.key, bound to the matter; erased a term after its end';
    comment on column matter_reporters.likenesses is 'HMAC of the shop and of the text, each without its punctuation';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table matter_reporters')
}
