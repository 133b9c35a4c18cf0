import type { Knex } from 'knex'

export const rollOut = 'before'

/** Figures of matters, frozen by month. A correction adds an issue. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table matter_figures (
      month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
      issue integer not null check (issue > 0),
      made_at timestamptz not null,
      counted_sha256 text not null,
      content jsonb not null,
      primary key (month, issue)
    );
    comment on table matter_figures is 'appended, never altered or erased: the old issue of a month stays readable';
    comment on column matter_figures.counted_sha256 is 'of what was counted, so that an equal count makes no issue';
    create function matter_figures_stand() returns trigger language plpgsql as $$
      begin raise exception 'issues of figures are kept as they were made'; end $$;
    create trigger matter_figures_stand before update or delete on matter_figures
      for each row execute function matter_figures_stand();
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table matter_figures; drop function matter_figures_stand()')
}
