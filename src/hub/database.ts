import type { Config } from '../config.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import type { Log } from '../foundation/log.js'
import type { Metrics } from '../foundation/metrics.js'
import { type AnswerPool, openAnswerPool } from '../store/db/answer-pool.js'
import * as database from '../store/db/db.js'
import { judgeInTime } from '../store/db/primary.js'
import { makeAcknowledgementWait } from '../store/db/standby/standby-acknowledgement.js'
import { checkServesReaders, openStandbyLease } from '../store/db/standby/standby-lease.js'
import { openStandbyPool } from '../store/db/standby/standby-pool.js'
import { joinDatabase as joinEmbedded } from '../store/embedded/index.js'
import { joinHubs } from './shared-folders.js'

/** A phase of the roll-out; `empty` migrates only a new database. */
export type MigrationMode = database.RollOut | 'empty'

interface OpenedDatabase {
  db: database.JobDb
  url: string
  answers: { url: string; pooled: boolean }
  identity: string
  leave: () => Promise<void>
}

export const openDatabase = async (config: Config, migrate: MigrationMode): Promise<OpenedDatabase> => {
  const embedded = config.databaseUrl === null ? await joinEmbedded(config.dataDir) : null
  const shared = embedded?.url ?? config.databaseUrl ?? ''
  const url = config.databaseUrlDirect ?? shared
  const answers = { url: shared, pooled: false }
  const opened = { db: database.connect(url), url, answers, identity: '', leave: async () => embedded?.leave() }
  const { db } = opened
  return closeOnFailure(opened, async () => {
    const jobs = await database.checkServesJobs(db)
    opened.identity = jobs.identity
    if (config.databaseUrlRead !== null) await checkServesReaders(config.databaseUrlRead, jobs.identity)
    if (shared !== url) answers.pooled = (await database.checkServesAnswers(shared, jobs)).pooled
    const { state, missing } = await database.databaseVersion(db)
    const all = state === 'EMPTY' || migrate === 'after' || embedded !== null
    if (missing.length > 0 && (all || (migrate === 'before' && state === 'BEHIND')))
      await database.migrate(db, all ? 'after' : 'before')
    else if (state === 'BEHIND') throw new Refusal('DATABASE_BEHIND', { missing: missing.join(', ') })
    return opened
  })
}

export const openAnswers = ({ url, answers }: OpenedDatabase, onServerChanged: () => Promise<unknown>): AnswerPool =>
  openAnswerPool(answers.url, {
    onServerChanged: judgeInTime(onServerChanged),
    what: 'answers',
    statementMs: database.ANSWER_STATEMENT_TIMEOUT_MS,
    waitMs: database.PRIMARY_WAIT_MS,
    pooled: answers.pooled ? { directUrl: url } : null,
  })

export const openServing = async (
  { url, identity }: OpenedDatabase,
  { config, db, log, metrics }: { config: Config; db: AnswerPool; log: Log; metrics: Metrics },
) => {
  const leaveHubs = await joinHubs(url, config)
  const awaitReaders = makeAcknowledgementWait(db, log)
  const { databaseUrlRead: standbyUrl } = config
  if (standbyUrl === null)
    return { db, awaitReaders, close: async () => void (await Promise.all([db.close(), leaveHubs()])) }
  const lease = openStandbyLease({ primaryUrl: url, standbyUrl, identity, log })
  metrics.standby(lease.ageSeconds)
  const statementMs = database.ANSWER_STATEMENT_TIMEOUT_MS
  const readers = openStandbyPool(standbyUrl, { what: 'answers, standby', statementMs, primary: db, lease })
  const close = async () => void (await Promise.all([lease.close(), readers.close(), leaveHubs()]))
  return { db, awaitReaders, readers, close }
}

export const closeOnFailure = async <T>({ db, leave }: OpenedDatabase, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    await db.destroy()
    await leave()
    throw error
  }
}

const VERSION_EVERY_MS = 5_000

export const watchVersion = (db: database.JobDb, log: Log) => {
  let timer: NodeJS.Timeout | null = null
  let refuse: (reason: unknown) => void = () => {}
  const refused = new Promise<never>((_, reject) => {
    refuse = reject
  })
  refused.catch(() => {})
  const look = async (): Promise<void> => {
    const error = await database.databaseVersion(db).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (!isRefusal(error) || timer === null) return
    log.error({ code: error.code, ...error.details }, 'the database was migrated by a newer release: this hub stops')
    clearInterval(timer)
    refuse(error)
  }
  return {
    start: (): void => {
      timer ??= setInterval(() => void look(), VERSION_EVERY_MS).unref()
    },
    stop: (): void => {
      if (timer !== null) clearInterval(timer)
      timer = null
    },
    /** Rejects with DATABASE_NEWER; pending while this release may continue. */
    refused,
  }
}
