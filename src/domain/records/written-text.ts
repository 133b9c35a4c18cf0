/** What a person writes to go with an act: a reason, a note, a statement. Pure. */
import { Refusal } from '../../foundation/errors.js'
import { redact } from './privacy.js'

/** Longest such text, characters. */
export const WRITTEN_LENGTH = 1_000

/**
 * The text as it is kept: trimmed, and without ID numbers. `what` names it in the sentence of the refusal. Refusal INPUT_INVALID for
 * nothing, or more than WRITTEN_LENGTH characters.
 */
export const writtenText = (given: string, what: string, mark: (id: string) => string): string => {
  const text = given.trim()
  const kept = redact(text, mark)
  if (kept !== '' && text.length <= WRITTEN_LENGTH) return kept
  throw new Refusal('INPUT_INVALID', {
    reason: `${what}：1–${WRITTEN_LENGTH} 个字符 1–${WRITTEN_LENGTH} characters`,
  })
}
