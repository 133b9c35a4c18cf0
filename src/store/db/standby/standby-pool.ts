import { isRefusal } from '../../../foundation/errors.js'
import { type AnswerPool, type AnswerPoolOptions, noteProcessWide, openAnswerPool } from '../answer-pool.js'
import { type Db, queryValue, type Tx } from '../db.js'
import type { ConnectionLender } from '../handle.js'
import { isCancelled } from '../sqlstate.js'
import { POSITION_SQL, type StandbyLease } from './standby-lease.js'

type Handle = Db & ConnectionLender

const leases = new WeakMap<Db, StandbyLease>()

/** Makes later reads at least as new. Returns a mark that changes with the lease. */
export const raiseFloor = (db: Db, position: number): string => leases.get(db)?.raise(position) ?? ''

/** Reads come from the standby while the lease covers it; everything else goes to the primary. */
export const openStandbyPool = (
  url: string,
  { primary, lease, ...options }: AnswerPoolOptions & { primary: AnswerPool; lease: StandbyLease },
): AnswerPool => preferStandby(openAnswerPool(url, { ...options, checkFresh: lease.check }), primary, lease)

const preferStandby = (standby: AnswerPool, primary: AnswerPool, lease: StandbyLease): AnswerPool => {
  const pool: AnswerPool = {
    ...handleOf({ standby, primary, lease }),
    withoutWait: handleOf({ standby: standby.withoutWait, primary: primary.withoutWait, lease }),
    waitMs: primary.waitMs,
    forRequest: (tag) => {
      const handle = handleOf({ standby: standby.forRequest(tag), primary: primary.forRequest(tag), lease })
      noteProcessWide(handle, pool)
      return handle
    },
    atOneInstant: (signal, act) =>
      firstOf(
        lease,
        () => standby.atOneInstant(signal, act),
        () => primary.atOneInstant(signal, act),
      ),
    beside: (options) => preferStandby(standby.beside(options), primary.beside(options), lease),
    onStatement: (hear) => {
      const ends = [standby.onStatement(hear), primary.onStatement(hear)]
      return () => {
        for (const end of ends) end()
      }
    },
    usage: () => standby.usage(),
    close: async () => {
      await Promise.all([standby.close(), primary.close()])
    },
  }
  leases.set(pool, lease)
  return pool
}

const firstOf = async <T>(
  lease: StandbyLease,
  read: () => PromiseLike<T>,
  readPrimary: () => PromiseLike<T>,
): Promise<T> => {
  try {
    return await unlessOver(lease.over(), read)
  } catch (error) {
    if (isRefusal(error) || isCancelled(error)) throw error
    return readPrimary()
  }
}

const unlessOver = async <T>(over: AbortSignal, read: () => PromiseLike<T>): Promise<T> => {
  over.throwIfAborted()
  let leave = (): void => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(over.reason)
    over.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([read(), left])
  } finally {
    over.removeEventListener('abort', leave)
  }
}

const handleOf = (given: { standby: Db; primary: Db; lease: StandbyLease }): Handle => {
  const { standby, primary, lease } = given as { standby: Handle; primary: Handle; lease: StandbyLease }
  const first = <T>(read: (from: Handle) => PromiseLike<T>) =>
    firstOf(
      lease,
      () => read(standby),
      () => read(primary),
    )
  const handle: Handle = {
    raw: (sql, bindings) => first((from) => from.raw(sql, bindings)),
    transaction: (act, options) => {
      if (!options?.readOnly) return primary.transaction(act, options)
      const actAndRaise = async (tx: Tx) => {
        const done = await act(tx)
        lease.raise(await queryValue(tx, `select ${POSITION_SQL} /* standby.position */`))
        return done
      }
      return first((from) => from.transaction(actAndRaise, options))
    },
    withConnection: (act) => first((from) => from.withConnection(act)),
    withOwnConnection: (act) => primary.withOwnConnection(act),
  }
  leases.set(handle, lease)
  return handle
}
