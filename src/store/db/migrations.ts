/** Migrations run `before` the roll-out, beside older hubs, or `after` it. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Knex } from 'knex'
import { POSTGRESQL_LEAST } from '../../domain/office/hub-condition.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from './handle.js'
import { withLock } from './locks.js'
import {
  BASELINE,
  NOT_VALID_IN_RELEASE_BEFORE,
  RELEASE_BEFORE_BASELINE,
  RENAMED_IN_BASELINE,
  REPLACED_BY_BASELINE,
} from './replaced-migrations.js'
import { DEADLOCK_DETECTED, hasSqlstate, LOCK_NOT_AVAILABLE } from './sqlstate.js'

export type RollOut = 'before' | 'after'

interface MigrationFile {
  name: string
  path: string
}

interface Migration extends Knex.Migration {
  rollOut?: RollOut
  config?: { transaction?: boolean }
}

const folderOf = (name: string): string => join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', name)

/** `dist` may still hold replaced files. */
export const migrationFilesIn = (folder: string): MigrationFile[] =>
  existsSync(folderOf(folder))
    ? readdirSync(folderOf(folder))
        .filter((file) => /^\d{2,8}-.*\.(js|ts)$/.test(file) && !file.endsWith('.d.ts'))
        .sort()
        .map((file) => ({ name: file.replace(/\.(js|ts)$/, ''), path: join(folderOf(folder), file) }))
        .filter(({ name }) => !REPLACED_BY_BASELINE.includes(name))
    : []

const read = (file: MigrationFile): Promise<Migration> => import(file.path)

const rollOutOf = async (file: MigrationFile): Promise<RollOut> => (await read(file)).rollOut ?? 'before'

/** A migration that waits for a table gives way, because questions queue behind it. */
const LOCK_MS = 1_000
const LOCK_TRIES = 60
const TRY_AGAIN_MS = 1_000

const readRecorded = async (file: MigrationFile): Promise<Migration> => {
  const migration = await read(file)
  return {
    ...migration,
    up: async (tx) => {
      if (migration.config?.transaction !== false)
        await tx.raw(`set local lock_timeout = ${LOCK_MS} /* store.readRecorded */`)
      await migration.up(tx)
      await tx('migrations_roll_out')
        .insert({ name: file.name, roll_out: migration.rollOut ?? 'before' })
        .onConflict('name')
        .ignore()
    },
    down: async (tx) => {
      await tx('migrations_roll_out').where({ name: file.name }).delete()
      await migration.down?.(tx)
    },
  }
}

export const migrationSource = (files: readonly MigrationFile[]): Knex.MigrationSource<MigrationFile> => ({
  getMigrations: async () => [...files],
  getMigrationName: (file) => file.name,
  getMigration: readRecorded,
})

export interface DatabaseVersion {
  /** BEHIND: a `before` migration is missing. CURRENT: at most `after` migrations are missing. */
  state: 'EMPTY' | 'BEHIND' | 'CURRENT'
  missing: string[]
}

/** Throws DATABASE_NEWER for an unknown `after` migration, DATABASE_OLDER when a replaced one is missing. */
export const databaseVersion = async (db: Db): Promise<DatabaseVersion> => {
  const files = migrationFilesIn('migrations')
  const known = files.map((file) => file.name)
  if (!(await hasTable(db, 'migrations'))) return { state: 'EMPTY', missing: known }
  const done = await namesIn(db, 'select name from migrations /* store.databaseVersion */')
  const unknown = [...done].filter((name) => !known.includes(name) && !REPLACED_BY_BASELINE.includes(name))
  if (unknown.length > 0) {
    const harmless = await findHarmless(db, unknown)
    const toStopFor = unknown.filter((name) => !harmless.has(name))
    if (toStopFor.length > 0) throw new Refusal('DATABASE_NEWER', { unknown: toStopFor.join(', ') })
  }
  refuseOlder(done)
  const lacking = files.filter(({ name }) => !done.has(name))
  const missing = lacking.map(({ name }) => name)
  if (missing.length === 0) return { state: 'CURRENT', missing }
  if (done.size === 0) return { state: 'EMPTY', missing }
  const each = await Promise.all(lacking.map(rollOutOf))
  return { state: each.includes('before') ? 'BEHIND' : 'CURRENT', missing }
}

const refuseOlder = (done: ReadonlySet<string>): void => {
  const first = REPLACED_BY_BASELINE.find((name) => !done.has(name))
  if (done.has(BASELINE) || first === undefined || !REPLACED_BY_BASELINE.some((name) => done.has(name))) return
  throw new Refusal('DATABASE_OLDER', { missing: first, release: RELEASE_BEFORE_BASELINE })
}

const findHarmless = async (db: Db, names: readonly string[]): Promise<Set<string>> => {
  const sql = `select name from migrations_roll_out where name = any(?) and roll_out = 'before' /* store.findHarmless */`
  return (await hasTable(db, 'migrations_roll_out')) ? namesIn(db, sql, [names]) : new Set()
}

const hasTable = async (db: Db, table: string): Promise<boolean> =>
  (await db.raw('select to_regclass(?) is not null as there /* store.hasTable */', [table])).rows[0].there

const namesIn = async (db: Db, sql: string, bindings: readonly unknown[] = []): Promise<Set<string>> =>
  new Set((await db.raw(sql, bindings)).rows.map(({ name }: { name: string }) => name))

const MIGRATE_LOCK = 'hub.migrate'
const PEER_WAIT_MS = 1_800_000

