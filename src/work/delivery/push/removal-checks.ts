/**
 * A receiver may apply an addition after its confirmed removal. Platforms without a display get removals twice.
 */
import { isRefusal, NoDisplayRefusal, reasonOf } from '../../../foundation/errors.js'
import type { ConfiguredPlatform, DisplayedSubject, Platform } from '../../../platforms/platform.js'
import { type Db, isConnectionLost } from '../../../store/db/db.js'
import * as store from '../../../store/delivery/removal-checks.js'
import type { WorkRules } from '../../calendar/rules.js'
import { queueRemovalOfShown } from '../reconcile-settle.js'
import { LOOK_AGAIN_MS, type PushOptions, pauseUnlessAborted } from './sender.js'

const CHECKS_AT_ONCE = 10_000
const AGAIN_MS = 60_000

interface RemovalCheckOptions extends Pick<PushOptions, 'now' | 'log' | 'until' | 'pause' | 'signal'> {
  rules: WorkRules
}

interface RemovalCheckCounts {
  gone: number
  shown: number
  again: number
}

export const checkRemovals = async (
  db: Db,
  from: ConfiguredPlatform,
  options: RemovalCheckOptions,
): Promise<RemovalCheckCounts> => {
  const checked: RemovalCheckCounts = { gone: 0, shown: 0, again: 0 }
  const { until, now, signal, pause = pauseUnlessAborted } = options
  for (;;) {
    try {
      await checkOnce(db, from, options, checked)
    } catch (error) {
      if (signal?.aborted) return checked
      if (!isRefusal(error) && !(until !== undefined && isConnectionLost(error))) throw error
      options.log.warn({ platform: from.platform.id, reason: reasonOf(error) }, 'removals could not be checked')
    }
    if (until === undefined || now() >= until || signal?.aborted) return checked
    await pause(LOOK_AGAIN_MS, signal)
  }
}

const checkOnce = async (
  db: Db,
  { platform, url, secret }: ConfiguredPlatform,
  { rules, now, log, signal }: RemovalCheckOptions,
  checked: RemovalCheckCounts,
): Promise<void> => {
  const at = now()
  const againAt = new Date(at.getTime() + AGAIN_MS)
  const due = await store.claimChecks(db, platform.id, { now: at, againAt, limit: CHECKS_AT_ONCE })
  if (due.length === 0) return
  const notBefore = new Date(Math.max(...due.map((one) => one.notBefore.getTime())))
  const display = await read(platform, { url, secret, notBefore, ...(signal && { signal }) })
  const ids = (some: readonly store.DueRemovalCheck[]) => some.map(({ id }) => id)
  if (display === null) {
    await store.sendAgain(db, ids(due), now())
    checked.again += due.length
    return
  }
  const gone = due.filter(({ subjectId }) => !display.has(subjectId))
  await store.settleChecks(db, ids(gone), 'GONE', now())
  checked.gone += gone.length
  for (const one of due) {
    const displayed = display.get(one.subjectId)
    if (displayed === undefined) continue
    const by = { platform: platform.id, name: platform.name.zh, rules, now: now(), log }
    const looked = { key: one.subjectId, kind: one.kind, highest: one.number, shown: displayed }
    // A later delivery or an entry in force again makes another removal needless.
    if (!(await queueRemovalOfShown(db, looked, one.id, by))) continue
    checked.shown += 1
    log.warn({ platform: platform.id, key: one.subjectId, delivery: one.id }, 'a removed entry is displayed still')
  }
}

const read = async (
  platform: Platform,
  from: Parameters<Platform['shown']>[0],
): Promise<Map<string, DisplayedSubject> | null> => {
  try {
    return new Map((await platform.shown(from)).map((one) => [one.key, one]))
  } catch (error) {
    if (error instanceof NoDisplayRefusal) return null
    throw error
  }
}
