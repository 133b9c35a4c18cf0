/** Size limits of folders, files, functions and READMEs. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { parseSync } from 'oxc-parser'
import { filesUnder, itKeeps, pagesUnder, ROOT, type Rule, read, SOURCES, type SourceFile } from './tree.js'

const TESTS = filesUnder('test')

/** Longest allowed file, in lines. */
const FILE_LINES_MAX = 400
/** Longest allowed function, in lines: one screen. */
const FUNCTION_LINES_MAX = 60
/** Most files in a folder, and in the root of src. More files mean that a noun (folder) is missing. */
const FOLDER_FILES_MAX = 25
const ROOT_FILES_MAX = 8

/** Largest allowed README, in bytes. A Chinese character takes three bytes. */
const README_BYTES_MAX: Record<string, number> = { 'README.md': 15_360, 'README.zh-CN.md': 20_480 }
const README_LINES_MAX = 200
/** Longest allowed line of a README, in characters. */
const README_LINE_MAX = 200

const fullFolders: Rule = (files) => {
  const sizes = new Map<string, number>()
  for (const { path } of files) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1)
  sizes.delete('migrations')
  return [...sizes]
    .filter(([folder, size]) => size > (folder === 'src' ? ROOT_FILES_MAX : FOLDER_FILES_MAX))
    .map(([folder, size]) => `${folder}: ${size} files`)
}

const longFiles: Rule = (files) =>
  files.filter(({ text }) => text.trimEnd().split('\n').length > FILE_LINES_MAX).map(({ path }) => path)

/** Functions that exceed the limit, as `path name`. One that no longer does must leave this list, or the test fails. */
const LONG_FUNCTIONS: readonly string[] = JSON.parse(read('test/architecture/long-functions.json'))
/** A migration is never edited once landed. */
const isMigration = (path: string): boolean => path.startsWith('migrations/')

const NAMING = /^(VariableDeclarator|FunctionDeclaration|Property|MethodDefinition|PropertyDefinition)$/
const FUNCTION = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/

interface SyntaxNode {
  type: string
  start: number
  end: number
  id?: { name?: string } | null
  key?: { name?: string } | null
}

/** `path name` of each function that is too long. An anonymous function gets the name of the enclosing one. */
const longFunctionsOf = ({ path, text }: SourceFile): string[] => {
  const found = new Set<string>()
  const visit = (node: unknown, outer: string): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, outer)
    else if (isSyntax(node)) {
      const name = (NAMING.test(node.type) ? (node.id ?? node.key)?.name : undefined) ?? outer
      const isLong = text.slice(node.start, node.end).split('\n').length > FUNCTION_LINES_MAX
      if (isLong && FUNCTION.test(node.type)) found.add(`${path} ${name}`)
      // A short node contains no long function.
      if (isLong) for (const each of Object.values(node)) visit(each, name)
    }
  }
  visit(parseSync(path, text).program.body, '')
  return [...found]
}
const isSyntax = (node: unknown): node is SyntaxNode => typeof node === 'object' && node !== null && 'type' in node

const longFunctions: Rule = (files) => files.filter(({ path }) => !isMigration(path)).flatMap(longFunctionsOf)

const lines = (count: number): string => '  step()\n'.repeat(count)

