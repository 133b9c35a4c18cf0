/** What somebody does by a command, as the trail has it: one row before it is done, and one with what came of it. */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { withoutAccessCodes } from './domain/access-code.js'
import { redact } from './domain/privacy.js'
import { INTERNAL, isRefusal } from './errors.js'
import type { Keys } from './keys.js'
import type { Log } from './log.js'
import type { Notes } from './work/notes.js'
import { openTrail } from './work/trail.js'

export interface ActingParts {
  databaseUrl: string
  /** Of the database, by which its head is noted. */
  identity: string
  notes: Notes
  keys: Pick<Keys, 'mark'>
  log: Log
  now: () => Date
}

/** Whoever may run commands of the hub may do all that an administrator may. */
const ROLE = 'administrator'
/** Longest that is kept of a command, characters. */
const WORDS_MOST = 2_000

export type Recorded = <T>(words: string, work: () => Promise<T>) => Promise<T>

/**
 * `words`: the command, without anything secret. Refusal TRAIL_UNAVAILABLE before anything is done; what was done stays done where
 * only its outcome cannot be kept, and the row before it tells.
 */
export const acting =
  ({ databaseUrl, identity, notes, keys, log, now }: ActingParts): Recorded =>
  async (words, work) => {
    const trail = openTrail(databaseUrl, { log, now, notes, database: identity })
    const asked = withoutAccessCodes(redact(words, keys.mark)).slice(0, WORDS_MOST)
    const said = { client: `command ${userName()}`, role: ROLE, agency: null, purpose: null, request: randomUUID() }
    const row = (kind: 'ACT' | 'OUTCOME', outcome: string | null): Promise<void> =>
      trail.row({ ...said, kind, at: now(), asked, outcome, shown: [], digest: null })
    try {
      await row('ACT', null)
      const done = await work().catch(async (error: unknown) => {
        await row('OUTCOME', isRefusal(error) ? error.code : INTERNAL.code)
        throw error
      })
      await row('OUTCOME', 'DONE')
      return done
    } finally {
      await trail.close()
    }
  }

/** Of the system; a service may run as a number that has no name. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
