import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 10
/** The bound only ends a wait for what never happens, so a busy machine must not reach it. */
const PATIENCE_MS = 120_000

/** Resolves when the condition holds; rejects with `what` if it never does. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await pause(POLL_MS))
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`)
}
