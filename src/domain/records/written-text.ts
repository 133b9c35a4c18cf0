import { Refusal } from '../../foundation/errors.js'
import { redactIdNumbers } from './privacy.js'

const WRITTEN_LENGTH = 1_000

/**
 * Trims the text and removes ID numbers. Throws INPUT_INVALID, with `what` as its name, for an empty text or one over
 * WRITTEN_LENGTH.
 */
export const checkedText = (given: string, what: string, mark: (id: string) => string): string => {
  const text = given.trim()
  const kept = redactIdNumbers(text, mark)
  if (kept !== '' && text.length <= WRITTEN_LENGTH) return kept
  throw new Refusal('INPUT_INVALID', {
    reason: `${what}：1–${WRITTEN_LENGTH} 个字符 1–${WRITTEN_LENGTH} characters`,
  })
}
