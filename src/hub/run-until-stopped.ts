/** A hub that runs until it is told to stop. */

import { reopenLogs } from '../foundation/log.js'
import type { Hub } from './hub.js'

/** Whoever asks a second time does not wait: exit status of a command that was interrupted. */
const INTERRUPTED = 130
/** Ctrl-C comes twice where npm hands it on as well; within so many milliseconds it is one. */
const ECHO_MS = 500

const hasTerminal = (): boolean => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY

/** Runs until told to stop; Ctrl-C lets what is under way end, and leaves nothing running. A second one ends it at once. */
export const run = async (
  hub: Hub,
  begin: () => Promise<void>,
  end: () => Promise<void> = async () => {},
): Promise<void> => {
  let stopped: Promise<void> | null = null
  /** Why it must not go on. */
  let failed: unknown = null
  const stop = () => {
    stopped ??= (async () => {
      try {
        await end()
        await hub.close()
      } finally {
        release()
      }
    })()
    return stopped
  }
  let release: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    release = resolve
  })
  let toldAt = Number.POSITIVE_INFINITY
  const told = () => {
    if (performance.now() - toldAt > ECHO_MS) process.exit(INTERRUPTED)
    toldAt = Math.min(toldAt, performance.now())
    void stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, told)
  // A closed terminal ends the hub. A service has none: to it the signal says that its log was rotated.
  process.on('SIGHUP', () => {
    if (hasTerminal()) return told()
    reopenLogs()
    hub.log.info('SIGHUP: the log is opened anew')
  })
  hub.outdated.catch((error: unknown) => {
    failed = error
    void stop()
  })
  try {
    await begin()
  } catch (error) {
    const wasStopping = stopped !== null
    await stop()
    if (wasStopping) return
    throw error
  }
  await finished
  await stopped
  if (failed !== null) throw failed
}
