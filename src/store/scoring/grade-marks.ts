import { queryValue, type Tx } from '../db/db.js'

/** Within this time of a removal, even an unchanged grade is reported, because it was withheld. */
const REMOVAL_RECENT = '1 day'

export const markGradeChanges = async (
  tx: Tx,
  scored: readonly { operatorId: number; grade: string }[],
  before: ReadonlyMap<number, string>,
  at: Date,
): Promise<void> => {
  const ids = scored.map(({ operatorId }) => operatorId)
  const other = scored.map(({ operatorId, grade }) => before.get(operatorId) !== grade)
  if (other.every((each) => !each) && !(await anyRemoved(tx, at))) return
  await tx.raw(
    `with g as materialized (select changes_wanted() as wanted)
     insert into change_marks (operator_id, what) select s.id, 'GRADE' from g, unnest(:ids::int[], :other::boolean[]) as s(id, other)
     where g.wanted and (s.other or exists (select 1 from seller_removals r join listings l on l.id = r.listing_id
       where l.operator_id = s.id and r.at > :at::timestamptz - interval '${REMOVAL_RECENT}')) /* changes.markScored */`,
    { ids, other, at },
  )
}

const anyRemoved = (tx: Tx, at: Date): Promise<boolean> =>
  queryValue(
    tx,
    `select exists (select 1 from seller_removals where at > ?::timestamptz - interval '${REMOVAL_RECENT}') as found /* changes.anyRemoved */`,
    [at],
  )
