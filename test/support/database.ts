/**
 * Real PostgreSQL for tests: one embedded server per run, a migrated template, and a database per caller. Processes of
 * one run share its address in the environment.
 */
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import { type EmbeddedDatabase, joinDatabase } from '../../src/store/embedded/index.js'

const TEMPLATE = 'hub_template'

const SHARED = 'HUB_TEST_SERVER'

/** A database is 800 small files; in memory it is made in a third of the processor time. */
const MEMORY = '/dev/shm'
const MEMORY_LEAST = 4 * 1024 ** 3 // bytes free

let cluster: Promise<{ embedded: EmbeddedDatabase; folder: string }> | null = null
let made = 0

const start = async () => {
  const folder = mkdtempSync(joinPath(hasMemory() ? MEMORY : tmpdir(), 'hub-test-'))
  const embedded = await joinDatabase(folder, { durable: false })
  await withAdmin(embedded.url, (db) => db.raw(`create database ${TEMPLATE}`))
  const template = connect(named(embedded.url, TEMPLATE))
  await migrate(template)
  await template.destroy()
  return { embedded, folder }
}

const hasMemory = (): boolean => {
  if (!existsSync(MEMORY)) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize >= MEMORY_LEAST
}

export interface TestDatabase {
  db: JobDb
  url: string
  drop(): Promise<void>
}

/** Creates a migrated database without rows; `empty` skips the migration. */
export const freshDatabase = async (options: { empty?: boolean } = {}): Promise<TestDatabase> => {
  const server = process.env[SHARED] ?? (await startCluster())
  made += 1
  const name = `hub_test_${process.pid}_${made}`
  const template = options.empty ? 'template1' : TEMPLATE
  await withAdmin(server, (db) => db.raw(`create database ${name} template ${template} strategy file_copy`))
  const url = named(server, name)
  const db = connect(url)
  const drop = async () => {
    await db.destroy()
    await withAdmin(server, (admin) => admin.raw(`drop database ${name} with (force)`))
  }
  return { db, url, drop }
}

const startCluster = async (): Promise<string> => {
  cluster ??= start()
  return (await cluster).embedded.url
}

/** Shares the server with this process's children. */
export const shareCluster = async (): Promise<void> => {
  process.env[SHARED] = await startCluster()
}

export const stopCluster = async (): Promise<void> => {
  if (cluster === null) return
  const { embedded, folder } = await cluster
  cluster = null
  await embedded.leave()
  rmSync(folder, { recursive: true, force: true })
}

const named = (url: string, database: string): string => {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.href
}

const withAdmin = async (url: string, act: (db: JobDb) => Promise<unknown>): Promise<void> => {
  const db = connect(url)
  try {
    await act(db)
  } finally {
    await db.destroy()
  }
}
