export type Details = Record<string, unknown>
export interface RefusalRow {
  status: number
  /** 1: the work failed or the content was refused. 2: wrong use. */
  exit: 1 | 2
  sentence: (d: Details) => string
}

export const row = (status: number, exit: 1 | 2, sentence: (d: Details) => string): RefusalRow => ({
  status,
  exit,
  sentence,
})
