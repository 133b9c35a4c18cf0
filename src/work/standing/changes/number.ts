/** Numbers the new rows of `change_marks`, in one process at a time; other processes return at once. */
import { findRetentionStart } from '../../../domain/standing/changes.js'
import { findOldestValidListDate } from '../../../domain/standing/sellers.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import type { Db } from '../../../store/db/db.js'
import * as store from '../../../store/standing/changes.js'
import * as queue from '../../../store/standing/webhook-queue.js'

const STEP_MARKS = 5_000
const STEPS_MOST = 20
/** A request numbers at most this many batches: it must not wait for a whole first scoring. */
export const NUMBERED_STEPS_PER_REQUEST = 2
const ERASE_STEP = 5_000
const ERASE_STEPS = 200

export const numberChanges = async (db: Db, now: Date, steps = STEPS_MOST): Promise<number> => {
  const today = shanghaiDate(now)
  let numbered = 0
  for (let step = 0; step < steps && (await store.isNumberingDue(db, today)); step += 1) {
    const done = await db.transaction(async (tx) => {
      if (!(await store.tryNumberingLock(tx))) return null
      await store.markNewDay(tx, today)
      const numbering = await store.numberMarks(tx, { marks: STEP_MARKS, oldest: findOldestValidListDate(today), now })
      await queue.addOwedMessages(tx, numbering.numbered, now)
      return numbering
    })
    if (done === null) break
    for (const { before, last } of done.numbered) numbered += last - before
  }
  return numbered
}

export const tidyChanges = async (db: Db, now: Date): Promise<number> => {
  let erased = 0
  for (let step = 0; step < ERASE_STEPS; step += 1) {
    const gone = await db.transaction((tx) => store.eraseChangesBefore(tx, findRetentionStart(now), ERASE_STEP))
    if (gone === 0) break
    erased += gone
  }
  return erased
}
