import { compactText, textOfValue } from '../../foundation/text/values.js'

const MAX_LENGTH = 253 // characters, RFC 1035
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u
const BETWEEN = /[|｜;；,，、\s]+/u

/** Null for an address with a path, an IP address or a single word. */
export const parseHostName = (value: unknown): string | null => {
  const text = typeof value === 'string' ? value : null
  if (text === null || text.length > MAX_LENGTH + 3) return null
  const name = compactText(compactText(text).toLowerCase()).replaceAll('。', '.').replace(/\.$/, '')
  const labels = name.split('.')
  const good = labels.length > 1 && labels.every((label) => LABEL.test(label)) && name.length <= MAX_LENGTH
  return good && !/^\d+$/.test(labels.at(-1) ?? '') ? name : null
}

export const parseHostNames = (value: unknown): { names: string[]; wrong: string[] } => {
  const sent = (Array.isArray(value) ? value : (textOfValue(value) ?? '').split(BETWEEN)).filter(
    (part) => typeof part !== 'string' || part.trim() !== '',
  )
  const read = sent.map((part) => ({ part, name: parseHostName(part) }))
  return {
    names: [...new Set(read.flatMap(({ name }) => (name === null ? [] : [name])))].sort(),
    wrong: read.filter(({ name }) => name === null).map(({ part }) => (typeof part === 'string' ? part : typeof part)),
  }
}
