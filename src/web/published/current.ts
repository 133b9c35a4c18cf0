/** The snapshot that may be served now. What has left the list, or ends today, is in none: then a new one is made first. */
import type { Response } from 'express'
import { dateIn } from '../../domain/dates.js'
import { type FileSaid, FORM } from '../../domain/snapshot.js'
import { Refusal } from '../../errors.js'
import type { Keys } from '../../keys.js'
import type { Db, Tx } from '../../store/db.js'
import * as snapshots from '../../store/snapshots.js'

export interface Current {
  snapshot: snapshots.Snapshot
  signed: snapshots.Signed
  files: readonly FileSaid[]
}

export interface CurrentParts {
  keys: Pick<Keys, 'manifests'>
  publish: () => Promise<unknown>
}

/** Snapshots made for one asker, while entries go on leaving the list. */
const TRIES = 3
const RETRY_SECONDS = 10

/** Finds the list that may be served now; `read`: what is read of it, in the same instant of the database. */
export type ListNow = <T>(
  db: Db,
  now: Date,
  response: Response,
  read: (tx: Tx, list: Current) => Promise<T>,
) => Promise<T>

/** Refusal LIST_IN_THE_MAKING where it cannot be had in time. */
export const listNow = ({ keys, publish }: CurrentParts): ListNow => {
  // All who ask meanwhile wait for the same one.
  let making: Promise<unknown> | null = null
  const made = (): Promise<unknown> => {
    making ??= publish().finally(() => {
      making = null
    })
    return making
  }
  return async (db, now, response, read) => {
    // Whatever is published or removed beside it, what is read is of the snapshot that was found.
    try {
      for (let tried = 0; ; tried += 1) {
        const found = await db.transaction(
          async (tx) => {
            const list = good(await snapshots.current(tx), keys, now)
            return list && { read: await read(tx, list) }
          },
          { isolationLevel: 'repeatable read', readOnly: true },
        )
        if (found !== null) return found.read
        if (tried === TRIES) throw new Refusal('LIST_IN_THE_MAKING')
        await made()
      }
    } catch (error) {
      response.set('Retry-After', String(RETRY_SECONDS))
      if (error instanceof Refusal && error.code === 'RUN_BUSY') throw new Refusal('LIST_IN_THE_MAKING')
      throw error
    }
  }
}

const good = (
  found: Awaited<ReturnType<typeof snapshots.current>>,
  keys: Pick<Keys, 'manifests'>,
  now: Date,
): Current | null => {
  if (found === null || found.forgotten || found.signed === null || found.snapshot.files === null) return null
  const { snapshot, signed } = found
  const today = dateIn(now)
  const ended = snapshot.firstEnd !== null && snapshot.firstEnd < today
  if (snapshot.form !== FORM || ended || signed.validUntil.getTime() <= now.getTime()) return null
  return keys.manifests.knows(signed.kid) ? { snapshot, signed, files: snapshot.files ?? [] } : null
}