/** Faults of a README: too long, or a path (in backticks or in a link) that does not exist. */
const readmeFaults: Rule = (pages) =>
  pages.flatMap(({ path, text }) => {
    const written = text.trimEnd().split('\n')
    const bytes = Buffer.byteLength(text)
    const prose = text.replace(/^```[\s\S]*?^```/gm, '')
    const named = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]*)+|[\w-]+\.(?:ts|json|md))`/g)]
    const linked = [...prose.matchAll(/\]\(([^)#:]+)\)/g)]
    return [
      ...(written.length > README_LINES_MAX ? [`${path}: ${written.length} lines`] : []),
      ...(bytes > (README_BYTES_MAX[path] ?? Infinity) ? [`${path}: ${bytes} bytes`] : []),
      ...written.filter((line) => [...line].length > README_LINE_MAX).map((line) => `${path}: ${line.slice(0, 40)}`),
      ...[...named, ...linked].flatMap(([, to = '']) => (existsSync(join(ROOT, to)) ? [] : [`${path}: no file ${to}`])),
    ]
  })
/** Paths in backticks may leave out `src/` or the folder of their page. */
const ROOM =
  /^(src|schema|test|seeds|migrations|domain|store|work|api|web|server|hub|foundation|agencies|platforms|commands|demo|sandbox)\//
const lostPaths: Rule = (pages) =>
  pages.flatMap(({ path, text }) => {
    const own = dirname(path)
    const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '')
    const named = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)].map(([, to = '']) => to)
    const linked = [...prose.matchAll(/\]\(([^/):#][^):#]*)(?:#[^)]*)?\)/g)].map(([, to = '']) => join(own, to))
    return [...named.filter((to) => ROOM.test(to)), ...linked]
      .filter((to) => !['', 'src', own].some((folder) => existsSync(join(ROOT, folder, to))))
      .map((to) => `${path}: no file ${to}`)
  })
const READMES = Object.keys(README_BYTES_MAX).map((path) => ({ path, text: read(path) }))

describe('size limits', () => {
  const many = (folder: string, count: number): [string, string][] =>
    Array.from({ length: count }, (_, i) => [`${folder}/file-${i}.ts`, ''])

  itKeeps('are kept by every folder and by the root of src', fullFolders, [
    ['a folder with too many files', ...many('src/store/records', FOLDER_FILES_MAX + 1)],
    ['a root with too many files', ...many('src', ROOT_FILES_MAX)],
  ])

  itKeeps('are kept by every source file', longFiles, [
    ['a long file', ['src/work/intake/pull.ts', lines(FILE_LINES_MAX + 1)]],
  ])

  it('are kept by every test file', () => {
    expect(longFiles(TESTS)).to.deep.equal([])
  })

  it('are kept by every function except exactly those listed', () => {
    const long = longFunctions(SOURCES)
    expect(long.filter((each) => !LONG_FUNCTIONS.includes(each))).to.deep.equal([])
    expect(LONG_FUNCTIONS.filter((each) => !long.includes(each))).to.deep.equal([])
  })

  itKeeps(
    'are kept by every helper function of the architecture tests',
    longFunctions,
    [
      ['a long function', ['src/work/a.ts', `export function pull() {\n${lines(FUNCTION_LINES_MAX)}}\n`]],
      ['a long arrow', ['src/work/a.ts', `export const pull = () => {\n${lines(FUNCTION_LINES_MAX)}}\n`]],
      ['a long method', ['src/work/a.ts', `export const verbs = {\n pull() {\n${lines(FUNCTION_LINES_MAX)}},\n}\n`]],
      ['a long callback', ['src/work/a.ts', `listen(() => {\n${lines(FUNCTION_LINES_MAX)}})\n`]],
    ],
    filesUnder('test/architecture').filter(({ path }) => !path.endsWith('.test.ts')),
  )

  itKeeps(
    'are kept by the READMEs, whose paths and links exist',
    readmeFaults,
    [
      ['a path that does not exist', ['README.md', 'See `src/work/intake/poll.ts`.']],
      ['a link that leads nowhere', ['README.md', 'See [the page](src/nowhere/README.md).']],
      ['a line too long', ['README.md', 'x'.repeat(README_LINE_MAX + 1)]],
      ['too many lines', ['README.md', `${'\n'.repeat(README_LINES_MAX)}The end.`]],
      ['too many bytes', ['README.md', `${'字'.repeat(99)}\n`.repeat(60)]],
    ],
    READMES,
  )

  itKeeps(
    'do not bind other pages, whose paths and links exist too',
    lostPaths,
    [
      ['a path that does not exist', ['src/work/README.md', 'See `work/intake/poll.ts`.']],
      ['a link that leads nowhere', ['src/work/README.md', 'See [the page](../nowhere/README.md#top).']],
    ],
    pagesUnder('src', 'schema', 'test'),
  )
})
