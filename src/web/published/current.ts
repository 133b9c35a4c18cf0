/** Before serving, a new snapshot is published if an entry has left the list or expired. */
import { setTimeout as after } from 'node:timers/promises'
import type { Response } from 'express'
import { outlastsNewManifest, SNAPSHOT_FORM } from '../../domain/publication/snapshot.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { type Db, isConnectionLost, type Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import * as snapshots from '../../store/publication/snapshots.js'

export interface ListInForce {
  snapshot: snapshots.Snapshot
  signed: snapshots.SignedManifest
  /** Ids of entries that left the list after the snapshot; they are never served. */
  gone: readonly string[]
}

export interface ListDependencies {
  keys: Pick<Keys, 'manifests'>
  publish: () => Promise<unknown>
  /** How long (ms) a publication may take before the previous snapshot is served without removed entries. */
  waitMs?: number
  /** Now, or the last instant not in doubt. */
  sure?: () => Date
}

const TRIES = 3
const RETRY_SECONDS = 10
export const PUBLICATION_WAIT_MS = 250
/** Publications caused by requests run at most 1/SHARE of the time. */
const SHARE = 3

export type CurrentListReader = ReturnType<typeof makeListReader>

/**
 * `read` runs in the repeatable read transaction that found the snapshot. Throws LIST_IN_THE_MAKING without a servable
 * snapshot, and LIST_WITHHELD under the restore guard unless `namesNobody`.
 */
export const makeListReader = ({ keys, publish, sure, waitMs = PUBLICATION_WAIT_MS }: ListDependencies) => {
  const made = oneAtATime(publish)
  return async <T>(
    db: Db,
    now: Date,
    response: Response,
    read: (tx: Tx, list: ListInForce) => Promise<T>,
    { namesNobody = false } = {},
  ): Promise<T> => {
    const readList = (list: 'WHOLE' | 'WITHOUT_REMOVED') =>
      db.transaction(
        async (tx) => {
          if (!namesNobody && !(await restored.mayPublishList(tx))) throw new Refusal('LIST_WITHHELD')
          const last = await snapshots.readLastWithManifest(tx)
          if (last === null || (list === 'WHOLE' && last.forgotten)) return null
          const { snapshot, signed } = last
          if (!isServable(snapshot, signed, { keys, now, sure: sure?.() ?? now })) return null
          const gone =
            list === 'WHOLE' ? [] : await snapshots.findEntriesGoneSince(tx, snapshot.sequence, shanghaiDate(now))
          return { read: await read(tx, { snapshot, signed, gone }) }
        },
        { isolationLevel: 'repeatable read', readOnly: true, mayRepeat: true },
      )
    try {
      for (let tried = 0; ; tried += 1) {
        const list = await readList('WHOLE')
        if (list !== null) return list.read
        if (tried === TRIES) throw new Refusal('LIST_IN_THE_MAKING')
        const making = made()
        const isMade = await settlesWithin(making, waitMs).catch(isUnmade)
        const before = isMade ? null : await readList('WITHOUT_REMOVED')
        if (before !== null) return before.read
        await making.catch((error: unknown) => {
          if (!isConnectionLost(error)) throw error
        })
      }
    } catch (error) {
      if (isRefusal(error)) response.set('Retry-After', String(RETRY_SECONDS))
      if (isRefusal(error) && error.code === 'RUN_BUSY') throw new Refusal('LIST_IN_THE_MAKING')
      throw error
    }
  }
}

/** False if another hub publishes or the primary is lost; else throws. */
const isUnmade = (error: unknown): false => {
  if (isConnectionLost(error) || (isRefusal(error) && error.code === 'RUN_BUSY')) return false
  throw error
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

/** `now` decides which entries are in force, `sure` whether a signature is valid. */
const isServable = (
  { form, files, firstEnd }: snapshots.Snapshot,
  signed: snapshots.SignedManifest | null,
  { keys, now, sure }: { keys: Pick<Keys, 'manifests'>; now: Date; sure: Date },
): signed is snapshots.SignedManifest =>
  signed !== null &&
  files !== null &&
  form === SNAPSHOT_FORM &&
  (firstEnd === null || firstEnd >= shanghaiDate(now)) &&
  signed.validUntil > sure &&
  !outlastsNewManifest(signed.validUntil, sure) &&
  keys.manifests.knows(signed.kid)
