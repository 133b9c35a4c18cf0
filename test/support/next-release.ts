/** A release after this one: its files with a planted pair of migrations, as a folder that can run. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobDb, RollOut } from '../../src/store/db/db.js'
import { program, ROOT } from './command.js'

const EXPANDING = '20991231-01-expand'
const CONTRACTING = '20991231-02-contract'

interface PlantedMigration {
  rollOut: RollOut
  statements: readonly string[]
  transaction?: boolean
}

/** Both want the table that answers standings for themselves. */
const PLANTED: Record<string, PlantedMigration> = {
  [EXPANDING]: { rollOut: 'before', statements: ['alter table standing_rows add column next_release text'] },
  [CONTRACTING]: { rollOut: 'after', statements: ['alter table standing_rows drop column next_release'] },
}

const textOf = ({ rollOut, statements, transaction = true }: PlantedMigration): string =>
  `export const rollOut = '${rollOut}'
export const config = { transaction: ${transaction} }
export const up = async (tx) => { for (const sql of ${JSON.stringify(statements)}) await tx.raw(sql) }
export const down = async () => {}
`

const isBuilt = program[0]?.startsWith('--') === false
/** What the command loads from its own release; the rest is linked. */
const OWN = isBuilt ? ['dist'] : ['src', 'migrations', 'seeds', 'schema', 'package.json']

export const makeNextRelease = (planted = PLANTED) => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-next-'))
  for (const name of readdirSync(ROOT)) {
    if (OWN.includes(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    else symlinkSync(join(ROOT, name), join(folder, name))
  }
  const migrations = join(folder, isBuilt ? 'dist/migrations' : 'migrations')
  mkdirSync(migrations, { recursive: true })
  for (const [name, migration] of Object.entries(planted))
    writeFileSync(join(migrations, `${name}.${isBuilt ? 'js' : 'ts'}`), textOf(migration))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The database as it was before the roll-out of the next release began. */
export const undoExpanding = async (db: JobDb): Promise<void> => {
  await db.raw('alter table standing_rows drop column if exists next_release')
  for (const table of ['migrations', 'migrations_roll_out']) await db(table).where({ name: EXPANDING }).delete()
}
