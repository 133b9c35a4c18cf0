/** Indexes, in idempotent steps, the names that large transactions left out of the name search. */
import { reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as locks from '../../store/db/locks.js'
import * as names from '../../store/operators/names.js'

const LOCK = 'hub.names'
const SWEEP_EVERY_MS = 10_000

/** Null when nothing is due or another process is sweeping. */
export const sweepNames = async (db: Db, { signal }: { signal?: AbortSignal } = {}): Promise<number | null> => {
  if ((await names.wantedSweep(db)) === null) return null
  const swept = await locks.withLock(db, LOCK, 0, async () => {
    const wanted = await names.wantedSweep(db)
    if (wanted === null) return null
    await names.prepareSweep(db)
    let written = 0
    for (let after = 0; ; ) {
      signal?.throwIfAborted()
      const step = await names.sweepStep(db, after)
      if (step === null) break
      written += step.written
      after = step.last
    }
    await names.finishSweep(db, wanted)
    return written
  })
  return swept === 'held' ? null : swept
}

/** Serving hubs index names in the background: at start, after their own pulls, and every SWEEP_EVERY_MS. */
export const makeNameSweeper = (db: Db, { signal, log }: { signal: AbortSignal; log: Log }) => {
  let timer: NodeJS.Timeout | null = null
  let under: Promise<unknown> = Promise.resolve()
  let next = false
  const sweep = async () => {
    next = false
    try {
      await sweepNames(db, { signal })
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: reasonOf(error) }, 'names could not all be made ready for search')
    }
  }
  const wake = (): void => {
    if (timer === null || next) return
    next = true
    under = under.then(sweep)
  }
  return {
    wake,
    start: () => {
      timer ??= setInterval(wake, SWEEP_EVERY_MS).unref()
      wake()
    },
    stop: async () => {
      if (timer !== null) clearInterval(timer)
      timer = null
      await under
    },
  }
}
