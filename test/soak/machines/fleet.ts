/** The hubs of the rig: two that answer everybody, one of them two hours ahead, and one for the public on the standbys. */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobDb } from '../../../src/store/db/db.js'
import { begin, ended, printed, ROOT } from '../../support/command.js'
import { followClock } from '../../support/faketime.js'
import { makeNextRelease, undoExpanding } from '../../support/next-release.js'
import type { Cluster } from './cluster.js'

const HUBS = [{ name: 'hub1' }, { name: 'hub2', clock: '+2h' }, { name: 'public', isOnStandbys: true }] as const
/** The first of them answer signed questions. */
export const SIGNED = 2
const READY_WITHIN_MS = 120_000
/** Seconds for which a hub that stops still answers, so that its callers go to another. */
const LINGER_SECONDS = '1'

type HubOfFleet = (typeof HUBS)[number]

export interface Fleet {
  /** In the order of HUBS; an address changes where a hub is replaced. */
  urls: readonly string[]
  /** libfaketime is here, so one clock is ahead. */
  hasClockAhead: boolean
  /** From this release to the next and back, hub by hub. */
  upgrade(db: JobDb): Promise<void>
  close(): Promise<void>
}

export const startFleet = async (
  folder: string,
  cluster: Cluster,
  env: Readonly<Record<string, string>>,
): Promise<Fleet> => {
  const urls: string[] = []
  const serving = new Map<HubOfFleet, ChildProcess>()
  const running = new Set<ChildProcess>()
  const clock = join(folder, 'clock')
  const ahead = followClock(clock)

  const envOf = (hub: HubOfFleet): Record<string, string> => ({
    ...env,
    PORT: '0',
    LINGER_SECONDS,
    LOG_FILE: join(folder, `${hub.name}.log`),
    ...('isOnStandbys' in hub && { DATABASE_URL_READ: cluster.standbys }),
    ...('clock' in hub && ahead),
  })
  const start = async (hub: HubOfFleet, root: string): Promise<void> => {
    if ('clock' in hub) writeFileSync(clock, `${hub.clock}\n`)
    const child = begin(['start'], envOf(hub), root)
    running.add(child)
    const [url = ''] = /http:\S+/.exec(await printed(child, /Serving at http:\S+\n/, READY_WITHIN_MS)) ?? []
    urls[HUBS.indexOf(hub)] = url
    const former = serving.get(hub)
    serving.set(hub, child)
    if (former !== undefined) await stop(former)
  }
  const stop = async (child: ChildProcess): Promise<void> => {
    child.kill('SIGTERM')
    const status = await ended(child)
    running.delete(child)
    if (status !== 0) throw new Error(`a hub that was drained ended with ${status}`)
  }
  const close = async (): Promise<void> => {
    for (const child of running) child.kill('SIGTERM')
    await Promise.all([...running].map(ended))
  }

  try {
    // Sequential, because the first hub makes the tables and the shared keys.
    for (const hub of HUBS) await start(hub, ROOT)
  } catch (error) {
    await close()
    throw error
  }
  return {
    urls,
    hasClockAhead: ahead !== null,
    upgrade: async (db) => {
      const next = makeNextRelease()
      try {
        const given = { ...env, LOG_FILE: join(folder, 'migrate.log') }
        const status = await ended(begin(['migrate', '--phase', 'before'], given, next.folder))
        if (status !== 0) throw new Error(`hub migrate ended with ${status}`)
        for (const root of [next.folder, ROOT]) for (const hub of HUBS) await start(hub, root)
        await undoExpanding(db)
      } finally {
        next.remove()
      }
    },
    close,
  }
}
