import type { Knex } from 'knex'

export const rollOut = 'before'

/** Attachments of matters whose bytes the hub keeps: sealed by a key outside the database. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_files (
      id bigint generated always as identity primary key,
      seat text not null,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      media_type text not null check (media_type in ('PDF', 'PNG', 'JPEG')),
      bytes integer not null check (bytes > 0),
      content bytea not null,
      stored_by text not null,
      stored_at timestamptz not null,
      unique (seat, sha256)
    );
    alter table matter_files alter column content set storage external;
    comment on table matter_files is 'a seat has sent them; erased after a term while no matter names them';
    comment on column matter_files.content is 'AES-256-GCM by seal.key, bound to seat and hash: nonce, ciphertext, tag';
    comment on column matter_files.stored_at is 'when it was sent last';

    create table matter_attachments (
      matter_id uuid not null references matters on delete cascade,
      seat text not null,
      sha256 text not null,
      primary key (matter_id, sha256, seat)
    );
    create index matter_attachments_file on matter_attachments (seat, sha256);
    comment on table matter_attachments is 'which seat named which file: a hash alone opens no file that another seat has sent';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table matter_attachments, matter_files')
}
