import { statfs } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { Refusal, reasonOf } from '../foundation/errors.js'
import * as clockDoubts from '../store/db/clock-doubts.js'
import * as database from '../store/db/db.js'
import { isStandbyMissing } from '../store/db/standby/standby-wait.js'
import * as platformStates from '../store/delivery/platform-states.js'

export interface ReadinessReport {
  ok: boolean
  checks: Record<string, string>
}

const WITHIN_MS = 2_000
const REASON_CHARACTERS_MOST = 80
const FULL_MS = 30_000
/** With fewer free bytes the data folder counts as full. */
const FREE_LEAST_BYTES = 16 * 1024 * 1024

type DiskWatch = ReturnType<typeof watchDisks>

export const watchDisks = (folder: string, machine: () => number = () => performance.now()) => {
  const metAt = new Map<database.FullDisk, number>()
  const close = database.onFullDisk((disk) => metAt.set(disk, machine()))
  return {
    close,
    fullOf: async (): Promise<database.FullDisk | null> => {
      for (const [disk, at] of metAt) if (machine() - at < FULL_MS) return disk
      const left = await statfs(folder).catch(() => null)
      return left !== null && left.bavail * left.bsize < FREE_LEAST_BYTES ? 'hub' : null
    },
  }
}

export const makeReadiness = (
  db: database.Db,
  { withinMs = WITHIN_MS, disks }: { withinMs?: number; disks?: DiskWatch } = {},
): (() => Promise<ReadinessReport>) => {
  let looking: Promise<ReadinessReport> | null = null
  return () => {
    looking ??= within(look(db, disks), withinMs).finally(() => {
      looking = null
    })
    return looking
  }
}

const look = async (db: database.Db, disks: DiskWatch | undefined): Promise<ReadinessReport> => {
  try {
    const { state } = await database.databaseVersion(db)
    const checks: Record<string, string> = { database: 'reachable', migrations: state.toLowerCase() }
    if (state !== 'CURRENT') return { ok: false, checks }
    const full = (await disks?.fullOf()) ?? null
    if (full !== null) return { ok: false, checks: { ...checks, disk: `full: ${full}` } }
    // None of these makes the hub unready.
    const troubled = await platformStates.listPlatformsWithFailures(db)
    const doubt = await clockDoubts.currentDoubt(db)
    return {
      ok: true,
      checks: {
        ...checks,
        platforms: troubled.length === 0 ? 'well' : `in trouble: ${troubled.join(' ')}`,
        ...(doubt !== null && { clock: 'doubted' }),
        ...((await isStandbyMissing(db)) && { standby: 'missing: commits wait' }),
      },
    }
  } catch (error) {
    return { ok: false, checks: { database: error instanceof Refusal ? error.code : `unreachable: ${outside(error)}` } }
  }
}
const outside = (error: unknown): string =>
  reasonOf(error)
    .replace(/\S*\d+\.\d+\.\d+\.\d+\S*|\S+:\d+/g, '…')
    .slice(0, REASON_CHARACTERS_MOST)

const within = (looked: Promise<ReadinessReport>, ms: number): Promise<ReadinessReport> => {
  const answer = { ok: false, checks: { database: `unreachable: no answer within ${ms} ms` } }
  return Promise.race([looked, after(ms, answer, { ref: false })])
}
