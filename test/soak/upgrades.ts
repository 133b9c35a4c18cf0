/**
 * Upgrades under load: the hubs of this release are replaced by hubs of the next, one after the other, and back again. A
 * client asks whichever hub says it is ready, as a balancer does.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { begin, ended, printed, ROOT } from '../support/command.js'
import { freshDatabase } from '../support/database.js'
import { makeNextRelease, undoExpanding } from '../support/next-release.js'
import { until } from '../support/until.js'
import { published, rowsOf } from '../support/world.js'
import { KINDS, makeBalancer, type RunningHub } from './upgrades/balancer.js'

const START_MS = 150_000
const ASKERS = 6
const ENTRIES = 3
const ADDRESS = /http:\/\/localhost:(\d+)/

export interface UpgradesSoaked {
  ok: boolean
  cycles: number
  asked: number
  /** Connections that a hub about to stop did not take; asked again at the other, as a balancer does. */
  redispatched: number
  /** Answers that were no success, or not whole. */
  failed: string[]
  /** Signed questions that were answered and have no row in the audit log, or more than one. */
  rowsAmiss: number
  runs: number
  overlappingRuns: number
  repeatedOccurrences: number
  /** Hubs of this release that the contracting migration stopped, with status 1. */
  stoppedByContraction: number
}

export const soakUpgrades = async ({
  cycles,
  hubs,
  progress,
}: {
  cycles: number
  hubs: number
  progress: (cycle: number) => void
}): Promise<UpgradesSoaked> => {
  const database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-upgrades-'))
  const next = makeNextRelease()
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: '0', LINGER_SECONDS: '1', LOG_LEVEL: 'warn' }
  let started = 0
  const running = new Set<RunningHub>()
  const asking = new AbortController()

  const start = async (root: string): Promise<RunningHub> => {
    started += 1
    const child = begin(['start'], { ...env, LOG_FILE: join(folder, `hub-${started}.log`) }, root)
    const text = await printed(child, ADDRESS, START_MS)
    const hub = { child, url: `http://127.0.0.1:${ADDRESS.exec(text)?.[1]}` }
    running.add(hub)
    return hub
  }
  const stop = async (hub: RunningHub): Promise<void> => {
    hub.child.kill('SIGTERM')
    const status = await ended(hub.child)
    running.delete(hub)
    if (status !== 0) throw new Error(`a hub that was drained ended with ${status}`)
  }
  const migrate = async (phase: 'before' | 'after'): Promise<void> => {
    const status = await ended(
      begin(['migrate', '--phase', phase], { ...env, LOG_FILE: join(folder, 'migrate.log') }, next.folder),
    )
    if (status !== 0) throw new Error(`hub migrate --phase ${phase} ended with ${status}`)
  }

  try {
    await published(database.db, ENTRIES)
    for (let n = 0; n < hubs; n += 1) await start(ROOT)
    const config = readConfig(env)
    const { token } = (await loadKeys(config.keysDir, config.publicUrl)).sign(
      { sub: '虚构商城', role: 'marketplace', agency: null, region: null },
      Date.now(),
    )
    const [row] = await rowsOf(database.db, 'select uscc from standing_rows where uscc is not null limit 1')
    const balancer = makeBalancer(running, token, String(row?.['uscc']), asking.signal)
    const askers = Array.from({ length: ASKERS }, (_, n) => balancer.askOn(n))

    /** The migration waits behind a transaction that reads the table. Questions that come after it are answered all the same. */
    const expand = async (): Promise<void> => {
      let migrating: Promise<void> = Promise.resolve()
      await database.db.transaction(async (tx) => {
        await tx.raw('lock table standing_rows in access share mode')
        migrating = migrate('before')
        migrating.catch(() => undefined)
        await until('the migration waits for the table', async () => (await rowsOf(database.db, WAITING)).length > 0)
        const seen = balancer.heard.answered
        await until('questions are answered behind it', () => balancer.heard.answered >= seen + ASKERS * KINDS)
      })
      await migrating
    }
    const replaceAll = async (root: string): Promise<void> => {
      for (const former of [...running]) {
        await start(root)
        await stop(former)
      }
    }

    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      await expand()
      await replaceAll(next.folder)
      await replaceAll(ROOT)
      await undoExpanding(database.db)
      progress(cycle)
    }
    asking.abort()
    await Promise.all(askers)

    const left = [...running]
    await migrate('after')
    const statuses = await Promise.all(left.map(({ child }) => ended(child)))
    for (const hub of left) running.delete(hub)
    const rows = await rowsOf(
      database.db,
      `select request as id, count(*)::int as n from trail where request like 'upgrade-%' group by 1`,
    )
    const rowsByRequest = new Map(rows.map(({ id, n }) => [String(id), Number(n)]))
    const rowsAmiss =
      balancer.heard.signed.filter((id) => rowsByRequest.get(id) !== 1).length +
      [...rowsByRequest.values()].filter((n) => n > 1).length
    const [counts] = await rowsOf(database.db, JOBS)
    const { answered: asked, redispatched, failed } = balancer.heard
    const soaked = {
      cycles,
      asked,
      redispatched,
      failed: failed.slice(0, 10),
      rowsAmiss,
      runs: Number(counts?.['runs']),
      overlappingRuns: Number(counts?.['overlapping']),
      repeatedOccurrences: Number(counts?.['repeated']),
      stoppedByContraction: statuses.filter((status) => status === 1).length,
    }
    const ok =
      failed.length + rowsAmiss + soaked.overlappingRuns + soaked.repeatedOccurrences === 0 &&
      soaked.stoppedByContraction === hubs
    return { ok, ...soaked }
  } finally {
    asking.abort()
    for (const { child } of running) child.kill('SIGKILL')
    await Promise.all([...running].map(({ child }) => ended(child)))
    await database.drop()
    next.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

const WAITING = `select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%next_release%' and datname = current_database()`
const JOBS = `select
  (select count(*)::int from runs) as runs,
  (select count(*)::int from runs a join runs b on a.job = b.job and a.subject = b.subject and a.id < b.id
    and tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)) as overlapping,
  (select count(*)::int from occurrences where attempts > 1) as repeated`
