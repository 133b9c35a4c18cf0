/** One process numbers the new rows of `change_marks`; others return at once. */
import { findRetentionStart } from '../../../domain/standing/changes.js'
import { findOldestValidListDate } from '../../../domain/standing/sellers.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import {
  type ChangeLedger,
  eraseChangesBefore,
  type NumberedRange,
  SELLER_CHANGES,
  tryNumberingLock,
} from '../../../store/db/change-ledger.js'
import type { Db, Tx } from '../../../store/db/db.js'
import * as store from '../../../store/standing/changes.js'
import * as queue from '../../../store/standing/webhook-queue.js'

const STEP_MARKS = 5_000
const STEPS_MOST = 20
/** Batches that a request numbers at most: it must not wait for a whole first scoring. */
export const NUMBERED_STEPS_PER_REQUEST = 2
const ERASE_STEP = 5_000
const ERASE_STEPS = 200

export const numberChanges = (db: Db, now: Date, steps = STEPS_MOST): Promise<number> => {
  const today = shanghaiDate(now)
  return numberInSteps(db, SELLER_CHANGES, {
    ...{ steps, now },
    isDue: () => store.isNumberingDue(db, today),
    number: async (tx) => {
      await store.markNewDay(tx, today)
      const asked = { marks: STEP_MARKS, oldest: findOldestValidListDate(today), now }
      return (await store.numberMarks(tx, asked)).numbered
    },
  })
}

interface Numbering {
  steps: number
  now: Date
  isDue: () => Promise<boolean>
  number: (tx: Tx) => Promise<readonly NumberedRange[]>
}

export const numberInSteps = async (
  db: Db,
  ledger: ChangeLedger,
  { steps, now, isDue, number }: Numbering,
): Promise<number> => {
  let numbered = 0
  for (let step = 0; step < steps && (await isDue()); step += 1) {
    const done = await db.transaction(async (tx) => {
      if (!(await tryNumberingLock(tx, ledger))) return null
      const ranges = await number(tx)
      await queue.addOwedMessages(tx, ledger, ranges, now)
      return ranges
    })
    if (done === null) break
    for (const { before, last } of done) numbered += last - before
  }
  return numbered
}

export const tidyChanges = async (db: Db, now: Date, ledger = SELLER_CHANGES): Promise<number> => {
  let erased = 0
  for (let step = 0; step < ERASE_STEPS; step += 1) {
    const gone = await db.transaction((tx) => eraseChangesBefore(tx, ledger, findRetentionStart(now), ERASE_STEP))
    if (gone === 0) break
    erased += gone
  }
  return erased
}
