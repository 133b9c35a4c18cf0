import type { Knex } from 'knex'

export const rollOut = 'before'

/** Matters that lie in exchange folders, for organisations without HTTP. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_folder_files (
      seat text not null,
      matter_id uuid not null references matters on delete cascade,
      moves integer not null,
      written_at timestamptz not null,
      taken_at timestamptz,
      primary key (seat, matter_id)
    );
    create index matter_folder_files_waiting on matter_folder_files (seat) where taken_at is null;
    comment on column matter_folder_files.moves is 'how many moves the file tells';
    comment on column matter_folder_files.taken_at is 'when the hub saw that the organisation had taken the file: the receipt';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table matter_folder_files')
}
