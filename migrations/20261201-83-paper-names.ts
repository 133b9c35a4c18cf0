import type { Knex } from 'knex'

export const rollOut = 'before'

const KEPT = (released: string, erased: string): string => `
    create or replace function sealed_papers_stay() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.about = 'MASKED'
        and (to_jsonb(new) - '{${released}}'::text[]) = (to_jsonb(old) - '{${released}}'::text[]) then
        return new;
      end if;${erased}
      raise exception 'sealed_papers is appended only';
    end $$;`
const RELEASED = 'released_by,released_at,withdrawn_by,withdrawn_at'
const ERASED = 'content,file_name,erased_at'

/** Attachments keep their names; a paper past its term of retention loses name and content. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    alter table sealed_papers add column file_name text, add column erased_at timestamptz,
      add constraint sealed_papers_erased check (erased_at is null or (file_name is null and content = ''::bytea));
    create index sealed_papers_kept on sealed_papers (stored_at) where erased_at is null;
    comment on column sealed_papers.file_name is 'as sent, sealed by seal.key, bound to the id';
    comment on column sealed_papers.erased_at is 'content and name were erased at the end of the term PAPERS (schema/rules/retention.json)';
    comment on table sealed_papers is 'papers are never changed; a masked copy is released by a second person, and withdrawn; after its term a paper is erased';
    ${KEPT(
      RELEASED,
      `
      if tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and (to_jsonb(new) - '{${ERASED}}'::text[]) = (to_jsonb(old) - '{${ERASED}}'::text[]) then
        return new;
      end if;`,
    )}
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    ${KEPT(RELEASED, '')}
    alter table sealed_papers drop column file_name, drop column erased_at;
    comment on table sealed_papers is 'papers are never changed or deleted; a masked copy is released by a second person, and withdrawn';
  `)
}
