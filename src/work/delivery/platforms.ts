import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
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
export const pausePlatform = (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> =>
  direct(db, rules, made, 'PAUSE', async (tx, act) => {
    if (!(await states.pause(tx, act))) throw new Refusal('PLATFORM_PAUSED', { platform: made.platform })
  })

/** Refusals: PLATFORM_UNKNOWN, PLATFORM_NOT_PAUSED, INPUT_INVALID. */
export const resumePlatform = (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> =>
  direct(db, rules, made, 'RESUME', async (tx) => {
    if (!(await states.resume(tx, made.platform))) throw new Refusal('PLATFORM_NOT_PAUSED', { platform: made.platform })
  })

/**
 * Lets the next backfill send everything in force again, with the same keys and higher numbers. Refusals:
 * PLATFORM_UNKNOWN, INPUT_INVALID.
 */
export const declarePlatformWiped = (db: Db, rules: WorkRules, made: PlatformDirective): Promise<void> =>
  direct(db, rules, made, 'WIPE', states.noteWiped)

const direct = async (
  db: Db,
  rules: WorkRules,
  { platform, by, now, ...made }: PlatformDirective,
  act: states.PlatformAct['act'],
  carry: (tx: Tx, act: states.PlatformAct) => Promise<void>,
): Promise<void> => {
  const known = rules.platforms.map(({ id }) => id)
  if (!known.includes(platform)) throw new Refusal('PLATFORM_UNKNOWN', { platform, known: known.join(' ') })
  const record = { platform, act, by, at: now, reason: checkAndRedactText(made.reason, '理由 the reason', rules.mark) }
  await db.transaction(async (tx) => {
    await carry(tx, record)
    await states.recordAct(tx, record)
  })
}