/**
 * Phase `after` runs all that is missing, which stops hubs of the release before. Throws DATABASE_SERVER_OLD,
 * DATABASE_UNKNOWN, MIGRATION_BUSY, MIGRATION_RUNNING.
 */
export const migrate = async (db: Knex, phase: RollOut = 'after', peerWaitMs = PEER_WAIT_MS): Promise<string[]> => {
  await refuseOldServer(db)
  await databaseVersion(db)
  const names = await withLock(db, MIGRATE_LOCK, peerWaitMs, async () => {
    await refuseUnknown(db)
    await bringToBaseline(db)
    const replaced = await db.transaction((tx) => replaceByBaseline(tx, phase))
    return [...replaced, ...(await applyMissing(db, phase))]
  })
  if (names === 'held') throw new Refusal('MIGRATION_RUNNING', { minutes: peerWaitMs / 60_000 })
  return names
}

const refuseOldServer = async (db: Db): Promise<void> => {
  const [{ version }] = (await db.raw(`select current_setting('server_version') as version /* store.serverVersion */`))
    .rows
  if (Number.parseInt(version, 10) < POSTGRESQL_LEAST)
    throw new Refusal('DATABASE_SERVER_OLD', { version, least: POSTGRESQL_LEAST })
}

/** Needs the migration lock: knex commits a migration before its name. */
const refuseUnknown = async (db: Db): Promise<void> => {
  const done = (await hasTable(db, 'migrations'))
    ? await namesIn(db, 'select name from migrations /* store.refuseUnknown */')
    : new Set<string>()
  if ([BASELINE, ...REPLACED_BY_BASELINE].some((name) => done.has(name))) return
  const sql = `select relname as name from pg_class c
    where relnamespace = current_schema()::regnamespace and relkind = any('{r,p,v,m,f}')
      and relname not in ('migrations', 'migrations_lock')
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
    order by relname limit 1 /* store.refuseUnknown */`
  for (const table of await namesIn(db, sql)) throw new Refusal('DATABASE_UNKNOWN', { table })
}

/** Only valid checks let `trail` become a partition. One scan; reads and writes go on. */
const bringToBaseline = async (db: Knex): Promise<void> => {
  const sql = `select conname as name from pg_constraint
    where connamespace = current_schema()::regnamespace and (contype = 'n' or conrelid = to_regclass('trail') and not convalidated)
    /* store.bringToBaseline */`
  const names = await namesIn(db, sql)
  const validations = NOT_VALID_IN_RELEASE_BEFORE.filter((name) => names.has(name)).map(
    (name) => `validate constraint ${name}`,
  )
  const changes = RENAMED_IN_BASELINE.filter(({ from }) => names.has(from)).map(
    ({ table, from, to }) => `alter table ${table} rename constraint ${from} to ${to}`,
  )
  if (validations.length > 0) changes.push(`alter table trail ${validations.join(', ')}`)
  for (const change of changes)
    await repeatWhileLocked(BASELINE, () =>
      db.transaction((tx) => tx.raw(`set local lock_timeout = ${LOCK_MS}; ${change} /* store.bringToBaseline */`)),
    )
}

const replaceByBaseline = async (tx: Tx, phase: RollOut): Promise<string[]> => {
  const { state, missing } = await databaseVersion(tx)
  const baseline = (await selectForPhase(missing, phase)).find(({ name }) => name === BASELINE)
  if (state === 'EMPTY' || !missing.includes(BASELINE) || baseline === undefined) return []
  await tx.raw(
    `with replaced as (delete from migrations where name = any(:replaced)),
       marks as (delete from migrations_roll_out where name = any(:replaced)),
       mark as (insert into migrations_roll_out (name, roll_out) values (:name, :rollOut))
     insert into migrations (name, batch, migration_time) values (:name, 1, now()) /* store.replaceByBaseline */`,
    { replaced: REPLACED_BY_BASELINE, name: BASELINE, rollOut: await rollOutOf(baseline) },
  )
  return [BASELINE]
}

const applyMissing = async (db: Knex, phase: RollOut): Promise<string[]> => {
  const { state, missing } = await databaseVersion(db)
  const isEmpty = state === 'EMPTY'
  const files = await selectForPhase(missing, isEmpty ? 'after' : phase)
  if (files.length === 0) return []
  // knex's lock row survives a SIGKILL. The advisory lock makes freeing safe.
  await db.migrate.forceFreeMigrationsLock()
  const config = { migrationSource: migrationSource(files), disableMigrationsListValidation: true }
  if (isEmpty) return (await db.migrate.latest(config))[1]
  const applied: string[] = []
  for (const { name } of files.filter((file) => missing.includes(file.name)))
    applied.push(...(await repeatWhileLocked(name, async () => (await db.migrate.up(config))[1])))
  return applied
}

const repeatWhileLocked = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act()
    } catch (error) {
      if (!hasSqlstate(error, LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED)) throw error
      if (tries === LOCK_TRIES) throw new Refusal('MIGRATION_BUSY', { name })
    }
    await after(TRY_AGAIN_MS)
  }
}

const selectForPhase = async (missing: readonly string[], phase: RollOut): Promise<MigrationFile[]> => {
  const files = migrationFilesIn('migrations')
  if (phase === 'after') return files
  const lacking = files.filter(({ name }) => missing.includes(name) && name !== BASELINE)
  const each = await Promise.all(lacking.map(rollOutOf))
  return lacking.slice(0, each.lastIndexOf('before') + 1)
}
