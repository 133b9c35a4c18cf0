/** The snapshot that may be served now. What has left the list, or ends today, is in none: then a new one is made first. */
import { setTimeout as after } from 'node:timers/promises'
import type { Response } from 'express'
import { type FileSaid, FORM, holdsTooLong } from '../../domain/publication/snapshot.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import * as snapshots from '../../store/publication/snapshots.js'

export interface Current {
  snapshot: snapshots.Snapshot
  signed: snapshots.Signed
  files: readonly FileSaid[]
  /** Entries of it that have left the list since: nothing that is served holds them. Empty once the next one is published. */
  gone: readonly string[]
}

export interface CurrentParts {
  keys: Pick<Keys, 'manifests'>
  publish: () => Promise<unknown>
  /** How long an answer waits for a new publication while the last one, less what has left it, can be served, milliseconds. */
  waitMs?: number
  /** The latest instant that is certain; what is asked by when absent. */
  sure?: () => Date
}

/** Snapshots made for one asker, while entries go on leaving the list. */
const TRIES = 3
const RETRY_SECONDS = 10
export const WAIT_MS = 250
/** While entries go on leaving a large list, publications take at most one part of so many of the time. */
const SHARE = 3

/**
 * Finds the list that may be served now; `read`: what is read of it, in the same instant of the database. `namesNobody`: what is
 * read may be told even while nobody may be listed.
 */
export type ListNow = <T>(
  db: Db,
  now: Date,
  response: Response,
  read: (tx: Tx, list: Current) => Promise<T>,
  options?: { namesNobody?: boolean },
) => Promise<T>

/** Refusals: LIST_IN_THE_MAKING where it cannot be had in time, LIST_WITHHELD where nobody may be listed now. */
export const listNow = ({ keys, publish, sure, waitMs = WAIT_MS }: CurrentParts): ListNow => {
  const made = oneAtATime(publish)
  return async (db, now, response, read, { namesNobody = false } = {}) => {
    // Whatever is published or removed beside it, what is read is of the snapshot that was found.
    const found = (select: (tx: Tx) => Promise<Current | null>) =>
      db.transaction(
        async (tx) => {
          if (!namesNobody && !(await restored.mayList(tx))) throw new Refusal('LIST_WITHHELD')
          const list = await select(tx)
          return list && { read: await read(tx, list) }
        },
        { isolationLevel: 'repeatable read', readOnly: true },
      )
    const times = { now, sure: sure?.() ?? now }
    const whole = async (tx: Tx) => good(await snapshots.current(tx), keys, times)
    try {
      for (let tried = 0; ; tried += 1) {
        const list = await found(whole)
        if (list !== null) return list.read
        if (tried === TRIES) throw new Refusal('LIST_IN_THE_MAKING')
        const making = made()
        if (!(await within(making, waitMs))) {
          const before = await found((tx) => lessWhatLeft(tx, keys, times))
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

/** One publication for all who ask meanwhile. */
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
    // Whoever does not wait for it hears nothing of its faults; the next who asks begins another.
    making.catch(() => undefined)
    return making
  }
}

/** False: it is not done in time. Throws what it throws. */
export const within = async (making: Promise<unknown>, ms: number): Promise<boolean> => {
  if (ms === Number.POSITIVE_INFINITY) return making.then(() => true)
  const given = new AbortController()
  const late = after(ms, false, { ref: false, signal: given.signal }).catch(() => false)
  return Promise.race([making.then(() => true), late]).finally(() => given.abort())
}

type Found = Awaited<ReturnType<typeof snapshots.current>>

/** `now` decides what is in force, `sure` whether a signature holds. */
interface Times {
  now: Date
  sure: Date
}

const good = (found: Found, keys: Pick<Keys, 'manifests'>, times: Times): Current | null =>
  found === null || found.forgotten ? null : listOf(found, keys, times)

/** The last publication, and what has left it. Null: it cannot be served at all. */
const lessWhatLeft = async (tx: Tx, keys: Pick<Keys, 'manifests'>, times: Times): Promise<Current | null> => {
  const found = await snapshots.current(tx)
  const list = found && listOf(found, keys, times)
  return list && { ...list, gone: await snapshots.gone(tx, list.snapshot.sequence, dateIn(times.now)) }
}

const listOf = (
  { snapshot, signed }: NonNullable<Found>,
  keys: Pick<Keys, 'manifests'>,
  { now, sure }: Times,
): Current | null => {
  if (signed === null || snapshot.files === null) return null
  const today = dateIn(now)
  const ended = snapshot.firstEnd !== null && snapshot.firstEnd < today
  if (snapshot.form !== FORM || ended || signed.validUntil.getTime() <= sure.getTime()) return null
  if (holdsTooLong(signed.validUntil, sure)) return null
  return keys.manifests.knows(signed.kid) ? { snapshot, signed, files: snapshot.files, gone: [] } : null
}
