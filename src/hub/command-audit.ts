import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { redactIdNumbers } from '../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal } from '../foundation/errors.js'
import type { Keys } from '../foundation/keys.js'
import type { Log } from '../foundation/log.js'
import { withoutAccessCodes } from '../foundation/text/access-code.js'
import { openAuditLog } from '../work/audit/audit-log.js'
import type { RestoreNotes } from '../work/audit/restore-guard.js'

export interface CommandAuditParts {
  databaseUrl: string
  identity: string
  notes: RestoreNotes
  keys: Pick<Keys, 'pseudonymOf' | 'audit'>
  log: Log
  now: () => Date
}

/** Access to the hub's commands equals an administrator's rights. */
const ROLE = 'administrator'
const WORDS_MOST = 2_000

type Note = (words: string, codes: readonly string[]) => Promise<void>

export type CommandRecorder = <T>(words: string, work: (note: Note) => Promise<T>) => Promise<T>

/** `words` is the command without secrets. Throws before anything is done. */
export const makeCommandRecorder =
  ({ databaseUrl, identity, notes, keys, log, now }: CommandAuditParts): CommandRecorder =>
  async (words, work) => {
    const auditLog = openAuditLog(databaseUrl, { log, now, seal: keys.audit.seal, notes, database: identity })
    const command = withoutAccessCodes(redactIdNumbers(words, keys.pseudonymOf)).slice(0, WORDS_MOST)
    const caller = { client: nameCommandAuthor(), role: ROLE, agency: null, purpose: null, request: randomUUID() }
    const row = (
      kind: 'ACT' | 'OUTCOME',
      asked: string,
      outcome: string | null = null,
      shown: readonly string[] = [],
    ) => auditLog.row({ ...caller, kind, at: now(), asked, outcome, shown, digest: null })
    // A failed write is only logged: the result may be a secret shown only once.
    const recordOutcome = (outcome: string): Promise<void> =>
      row('OUTCOME', command, outcome).catch((error) =>
        log.error({ err: error, outcome }, 'the audit log has no row of how a command ended'),
      )
    const note: Note = (more, codes) => row('ACT', redactIdNumbers(more, keys.pseudonymOf), null, codes)
    try {
      await row('ACT', command)
      const done = await work(note).catch(async (error: unknown) => {
        await recordOutcome(isRefusal(error) ? error.code : INTERNAL_ERROR.code)
        throw error
      })
      await recordOutcome('DONE')
      return done
    } finally {
      await auditLog.close()
    }
  }

export const nameCommandAuthor = (): string => `command ${userName()}`

/** A service may run under a numeric id without a name. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
