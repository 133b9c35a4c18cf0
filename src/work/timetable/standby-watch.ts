/** Jobs wait for a synchronous standby without a bound (`store/db/commit-wait.ts`). */
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import { isStandbyMissing } from '../../store/db/standby/standby-wait.js'

export const makeStandbyWatch = (db: Db, log: Log) => {
  let wasMissing = false
  return async (): Promise<void> => {
    const isMissing = await isStandbyMissing(db).catch(() => wasMissing)
    if (isMissing === wasMissing) return
    wasMissing = isMissing
    if (isMissing) log.error({ alarm: 'STANDBY_MISSING' }, 'commits wait for a synchronous standby: jobs stand still')
    else log.warn('commits no longer wait for a synchronous standby: jobs go on')
  }
}
