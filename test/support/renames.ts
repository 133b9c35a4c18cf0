/** The renamed names in the table of `schema/CHANGELOG.md`, and a function that replaces them in a text. */
import { readFileSync } from 'node:fs'

const PAGE = new URL('../../schema/CHANGELOG.md', import.meta.url)
const ROW = /^\| `(?<old>[^`]+)` \| `(?<now>[^`]+)` \| (?<what>\w+) \|$/gm

export const RENAMES = [...readFileSync(PAGE, 'utf8').matchAll(ROW)].map(({ groups }) => ({
  old: groups?.['old'] ?? '',
  now: groups?.['now'] ?? '',
  what: groups?.['what'] ?? '',
}))

/** A name inside an address or a path is left alone, unless the table has the whole address or path. */
const OLD_NAME = new RegExp(
  RENAMES.map(({ old }) => `${old.startsWith('/') ? '' : '(?<![\\w/-])'}${old.replaceAll('.', '\\.')}(?![\\w/-])`).join(
    '|',
  ),
  'g',
)

export const renamed = (text: string): string =>
  text.replace(OLD_NAME, (name) => RENAMES.find(({ old }) => old === name)?.now ?? name)
