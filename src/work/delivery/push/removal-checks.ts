/**
 * Checks of confirmed removals. A receiver may apply an earlier addition after it has confirmed the removal, so a removal is done
 * only when a display that is read SETTLE_SECONDS later lacks the subject. One that is displayed still is removed again. Where a
 * platform has no display the removal is sent twice.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { NoDisplay } from '../../../foundation/errors/no-display.js'
import { isRefusal, reasonOf } from '../../../foundation/errors.js'
import type { Log } from '../../../foundation/log.js'
import type { Platform, Shown } from '../../../platforms/platform.js'
import { type Db, isLost } from '../../../store/db/db.js'
import * as store from '../../../store/delivery/removal-checks.js'
import type { Rules } from '../../calendar/rules.js'
import { removeShown } from '../reconcile-settle.js'

/** Removals that one reading of a display settles. */
const CHECKS_AT_ONCE = 10_000
/** A display that could not be read is read again after this, milliseconds; also how long a claimed check is another's. */
const AGAIN_MS = 60_000
/** How often a lingering run looks whether a check has become due, milliseconds. */
const LOOK_AGAIN_MS = 1_000

export interface CheckOptions {
  rules: Rules
  now: () => Date
  log: Log
  /** Goes on looking until then; absent: looks once. */
  until?: Date
  /** Waits; given by tests, whose clock is their own. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>
  signal?: AbortSignal
}

export interface Checked {
  gone: number
  /** Displayed still, and removed again. */
  shown: number
  /** Sent again for want of a display. */
  again: number
}

interface From {
  platform: Platform
  url: string
  secret: string
}

/** Checks what is due at one platform. A display that cannot be read is logged and read again later. */
export const checkRemovals = async (db: Db, from: From, options: CheckOptions): Promise<Checked> => {
  const checked: Checked = { gone: 0, shown: 0, again: 0 }
  const { until, now, signal, pause = paused } = options
  for (;;) {
    try {
      await checkOnce(db, from, options, checked)
    } catch (error) {
      if (signal?.aborted) return checked
      if (!isRefusal(error) && !(until !== undefined && isLost(error))) throw error
      options.log.warn({ platform: from.platform.id, reason: reasonOf(error) }, 'removals could not be checked')
    }
    if (until === undefined || now() >= until || signal?.aborted) return checked
    await pause(LOOK_AGAIN_MS, signal)
  }
}

const paused = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await wait(ms, undefined, { signal }).catch(() => undefined)
}

const checkOnce = async (
  db: Db,
  { platform, url, secret }: From,
  { rules, now, log, signal }: CheckOptions,
  checked: Checked,
): Promise<void> => {
  if (!(await store.isDue(db, platform.id, now()))) return
  const at = now()
  const againAt = new Date(at.getTime() + AGAIN_MS)
  const due = await store.claim(db, platform.id, { now: at, againAt, limit: CHECKS_AT_ONCE })
  if (due.length === 0) return
  const notBefore = new Date(Math.max(...due.map((one) => one.notBefore.getTime())))
  const display = await read(platform, { url, secret, notBefore, ...(signal && { signal }) })
  const ids = (some: readonly store.Check[]) => some.map(({ id }) => id)
  if (display === null) {
    await store.sendAgain(db, ids(due), now())
    checked.again += due.length
    return
  }
  const gone = due.filter(({ subjectId }) => !display.has(subjectId))
  await store.settle(db, ids(gone), 'GONE', now())
  checked.gone += gone.length
  for (const one of due) {
    const shown = display.get(one.subjectId)
    if (shown === undefined) continue
    const by = { platform: platform.id, name: platform.name.zh, rules, now: now(), log }
    const looked = { key: one.subjectId, kind: one.kind, highest: one.number, shown }
    // False: something later is on its way, or it is in force again. Then that settles it.
    if (!(await removeShown(db, looked, one.id, by))) continue
    checked.shown += 1
    log.warn({ platform: platform.id, key: one.subjectId, delivery: one.id }, 'a removed entry is displayed still')
  }
}

/** By key; null: the platform has no display. */
const read = async (platform: Platform, from: Parameters<Platform['shown']>[0]): Promise<Map<string, Shown> | null> => {
  try {
    return new Map((await platform.shown(from)).map((one) => [one.key, one]))
  } catch (error) {
    if (error instanceof NoDisplay) return null
    throw error
  }
}
