export interface RowOutcome {
  isDone: boolean
  words: string
}

/** A refusal concerns its own row only. `isStopped` ends the run after the present row. */
export const runEach = async <T>(
  rows: readonly T[],
  act: (row: T) => Promise<string>,
  {
    tell,
    refusalOf,
    isStopped,
  }: { tell: (row: T, outcome: RowOutcome) => void; refusalOf: (error: unknown) => string; isStopped: () => boolean },
): Promise<void> => {
  for (const row of rows) {
    if (isStopped()) return
    try {
      tell(row, { isDone: true, words: await act(row) })
    } catch (error) {
      tell(row, { isDone: false, words: refusalOf(error) })
    }
  }
}
