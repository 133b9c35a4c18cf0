import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from './handle.js'
import { isLockTimeout } from './sqlstate.js'

export const LOCK_WAIT_MS = 5_000

/** The commit does not wait for a synchronous standby. Only for writes that a failover may lose without harm. */
export const COMMIT_LOCALLY = `set_config('synchronous_commit', 'local', true)`

export const commitLocally = async (tx: Tx): Promise<void> => {
  await tx.raw(`select ${COMMIT_LOCALLY} /* transaction.commitLocally */`)
}

type BusyJob = 'decide' | 'move' | 'sellers' | 'settle'

/** Throws RUN_BUSY, naming `job`, after waiting `waitMs` for a lock. */
export const inTransaction = <T>(
  db: Db,
  job: BusyJob,
  act: (tx: Tx) => Promise<T>,
  waitMs: number = LOCK_WAIT_MS,
): Promise<T> =>
  refuseLockTimeout(job, () =>
    db.transaction(async (tx) => {
      await tx.raw(`set local lock_timeout = ${waitMs} /* transaction.inTransaction */`)
      return act(tx)
    }),
  )

/** Afterwards the caller's bound holds again. */
export const withLockTimeout = async (tx: Tx, waitMs: number, take: () => PromiseLike<unknown>): Promise<void> => {
  const { rows } = await tx.raw(`select current_setting('lock_timeout') as before /* transaction.lockTimeout */`)
  await tx.raw(`set local lock_timeout = ${waitMs} /* transaction.lockTimeout */`)
  await take()
  await tx.raw(`select set_config('lock_timeout', ?, true) /* transaction.lockTimeout */`, [rows[0].before])
}

export const isInTransaction = (db: Db | Tx): db is Tx => 'isCompleted' in db

export const refuseLockTimeout = async <T>(job: BusyJob, act: () => Promise<T>): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    throw new Refusal('RUN_BUSY', { job, subject: '' })
  }
}

const setting = (value: string): string =>
  ['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_incremental_sort']
    .map((name) => `set local ${name} to ${value};`)
    .join(' ')

/** The planner would scan the whole table when statistics show very frequent values. */
export const withIndexLookups = async <T>(tx: Tx, look: () => Promise<T>): Promise<T> => {
  await tx.raw(`${setting('off')} /* byIndex */`)
  const rows = await look()
  await tx.raw(`${setting('default')} /* byIndex */`)
  return rows
}

const SETTING = 'hub.rehearsal'

export const IS_REHEARSAL_SQL = `(current_setting('${SETTING}', true) is not distinct from 'on')`

/** A setting marks a rehearsal: the called code then takes no exclusive locks. */
export const markRehearsal = async (tx: Tx): Promise<void> => {
  await tx.raw(`set local ${SETTING} = 'on' /* transaction.markRehearsal */`)
}
