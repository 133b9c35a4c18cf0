/** The words that screens show: every text in the sources of site and desk, and the labels of enum values. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['src/web', 'src/domain']
const HAN = /\p{Script=Han}/u
/** Labels are made of descriptions as in `web/desk/build/questions.ts`. */
const LABEL = /^\s*"([^。；："]+)[^"]*"$/gm
/** Stands for a part of a text that the program fills in. */
const HOLE = '\u0000'

interface ScreenWords {
  shows(text: string): boolean
}

interface SyntaxNode {
  type: string
  value?: unknown
  [member: string]: unknown
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8'))

const nodesIn = (value: unknown): SyntaxNode[] => {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  if (!isNode(value)) return []
  return [value, ...Object.values(value).flatMap(nodesIn)]
}

const tidy = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const textOf = (node: SyntaxNode): string | null => {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null
  if (node.type === 'TemplateLiteral')
    return (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join(HOLE)
  if (node.type === 'JSXText') return String(node.value)
  if (node.type !== 'JSXElement' && node.type !== 'JSXFragment') return null
  return (node['children'] as SyntaxNode[]).map((child) => (child.type === 'JSXText' ? child.value : HOLE)).join('')
}

const readTexts = (): Set<string> => {
  const texts = new Set<string>()
  for (const folder of FOLDERS)
    for (const source of filesIn(folder, /(?<!\.generated)\.tsx?$/))
      for (const node of nodesIn(parseSync('one.tsx', source).program)) {
        const text = textOf(node)
        if (text !== null && HAN.test(text)) texts.add(tidy(text))
      }
  for (const source of filesIn('schema/graphql', /\.graphql$/))
    for (const [, label] of source.matchAll(LABEL)) texts.add(tidy(label ?? ''))
  return texts
}

const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A text with holes shows what fills each hole with another text, a number or a foreign word. */
export const screenWords = (): ScreenWords => {
  const texts = readTexts()
  const forms = [...texts]
    .filter((text) => text.includes(HOLE))
    .map((text) => new RegExp(`^${text.split(HOLE).map(escapeRegex).join('(.*?)')}$`, 'u'))
  const fills = (part: string) => part === '' || /^[\w\s…]+$/.test(part) || texts.has(tidy(part))
  return {
    shows: (text) => texts.has(text) || forms.some((form) => form.exec(text)?.slice(1).every(fills) === true),
  }
}
