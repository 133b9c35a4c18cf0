import type { Knex } from 'knex'

export const rollOut = 'before'

/** A matter that its sender ended before it was handed over leaves the holder's queue: it counted as handed over. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    with unsent as (
      update matters m set content = jsonb_set(m.content, '{handed}', 'false')
      from matter_kinds k where k.kind = m.kind and k.version = m.kind_version and m.closed_at is not null and m.content->>'handed' = 'true'
        and not exists (select 1 from matter_moves v where v.matter_id = m.id
          and coalesce(k.content->'states'->v.state->>'waits_for', 'sender') <> 'sender')
      returning m.id)
    delete from matter_seats s using unsent u where s.matter_id = u.id and s.place <> 'sender';
    create index matter_files_stored on matter_files (seat, stored_at);
  `)
}

/** The mended rows stay as they are. */
export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index matter_files_stored')
}
