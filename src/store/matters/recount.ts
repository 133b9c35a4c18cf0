import type { Matter } from '../../domain/matters/matter.js'
import { queryRows, type Tx } from '../db/db.js'
import { findNextDue, type MatterClockColumns, reviveMatter, type StoredMatter } from './matters.js'

export type ClockedMatter = Pick<StoredMatter, 'id' | 'kind' | 'kindVersion' | 'matter'>

/** Two index ranges; `<>` would read all running clocks. */
export const lockCountedOtherwise = async (tx: Tx, counting: string, most: number): Promise<ClockedMatter[]> =>
  (
    await queryRows<ClockedMatter>(
      tx,
      `select m.id, m.kind, m.kind_version as "kindVersion", m.content as matter from matters m where m.id = any(array(
         (select matter_id from matter_clocks where running and counted_by < :counting order by counted_by limit :most) union all
         (select matter_id from matter_clocks where running and counted_by > :counting order by counted_by limit :most)))
       order by m.id for update /* recount.lock */`,
      { counting, most },
    )
  ).map(reviveMatter)

export interface RecountedMatter {
  id: string
  clocks: readonly MatterClockColumns[]
  /** Null where no day has moved. */
  content: Matter['clocks'] | null
}

/** Returns the number of clocks noted. A recount is no move. */
export const keepRecount = async (tx: Tx, counting: string, recounted: readonly RecountedMatter[]): Promise<number> => {
  const clocks = recounted.flatMap(({ id, clocks }) => clocks.map((clock) => ({ id, ...clock })))
  const moved = recounted.flatMap(({ id, content, clocks }) =>
    content === null ? [] : [{ id, clocks: content, dueAt: findNextDue(clocks) }],
  )
  const { rowCount } = await tx.raw(
    `with moved as (select * from jsonb_to_recordset(:moved) as m(id uuid, clocks jsonb, "dueAt" timestamptz)),
     content as (update matters m set content = jsonb_set(m.content, '{clocks}', n.clocks) from moved n where m.id = n.id),
     seats as (update matter_seats s set due_at = n."dueAt" from moved n where s.matter_id = n.id)
     update matter_clocks c set due_on = n."dueOn", due_at = n."dueAt", confirmed = n.confirmed, counted_by = :counting
     from jsonb_to_recordset(:clocks) as n(id uuid, place int, "dueOn" date, "dueAt" timestamptz, confirmed boolean)
     where c.matter_id = n.id and c.place = n.place and c.running and c.counted_by <> :counting /* recount.keep */`,
    { moved: JSON.stringify(moved), clocks: JSON.stringify(clocks), counting } as never,
  )
  return rowCount ?? 0
}
