/** Rules for names of types, files and folders. */
import { itKeeps, type Rule } from './tree.js'

/** Names too vague for an exported type; each needs a noun added. */
const BARE_TYPES = new Set(
  `Asked Asking Entry Filter Found Given Kept Known Meaning Noted Own Part Read Row Said Shown Sought State Telling Told
  Written`.split(/\s+/),
)
const BARE_FILES = new Set(
  `acting answer as-read asked asking at-once batch bounded bulk by-index cards changing crowd dirty door due ends filling finding
  ground hear hot kept known lines listening loads marks masked masks missed noted notes opening own parts party pulled reconciling
  remembered show shown sorry sought sources spare stopping stray stretches tell telling terms told verifying`.split(
    /\s+/,
  ),
)

const TYPE = /^(export\s+)?(?:interface|type|class)\s+([A-Z]\w*)/gm
const typesOf = (text: string): { name: string; isExported: boolean }[] =>
  [...text.matchAll(TYPE)].map(([, exported, name = '']) => ({ name, isExported: exported !== undefined }))

const typesTwice: Rule = (files) => {
  const places = new Map<string, string[]>()
  for (const { path, text } of files)
    for (const { name } of typesOf(text)) places.set(name, [...(places.get(name) ?? []), path])
  return [...places].filter(([, paths]) => paths.length > 1).map(([name, paths]) => `${name}: ${paths.join(', ')}`)
}

const bareTypes: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    typesOf(text)
      .filter(({ name, isExported }) => isExported && BARE_TYPES.has(name))
      .map(({ name }) => `${path}: ${name}`),
  )

const fileName = (path: string): string => path.replace(/^.*\//, '').replace(/\.tsx?$/, '')
const bareFiles: Rule = (files) => files.map(({ path }) => path).filter((path) => BARE_FILES.has(fileName(path)))

const homelessFiles: Rule = (files) =>
  files
    .map(({ path }) => path)
    .filter((path) => /(^|\/)(utils?|common|helpers?|shared|misc|services?)(\/|\.tsx?$)/.test(path))

describe('names of types and files', () => {
  itKeeps('name one type each', typesTwice, [
    [
      'a type declared in two rooms',
      ['src/work/delivery/batch-size.ts', 'interface BatchSize {\n  rows: number\n}'],
      ['src/api/delivery/batch-size.ts', 'export type BatchSize = number'],
    ],
  ])

  itKeeps('contain a noun for every exported type', bareTypes, [
    ['a participle', ['src/work/delivery/outbox.ts', 'export interface Told {\n  on: string\n}']],
    ['a noun that fits every room', ['src/store/delivery/outbox.ts', 'export type Row = string[]']],
  ])

  itKeeps('state what the file contains', bareFiles, [
    ['a file named by a participle', ['src/work/delivery/told.ts', '']],
  ])

  itKeeps('do not include utils, helpers, common and the like', homelessFiles, [
    ['a folder of helpers', ['src/work/helpers/dates.ts', '']],
    ['a file named common', ['src/store/common.ts', '']],
  ])
})
