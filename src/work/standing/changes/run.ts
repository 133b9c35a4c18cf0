/**
 * The job looks for new messages every LOOK_MS until its next occurrence. A removal to a busy address also waits for
 * the batch under way (SEND_MS) or for its open breaker.
 */
import { setTimeout as after } from 'node:timers/promises'
import { reasonOf } from '../../../foundation/errors.js'
import { type Db, isConnectionLost } from '../../../store/db/db.js'
import { type RunOptions, runBeside } from '../../timetable/run.js'
import { numberChanges, tidyChanges } from './number.js'
import { makeWebhookSender, type WebhookSenderParts } from './send.js'

const LOOK_MS = 1_000

export interface MatterNumbering {
  number(db: Db, now: Date): Promise<number>
  tidy(db: Db, now: Date): Promise<number>
}

export interface ChangesOptions extends RunOptions {
  /** Missing when the process sends no webhooks. */
  sending: WebhookSenderParts | null
  matters?: MatterNumbering
  until?: Date
  signal?: AbortSignal
}

export type ChangesRun = Record<'numbered' | 'confirmed' | 'failed' | 'erased', number>

export const runChanges = (
  db: Db,
  { sending, matters, until, signal, ...options }: ChangesOptions,
): Promise<ChangesRun | null> =>
  runBeside(db, { ...options, job: 'changes' }, async ({ counts }, db) => {
    const erased = (await tidyChanges(db, options.now())) + ((await matters?.tidy(db, options.now())) ?? 0)
    const done = Object.assign(counts, { numbered: 0, confirmed: 0, failed: 0, erased })
    const sender = sending && makeWebhookSender(db, { ...sending, signal })
    for (;;) {
      done.numbered += await numberChanges(db, options.now())
      done.numbered += (await matters?.number(db, options.now())) ?? 0
      // Starts sending without waiting for slow addresses.
      await sender?.look()
      if (until === undefined || options.now() >= until || signal?.aborted) break
      await after(LOOK_MS, undefined, { signal }).catch(() => undefined)
    }
    try {
      await sender?.ended()
    } catch (error) {
      if (until === undefined || isConnectionLost(error)) throw error
      options.log?.error({ reason: reasonOf(error) }, 'webhooks could not be told')
    }
    return { ...Object.assign(done, sender?.sent) }
  })
