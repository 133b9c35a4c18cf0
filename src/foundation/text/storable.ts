import { escapePointer } from './json.js'

/** PostgreSQL stores neither NUL nor a lone surrogate, in text or in JSON. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:(0000)|d[89a-f][0-9a-f]{2})/

export const storableText = (text: string): string => text.replace(/[\0\p{Cs}]/gu, '\ufffd')

const findIn = (value: unknown) => UNSTORABLE.exec(JSON.stringify(value ?? null))

/** The reason in both languages, and a JSON pointer to the member; null when all text can be stored. */
export const findUnstorableText = (input: unknown): { reason: string; pointer: string } | null => {
  const unstorable = findIn(input)
  if (unstorable === null) return null
  const reason = unstorable[1]
    ? '含有空字符 U+0000 holds a NUL'
    : '含有不成对的代理项 holds half of a character (a lone surrogate)'
  return { reason, pointer: pointTo(input) }
}

const pointTo = (value: unknown): string => {
  const found = value !== null && typeof value === 'object' && Object.entries(value).find((member) => findIn(member))
  return found && !findIn(found[0]) ? `/${escapePointer(found[0])}${pointTo(found[1])}` : ''
}
