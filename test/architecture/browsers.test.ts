/** Every module that the programs for browsers load, by any chain of imports, must run without Node. */
import { expect } from 'chai'
import { importsOf, itKeeps, type Rule, SOURCES, type SourceFile, targetOf, withoutComments } from './tree.js'

const PROGRAMS = /^src\/web\/(?:desk|graphiql)\/(?!build\/)/
/** Globals that browsers lack. A type `Buffer` is erased, its members are not. */
const NODE_GLOBAL = /\b(?:Buffer|process)\./

/** `import type` alone is erased: with `verbatimModuleSyntax`, `import { type Kind }` still loads the module. */
const loadedBy = ({ path, text }: SourceFile): string[] =>
  importsOf(path, text)
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ from }) => from)

const needsNode = (file: SourceFile): boolean =>
  loadedBy(file).some((from) => from.startsWith('node:')) || NODE_GLOBAL.test(withoutComments(file.text))

/** One line for each file that needs Node: the shortest chain of imports from a program to it. */
const nodeInBrowsers: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const chains = new Map(files.filter(({ path }) => PROGRAMS.test(path)).map(({ path }) => [path, path]))
  const faults: string[] = []
  // A Map also visits the entries that are added during the loop.
  for (const [path, chain] of chains) {
    const file = byPath.get(path)
    if (file === undefined) continue
    if (needsNode(file)) faults.push(chain)
    for (const from of loadedBy(file).filter((from) => from.startsWith('.'))) {
      const target = targetOf(path, from)
      for (const next of [target, `${target}x`])
        if (byPath.has(next) && !chains.has(next)) chains.set(next, `${chain} → ${next}`)
    }
  }
  return faults
}

const PAGE = [
  'src/web/desk/pages/worklist/index.tsx',
  `import { TASKS } from '../../../../domain/worklist/tasks.js'`,
] as const
const KINDS = 'src/domain/records/records.ts'
const TYPES_OF_KINDS = ['src/domain/worklist/tasks.ts', `import type { Kind } from '../records/records.js'`] as const
const NEEDS_NODE = [KINDS, `import { hash } from 'node:crypto'`] as const

describe('the programs for browsers', () => {
  itKeeps('load nothing that needs Node', nodeInBrowsers, [
    ['a page that imports a module of Node', ['src/web/desk/main.tsx', `import { join } from 'node:path'`]],
    [
      'a module of Node behind two imports',
      PAGE,
      ['src/domain/worklist/tasks.ts', `import { KINDS } from '../records/records.js'`],
      NEEDS_NODE,
    ],
    [
      'a buffer made at load behind a name exported further',
      PAGE,
      ['src/domain/worklist/tasks.ts', `export { KINDS } from '../records/records.js'`],
      [KINDS, 'const scratch = Buffer.alloc(64)'],
    ],
    [
      'a module loaded for a type beside which the import stays',
      PAGE,
      ['src/domain/worklist/tasks.ts', `import { type Kind } from '../records/records.js'`],
      NEEDS_NODE,
    ],
    [
      'GraphiQL behind a dynamic import',
      ['src/web/graphiql/main.tsx', `const it = await import('./nonce.js')`],
      ['src/web/graphiql/nonce.ts', 'export const nonce = process.env'],
    ],
    [
      'a component that reads the environment',
      ['src/web/desk/main.tsx', `import { Frame } from './frame/frame.js'`],
      ['src/web/desk/frame/frame.tsx', 'export const Frame = () => process.cwd()'],
    ],
  ])

  it('may know the types of a module that needs Node', () => {
    expect(nodeInBrowsers([PAGE, TYPES_OF_KINDS, NEEDS_NODE].map(([path, text]) => ({ path, text })))).to.deep.equal([])
  })

  it('are found among the sources', () => {
    expect(SOURCES.filter(({ path }) => PROGRAMS.test(path))).to.have.length.above(100)
  })
})
