/**
 * A hub in its own process that is killed by SIGKILL, at any instant or during a group commit of the audit log, and started again
 * on the same database, data folder and keys.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readHead } from '../../../src/store/audit/audit-log.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { printed } from '../../support/command.js'
import { until } from '../../support/until.js'
import { rowsOf } from '../../support/world.js'

const PROGRAM = fileURLToPath(new URL('../../support/serving.ts', import.meta.url))
const START_MS = 60_000
const ADDRESS = /http:\/\/localhost:\d+/
/** SQL: connections on which a group of audit rows waits for a lock. PostgreSQL shows the first 1,024 bytes of a statement. */
const WAITING_GROUPS = `select pid from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into trail (%'`

export interface HubPlace {
  databaseUrl: string
  folder: string
  keysFolder: string
}

/** One process, from its start until it is killed. */
export interface HubLife {
  child: ChildProcess
  url: string
  closed: Promise<unknown>
  /** Becomes true before the signal is sent, so that it explains every request that was cut off. */
  isKilled: boolean
}

export type KillableHub = Awaited<ReturnType<typeof startKillableHub>>

export const startKillableHub = async (db: JobDb, place: HubPlace) => {
  const count = { kills: 0, orphanedGroups: 0 }
  let present = startLife(place)
  await present

  const strike = (life: HubLife): Promise<unknown> => {
    life.isKilled = true
    count.kills += 1
    life.child.kill('SIGKILL')
    present = life.closed.then(() => startLife(place))
    return life.closed
  }

  /**
   * The group's statement waits for a lock when its hub dies. PostgreSQL then commits it, and nobody hears of that; or rolls it back,
   * where a transaction of several statements writes it, as a hub's first group.
   */
  const strikeInGroupCommit = async (life: HubLife): Promise<void> => {
    let pids: unknown[] = []
    const isGroupWaiting = async (): Promise<boolean> => {
      pids = (await rowsOf(db, WAITING_GROUPS)).map(({ pid }) => pid)
      return pids.length > 0
    }
    const isGroupGone = async (): Promise<boolean> =>
      (await rowsOf(db, 'select 1 from pg_stat_activity where pid = any(?::int[])', [pids])).length === 0
    const head = await db.transaction(async (tx) => {
      await tx.raw('lock table only trail in share mode')
      await until('a group of audit rows waits', isGroupWaiting)
      await strike(life)
      return readHead(tx)
    })
    const diedAt = new Date()
    await until('the connection of the group is closed', isGroupGone)
    const next = await db('trail')
      .where({ number: (head?.number ?? 0) + 1 })
      .where('at', '<=', diedAt)
    count.orphanedGroups += next.length
  }

  return {
    count,
    /** While the hub starts, its clients wait here. */
    present: (): Promise<HubLife> => present,
    /** Resolves when the next hub serves. */
    kill: async ({ inGroupCommit }: { inGroupCommit: boolean }): Promise<void> => {
      const life = await present
      await (inGroupCommit ? strikeInGroupCommit(life) : strike(life))
      await present
    },
    end: async (): Promise<void> => {
      const life = await present
      life.child.kill('SIGKILL')
      await life.closed
    },
  }
}

const startLife = async ({ databaseUrl, folder, keysFolder }: HubPlace): Promise<HubLife> => {
  // The same size of the young generation as in `hub`.
  const flags = ['--expose-gc', '--max-semi-space-size=64', '--import', 'tsx']
  const child = spawn(process.execPath, [...flags, PROGRAM, databaseUrl, folder], {
    // `src/hub/README.md` starts the service with this setting. Otherwise glibc keeps memory freed by threads.
    env: { ...process.env, MALLOC_ARENA_MAX: '2', KEYS_DIR: keysFolder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const [address = ''] = ADDRESS.exec(await printed(child, ADDRESS, START_MS)) ?? []
  return { child, url: address.replace('localhost', '127.0.0.1'), closed, isKilled: false }
}
