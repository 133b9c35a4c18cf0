/** A row of the table of refusals (src/errors.ts). */

export type Details = Record<string, unknown>
export interface Row {
  /** HTTP status when the refusal leaves through HTTP. */
  status: number
  /** Exit status of a command: 1 the work failed or the content was refused, 2 wrong use. */
  exit: 1 | 2
  sentence: (d: Details) => string
}

export const row = (status: number, exit: 1 | 2, sentence: (d: Details) => string): Row => ({ status, exit, sentence })
