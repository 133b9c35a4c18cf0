import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as states from '../../store/delivery/platform-states.js'
import type { WorkRules } from '../calendar/rules.js'

interface PlatformDirective {
  platform: string
  /** 1–1000 characters; ID numbers are replaced. */
  reason: string
  by: string
  now: Date
}

/**
 * While paused, additions and changes wait; removals are still sent. Refusals: PLATFORM_UNKNOWN, PLATFORM_PAUSED,
 * INPUT_INVALID.
 */
export const pausePlatform = async (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> => {
  if (!(await direct(db, rules, made, 'PAUSE', states.pause)))
    throw new Refusal('PLATFORM_PAUSED', { platform: made.platform })
}

/** Refusals: PLATFORM_UNKNOWN, PLATFORM_NOT_PAUSED, INPUT_INVALID. */
export const resumePlatform = async (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> => {
  if (!(await direct(db, rules, made, 'RESUME', states.resume)))
    throw new Refusal('PLATFORM_NOT_PAUSED', { platform: made.platform })
}

/**
 * The next backfill sends everything in force again, under the same keys with higher delivery numbers. Refusals:
 * PLATFORM_UNKNOWN, INPUT_INVALID.
 */
export const declarePlatformWiped = async (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> => {
  await direct(db, rules, made, 'WIPE', states.noteWiped)
}

const direct = (
  db: Db,
  rules: WorkRules,
  { platform, by, now, reason }: PlatformDirective,
  act: states.PlatformAct['act'],
  change: typeof states.pause,
): Promise<boolean> => {
  const known = rules.platforms.map(({ id }) => id)
  if (!known.includes(platform)) throw new Refusal('PLATFORM_UNKNOWN', { platform, known: known.join(' ') })
  const record = {
    platform,
    act,
    by,
    at: now,
    reason: checkAndRedactText(reason, '理由 the reason', rules.pseudonymOf),
  }
  return db.transaction((tx) => change(tx, record))
}
