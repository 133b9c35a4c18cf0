import { reopenLogs } from '../foundation/log.js'
import type { Hub } from './hub.js'

const INTERRUPTED = 130
/** npm may pass Ctrl-C on, so two signals within this time are one. */
const ECHO_MS = 500

const hasTerminal = (): boolean => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY

/** The first Ctrl-C lets running work end, a second one ends at once. */
export const runUntilStopped = async (
  hub: Hub,
  begin: () => Promise<void>,
  end: () => Promise<void> = async () => {},
): Promise<void> => {
  let stopped: Promise<void> | null = null
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
  const onSignal = () => {
    if (performance.now() - toldAt > ECHO_MS) process.exit(INTERRUPTED)
    toldAt = Math.min(toldAt, performance.now())
    void stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  // SIGHUP stops the hub if its terminal closed. Without a terminal, it means log rotation.
  process.on('SIGHUP', () => {
    if (hasTerminal()) return onSignal()
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
