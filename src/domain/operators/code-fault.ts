/** What is wrong with how a code is written. Only said of a code that leads to nobody: genuine codes that fail their check digit exist. Pure. */
import { codeOf } from './codes.js'

export type CodeFault = 'CODE_FORM' | 'CODE_CHECK_DIGIT'

/** CODE_FORM: written as no kind of code is. CODE_CHECK_DIGIT: its last character does not follow from the others. Null: neither. */
export const codeFault = (asked: unknown): CodeFault | null => {
  const code = codeOf(asked)
  if (code === null) return 'CODE_FORM'
  return code.valid ? null : 'CODE_CHECK_DIGIT'
}
