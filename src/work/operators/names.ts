/**
 * The sweep: names that came in such numbers that whatever brought them left them to it, and those of a database from
 * before names were searched. Step by step, each its own transaction; broken off anywhere it is done again, and writes
 * nothing twice.
 */
import { reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as locks from '../../store/db/locks.js'
import * as names from '../../store/operators/names.js'

const LOCK = 'hub.names'

/** Returns how many names were written; null where nothing is to be done or another process does it. */
export const sweepNames = async (db: Db, { signal }: { signal?: AbortSignal } = {}): Promise<number | null> => {
  if ((await names.wanting(db)) === null) return null
  const swept = await locks.alone(db, LOCK, 0, async () => {
    // What is wanted after this is not done by it.
    const wanted = await names.wanting(db)
    if (wanted === null) return null
    await names.prepare(db)
    let written = 0
    for (let after = 0; ; ) {
      signal?.throwIfAborted()
      const step = await names.sweepStep(db, after)
      if (step === null) break
      written += step.written
      after = step.last
    }
    await names.finish(db, wanted)
    return written
  })
  return swept === 'held' ? null : swept
}

export interface Sweeper {
  /** Soon, beside what goes on. */
  wake: () => void
  /** When nothing is under way any more. */
  idle: () => Promise<void>
}

/** Of a hub: one sweep at a time, and once more where it was woken meanwhile. */
export const makeSweeper = (db: Db, { signal, log }: { signal: AbortSignal; log: Log }): Sweeper => {
  let under: Promise<unknown> = Promise.resolve()
  let next = false
  const sweep = async () => {
    next = false
    try {
      await sweepNames(db, { signal })
    } catch (error) {
      // Whoever comes next goes on with it.
      if (!signal.aborted) log.warn({ reason: reasonOf(error) }, 'names could not all be made ready for search')
    }
  }
  return {
    wake: () => {
      if (next) return
      next = true
      under = under.then(sweep)
    },
    idle: async () => {
      await under
    },
  }
}
