/** The examples of an earlier README (commit cf69c7c, sections 2, 5 and 7), with the names that the changelog has replaced since. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { program } from '../support/command.js'
import { renamed } from '../support/renames.js'

const run = promisify(execFile)
const FILE = new URL('old-examples.txt', import.meta.url)

/** The shell function as section 10 of that README defines it. */
const GQL = `gql() { curl -s "$HUB/graphql" -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d "{\\"query\\":\\"$1\\"}"; }`

const EXAMPLES: ReadonlyMap<string, string> = new Map(
  readFileSync(FILE, 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), renamed(part.slice(part.indexOf('\n') + 1))]),
)

export const example = (title: string): string => {
  const text = EXAMPLES.get(title)
  if (text === undefined) throw new Error(`no example: ${title}`)
  return text
}

export interface Shell {
  url: string
  folder: string
  env: Record<string, string>
}

/** The search leaves out filled-in values: a token may hold the letters of a word. */
const fillWords = (text: string, filled: Record<string, string>): string => {
  const words = Object.keys(filled).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return words.length === 0 ? text : text.replace(new RegExp(words.join('|'), 'g'), (word) => filled[word] ?? word)
}

/** Runs text in bash and returns its output. `filled` maps each word that a reader replaces to its value. */
export const pasted = async (
  { url, folder, env }: Shell,
  text: string,
  filled: Record<string, string> = {},
): Promise<string> => {
  const words = fillWords(text, filled)
  const command = [process.execPath, ...program].map((part) => `'${part}'`).join(' ')
  const npx = `npx() { shift; (cd '${process.cwd()}' && ${command} "$@"); }`
  const script = `HUB=${url}\n${npx}\n${GQL}\n${words.replaceAll(/(http:\/\/)?localhost:4000/g, url)}`
  const { stdout } = await run('bash', ['-c', script], { cwd: folder, env: { ...process.env, ...env } })
  return stdout
}

/** The commands of section 5, each with the JSON members that it names. */
export const commands = (): { command: string; members: string[] }[] =>
  example('commands')
    .trimEnd()
    .split('\n')
    .map((line) => ({
      command: line.slice(0, line.indexOf('{')).trim(),
      members: line.match(/(?<=")\w+(?=")/g) ?? [],
    }))
