/** The tree that the rules of the architecture look at, and the way in which each rule shows that it notices a fault. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

export interface SourceFile {
  path: string
  text: string
}

/** What is wrong with a tree, one line a fault. */
export type Rule = (files: readonly SourceFile[]) => string[]

/** A fault in words, and the files that hold it. */
export type PlantedFault = readonly [what: string, ...files: (readonly [path: string, text: string])[]]

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

export const filesUnder = (...folders: readonly string[]): SourceFile[] =>
  folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && /(?<!\.generated)\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, text: read(path) }))

export const SOURCES: readonly SourceFile[] = filesUnder('src', 'migrations', 'seeds')

/** A sound tree, into which each fault is planted alone. */
const SOUND: readonly SourceFile[] = [
  { path: 'src/main.ts', text: `import { makeHub } from './hub/hub.js'\nmakeHub()\n` },
  { path: 'src/hub/hub.ts', text: `import { push } from '../work/delivery/push.js'\nexport const makeHub = push\n` },
  {
    path: 'src/work/delivery/push.ts',
    text: `import { due } from '../../store/delivery/deliveries.js'\nexport const push = due\n`,
  },
  {
    path: 'src/store/delivery/deliveries.ts',
    text: `import type { Db } from '../db/db.js'\nexport const due = (db: Db) => db\n`,
  },
  { path: 'src/store/db/db.ts', text: `import type { Knex } from 'knex'\nexport interface Db {\n  knex: Knex\n}\n` },
  { path: 'src/config.ts', text: 'export const readConfig = () => process.env\n' },
]

/** Tests that a rule finds nothing in the tree, and one fault in the sound tree with each planted one. */
export const itKeeps = (
  fact: string,
  rule: Rule,
  planted: readonly PlantedFault[],
  files: readonly SourceFile[] = SOURCES,
): void => {
  it(fact, () => expect(rule(files)).to.deep.equal([]))
  for (const [what, ...added] of planted)
    it(`finds ${what}`, () => {
      expect(rule(SOUND)).to.deep.equal([])
      expect(rule([...SOUND, ...added.map(([path, text]) => ({ path, text }))])).to.have.lengthOf(1)
    })
}

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm
export const withoutComments = (text: string): string => text.replace(COMMENT, '')
