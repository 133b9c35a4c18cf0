/** A release after this one: its files with a planted pair of migrations, as a folder that can run. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobDb } from '../../src/store/db/db.js'
import { program, ROOT } from './command.js'

const EXPANDING = '20991231-01-expand'
const CONTRACTING = '20991231-02-contract'

/** Both want the table that answers standings for themselves. */
const PLANTED = {
  [EXPANDING]: ['before', 'alter table standing_rows add column next_release text'],
  [CONTRACTING]: ['after', 'alter table standing_rows drop column next_release'],
} as const

const isBuilt = program[0]?.startsWith('--') === false
/** What the command loads from its own release; the rest is linked. */
const OWN = isBuilt ? ['dist'] : ['src', 'migrations', 'seeds', 'schema', 'package.json']

export const makeNextRelease = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-next-'))
  for (const name of readdirSync(ROOT)) {
    if (OWN.includes(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    else symlinkSync(join(ROOT, name), join(folder, name))
  }
  const migrations = join(folder, isBuilt ? 'dist/migrations' : 'migrations')
  mkdirSync(migrations, { recursive: true })
  for (const [name, [rollOut, sql]] of Object.entries(PLANTED))
    writeFileSync(
      join(migrations, `${name}.${isBuilt ? 'js' : 'ts'}`),
      `export const rollOut = '${rollOut}'\nexport const up = async (tx) => { await tx.raw('${sql}') }\nexport const down = async () => {}\n`,
    )
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The database as it was before the roll-out of the next release began. */
export const undoExpanding = async (db: JobDb): Promise<void> => {
  await db.raw('alter table standing_rows drop column if exists next_release')
  for (const table of ['migrations', 'migrations_roll_out']) await db(table).where({ name: EXPANDING }).delete()
}
