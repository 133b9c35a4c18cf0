/** Faults are reported only for a code that no operator has, because genuine codes with failing check digits exist. */
import { parseCode } from './codes.js'

export type CodeFault = 'CODE_FORM' | 'CODE_CHECK_DIGIT'

/** CODE_FORM: no known kind of code has this form. CODE_CHECK_DIGIT: the last character is wrong. */
export const codeFault = (asked: unknown): CodeFault | null => {
  const code = parseCode(asked)
  if (code === null) return 'CODE_FORM'
  return code.valid ? null : 'CODE_CHECK_DIGIT'
}
