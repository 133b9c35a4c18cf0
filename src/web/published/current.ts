/** A new snapshot is published before serving, if an entry has left the list or has ended. */
import { setTimeout as after } from 'node:timers/promises'
import type { Response } from 'express'
import { type ManifestFile, outlastsNewManifest, SNAPSHOT_FORM } from '../../domain/publication/snapshot.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import * as snapshots from '../../store/publication/snapshots.js'

export interface ListInForce {
  snapshot: snapshots.Snapshot
  signed: snapshots.SignedManifest
  files: readonly ManifestFile[]
  /** Ids of entries that left after the snapshot; they are never served. */
  gone: readonly string[]
}

export interface ListDependencies {
  keys: Pick<Keys, 'manifests'>
  publish: () => Promise<unknown>
  /** How long (ms) a publication may take before the previous snapshot is served without removed entries. */
  waitMs?: number
  /** Returns the last certain instant while the hub's clock is in doubt, otherwise now. */
  sure?: () => Date
}

const TRIES = 3
const RETRY_SECONDS = 10
export const PUBLICATION_WAIT_MS = 250
/** Publications caused by requests run at most 1/SHARE of the time. */
const SHARE = 3

/**
 * Calls `read` in the repeatable read transaction that found the snapshot. With `namesNobody`, it does so even while
 * the restore guard forbids listing.
 */
export type CurrentListReader = <T>(
  db: Db,
  now: Date,
  response: Response,
  read: (tx: Tx, list: ListInForce) => Promise<T>,
  options?: { namesNobody?: boolean },
) => Promise<T>

/** Throws LIST_IN_THE_MAKING while no snapshot can be served, LIST_WITHHELD while the restore guard forbids listing. */
export const makeListReader = ({
  keys,
  publish,
  sure,
  waitMs = PUBLICATION_WAIT_MS,
}: ListDependencies): CurrentListReader => {
  const made = oneAtATime(publish)
  return async (db, now, response, read, { namesNobody = false } = {}) => {
    const found = (select: (tx: Tx) => Promise<ListInForce | null>) =>
      db.transaction(
        async (tx) => {
          if (!namesNobody && !(await restored.mayList(tx))) throw new Refusal('LIST_WITHHELD')
          const list = await select(tx)
          return list && { read: await read(tx, list) }
        },
        { isolationLevel: 'repeatable read', readOnly: true },
      )
    const times = { now, sure: sure?.() ?? now }
    const whole = async (tx: Tx) => servable(await snapshots.lastWithManifest(tx), keys, times)
    try {
      for (let tried = 0; ; tried += 1) {
        const list = await found(whole)
        if (list !== null) return list.read
        if (tried === TRIES) throw new Refusal('LIST_IN_THE_MAKING')
        const making = made()
        if (!(await settlesWithin(making, waitMs))) {
          const before = await found((tx) => withoutRemoved(tx, keys, times))
          if (before !== null) return before.read
        }
        await making
      }
    } catch (error) {
      response.set('Retry-After', String(RETRY_SECONDS))
      if (error instanceof Refusal && error.code === 'RUN_BUSY') throw new Refusal('LIST_IN_THE_MAKING')
      throw error
    }
  }
}

const oneAtATime = (publish: () => Promise<unknown>): (() => Promise<unknown>) => {
  let making: Promise<unknown> | null = null
  let [endedAt, tookMs] = [0, 0]
  return () => {
    making ??= (async () => {
      const restMs = endedAt + tookMs * (SHARE - 1) - performance.now()
      if (restMs > 0) await after(restMs, undefined, { ref: false })
      const began = performance.now()
      try {
        return await publish()
      } finally {
        endedAt = performance.now()
        tookMs = endedAt - began
        making = null
      }
    })()
    // Prevents an unhandled rejection when no request waits any more.
    making.catch(() => undefined)
    return making
  }
}

export const settlesWithin = async (making: Promise<unknown>, ms: number): Promise<boolean> => {
  if (ms === Number.POSITIVE_INFINITY) return making.then(() => true)
  const given = new AbortController()
  const late = after(ms, false, { ref: false, signal: given.signal }).catch(() => false)
  return Promise.race([making.then(() => true), late]).finally(() => given.abort())
}

type StoredSnapshot = Awaited<ReturnType<typeof snapshots.lastWithManifest>>

/** `now` decides which entries are in force, `sure` whether a signature is valid. */
interface ServingTimes {
  now: Date
  sure: Date
}

const servable = (found: StoredSnapshot, keys: Pick<Keys, 'manifests'>, times: ServingTimes): ListInForce | null =>
  found === null || found.forgotten ? null : servableList(found, keys, times)

const withoutRemoved = async (
  tx: Tx,
  keys: Pick<Keys, 'manifests'>,
  times: ServingTimes,
): Promise<ListInForce | null> => {
  const found = await snapshots.lastWithManifest(tx)
  const list = found && servableList(found, keys, times)
  return (
    list && { ...list, gone: await snapshots.entriesGoneSince(tx, list.snapshot.sequence, shanghaiDate(times.now)) }
  )
}

const servableList = (
  { snapshot, signed }: NonNullable<StoredSnapshot>,
  keys: Pick<Keys, 'manifests'>,
  { now, sure }: ServingTimes,
): ListInForce | null => {
  if (signed === null || snapshot.files === null) return null
  const today = shanghaiDate(now)
  const ended = snapshot.firstEnd !== null && snapshot.firstEnd < today
  if (snapshot.form !== SNAPSHOT_FORM || ended || signed.validUntil.getTime() <= sure.getTime()) return null
  if (outlastsNewManifest(signed.validUntil, sure)) return null
  return keys.manifests.knows(signed.kid) ? { snapshot, signed, files: snapshot.files, gone: [] } : null
}
