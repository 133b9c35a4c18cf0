/** A hub that runs until it is told to stop. */
import type { Hub } from './hub.js'

/** Runs until told to stop; Ctrl-C lets what is under way end, and leaves nothing running. */
export const run = async (
  hub: Hub,
  begin: () => Promise<void>,
  end: () => Promise<void> = async () => {},
): Promise<void> => {
  let stopped: Promise<void> | null = null
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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
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
}
