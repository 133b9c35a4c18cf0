/** How much a reader meets at a time: folders, files, functions, READMEs. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { parseSync } from 'oxc-parser'
import { filesUnder, itKeeps, ROOT, type Rule, read, SOURCES, type SourceFile } from './tree.js'

const TESTS = filesUnder('test')

/** Longest file that one can read in a sitting, lines. */
const FILE_LINES_MAX = 400
/** A function fits on a screen, lines. */
const FUNCTION_LINES_MAX = 60
/** Files of a folder, and of the root of src. More means that a noun is missing. */
const FOLDER_FILES_MAX = 25
const ROOT_FILES_MAX = 8

/** Bounds of the pages that everybody reads first, in bytes. Chinese takes three bytes a character. */
const README_BYTES_MAX: Record<string, number> = { 'README.md': 15_360, 'README.zh-CN.md': 20_480 }
const README_LINES_MAX = 200
/** Longest line of a README, characters. */
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

/** Tests too long today. The list only gets shorter: a test that no longer needs its line fails the rule. */
const LONG_TESTS: readonly string[] = [
  'test/api/access/party-access.test.ts',
  'test/api/request/audit-rows.test.ts',
  'test/api/standing/standings-stream.test.ts',
  'test/api/world.ts',
  'test/hostile/access.test.ts',
  'test/work/delivery/published-records.test.ts',
  'test/work/delivery/push-engine.test.ts',
  'test/work/intake/merging.test.ts',
  'test/work/listing/consequences.test.ts',
  'test/work/operators/identity.test.ts',
  'test/work/standing/webhooks.test.ts',
]

/** Functions too long today, as `path name`. It only gets shorter: a function that no longer needs its line fails the test. */
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

/** `path name` of each function that is too long; a function without a name has the name of what it stands in. */
const longFunctionsOf = ({ path, text }: SourceFile): string[] => {
  const found = new Set<string>()
  const visit = (node: unknown, outer: string): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, outer)
    else if (isSyntax(node)) {
      const name = (NAMING.test(node.type) ? (node.id ?? node.key)?.name : undefined) ?? outer
      const isLong = text.slice(node.start, node.end).split('\n').length > FUNCTION_LINES_MAX
      if (isLong && FUNCTION.test(node.type)) found.add(`${path} ${name}`)
      // Nothing long stands in something short.
      if (isLong) for (const each of Object.values(node)) visit(each, name)
    }
  }
  visit(parseSync(path, text).program.body, '')
  return [...found]
}
const isSyntax = (node: unknown): node is SyntaxNode => typeof node === 'object' && node !== null && 'type' in node

const longFunctions: Rule = (files) => files.filter(({ path }) => !isMigration(path)).flatMap(longFunctionsOf)

const lines = (count: number): string => '  step()\n'.repeat(count)

/** Why a page is not fit to be a README: too long, or a path in backticks or in a link that does not exist. */
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
const READMES = Object.keys(README_BYTES_MAX).map((path) => ({ path, text: read(path) }))

describe('the sizes of the architecture', () => {
  const many = (folder: string, count: number): [string, string][] =>
    Array.from({ length: count }, (_, i) => [`${folder}/file-${i}.ts`, ''])

  itKeeps('leave folders in which one look is enough, and few files at the root', fullFolders, [
    ['a full folder', ...many('src/store/records', FOLDER_FILES_MAX + 1)],
    ['a full root', ...many('src', ROOT_FILES_MAX)],
  ])

  itKeeps('leave no file too long to read in one sitting', longFiles, [
    ['a long file', ['src/work/intake/pull.ts', lines(FILE_LINES_MAX + 1)]],
  ])

  it('leave no test too long but those of the list, which only gets shorter', () => {
    expect(longFiles(TESTS)).to.have.members(LONG_TESTS)
  })

  it('leave no function too long for a screen but those of the list, which only gets shorter', () => {
    const long = longFunctions(SOURCES)
    expect(long.filter((each) => !LONG_FUNCTIONS.includes(each))).to.deep.equal([])
    expect(LONG_FUNCTIONS.filter((each) => !long.includes(each))).to.deep.equal([])
  })

  itKeeps(
    'leave no function of the architecture too long',
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
    'leave READMEs that are short and name only what exists',
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
})
