/** Settling a concern: a person has looked at it, and says what came of it. */
import { redact } from '../domain/privacy.js'
import { Refusal } from '../errors.js'
import * as concerns from '../store/concerns.js'
import type { Db } from '../store/db.js'
import type { Rules } from './rules.js'

/** Longest note, characters. */
const LONGEST_NOTE = 1_000

export interface Settling {
  id: number
  note: string
  by: string
  rules: Rules
  now: Date
}

/** Refusals: INPUT_INVALID for a note that says nothing or too much, CONCERN_UNKNOWN for what is not open. */
export const settle = async (db: Db, { id, note: given, by, rules, now }: Settling): Promise<concerns.Concern> => {
  const note = redact(given, rules.mark).trim()
  if (note === '' || note.length > LONGEST_NOTE)
    throw new Refusal('INPUT_INVALID', {
      reason: `说明须为 1–${LONGEST_NOTE} 个字符 the note has 1–${LONGEST_NOTE} characters`,
    })
  const settled = await concerns.settle(db, id, { by, note, now })
  if (settled === null) throw new Refusal('CONCERN_UNKNOWN')
  return settled
}
