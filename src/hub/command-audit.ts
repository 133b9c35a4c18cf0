/** What somebody does by a command, as the trail has it: one row before it is done, and one with what came of it. */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { redact } from '../domain/records/privacy.js'
import { INTERNAL, isRefusal } from '../foundation/errors.js'
import type { Keys } from '../foundation/keys.js'
import type { Log } from '../foundation/log.js'
import { withoutAccessCodes } from '../foundation/text/access-code.js'
import { openAuditLog } from '../work/audit/audit-log.js'
import type { Notes } from '../work/audit/restore-guard.js'

export interface ActingParts {
  databaseUrl: string
  /** Of the database, by which its head is noted. */
  identity: string
  notes: Notes
  keys: Pick<Keys, 'mark' | 'audit'>
  log: Log
  now: () => Date
}

/** Whoever may run commands of the hub may do all that an administrator may. */
const ROLE = 'administrator'
/** Longest that is kept of a command, characters. */
const WORDS_MOST = 2_000

/** One more row of what a command did: its words, and the codes of the operators concerned. */
export type Note = (words: string, codes: readonly string[]) => Promise<void>

export type Recorded = <T>(words: string, work: (note: Note) => Promise<T>) => Promise<T>

/**
 * `words`: the command, without anything secret. Refusal TRAIL_UNAVAILABLE before anything is done; where only the outcome cannot be
 * kept, the log says so, the row before it stands, and the command goes on.
 */
export const acting =
  ({ databaseUrl, identity, notes, keys, log, now }: ActingParts): Recorded =>
  async (words, work) => {
    const trail = openAuditLog(databaseUrl, { log, now, seal: keys.audit.seal, notes, database: identity })
    const asked = withoutAccessCodes(redact(words, keys.mark)).slice(0, WORDS_MOST)
    const said = { client: commandBy(), role: ROLE, agency: null, purpose: null, request: randomUUID() }
    const row = (kind: 'ACT' | 'OUTCOME', outcome: string | null): Promise<void> =>
      trail.row({ ...said, kind, at: now(), asked, outcome, shown: [], digest: null })
    // What came of it is said by the command itself, which may hold a secret that is shown only once.
    const told = (outcome: string): Promise<void> =>
      row('OUTCOME', outcome).catch((error) => log.error({ err: error, outcome }, 'an outcome has no row in the trail'))
    const note: Note = (more, codes) =>
      trail.row({
        ...said,
        kind: 'ACT',
        at: now(),
        asked: redact(more, keys.mark),
        outcome: null,
        shown: codes,
        digest: null,
      })
    try {
      await row('ACT', null)
      const done = await work(note).catch(async (error: unknown) => {
        await told(isRefusal(error) ? error.code : INTERNAL.code)
        throw error
      })
      await told('DONE')
      return done
    } finally {
      await trail.close()
    }
  }

/** Who acts by a command, as the records of it say. */
export const commandBy = (): string => `command ${userName()}`

/** Of the system; a service may run as a number that has no name. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
