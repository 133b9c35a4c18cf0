/** Source files that the architecture rules check, and a helper that plants faults to prove each rule. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

export interface SourceFile {
  path: string
  text: string
}

/** Returns the faults of the given files, one line each. */
export type Rule = (files: readonly SourceFile[]) => string[]

/** Description of a fault, and the files that contain it. */
export type PlantedFault = readonly [what: string, ...files: (readonly [path: string, text: string])[]]

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const listFiles = (folders: readonly string[], name: RegExp): SourceFile[] =>
  folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, text: read(path) }))

export const filesUnder = (...folders: readonly string[]): SourceFile[] => listFiles(folders, /(?<!\.generated)\.tsx?$/)

/** The pages of text. The changelog names files of the past. */
export const pagesUnder = (...folders: readonly string[]): SourceFile[] => listFiles(folders, /(?<!CHANGELOG)\.md$/)

export const SOURCES: readonly SourceFile[] = filesUnder('src', 'migrations', 'seeds')

/** Files without a fault. Each planted fault is added to them alone. */
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

/** Defines tests: the rule finds no fault in `files`, and exactly one in the sound files plus each planted fault. */
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

export interface Import {
  file: string
  from: string
  /** True for `import type`. `work` may import agencies and platforms only as types. */
  typeOnly: boolean
  dynamic: boolean
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

export const importsOf = (file: string, text: string): Import[] =>
  [...text.matchAll(IMPORT)].map(([, type, from, dynamic]) => ({
    file,
    from: from ?? dynamic ?? '',
    typeOnly: type !== undefined,
    dynamic: dynamic !== undefined,
  }))

export const targetOf = (file: string, from: string): string =>
  normalize(join(dirname(file), from)).replace(/\.js$/, '.ts')
