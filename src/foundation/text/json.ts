export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const parseJsonOr = <T>(text: string, otherwise: T): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

export const parseJsonObject = (bytes: Buffer): Record<string, unknown> | null => {
  const value = parseJsonOr(bytes.toString('utf8'), null)
  return isRecord(value) ? value : null
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COLON = 0x3a
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d])

/** `JSON.parse` keeps the last, which would merge two damaged records. */
export const findDuplicateKey = (text: string): string | null => {
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
        open.push(new Set())
        break
      case OPEN_LIST:
        open.push(null)
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop()
        break
      case QUOTE: {
        const end = endOfString(text, at)
        const names = open.at(-1)
        if (names && isBeforeColon(text, end + 1)) {
          const name = nameOf(text.slice(at, end + 1))
          if (names.has(name)) return name
          names.add(name)
        }
        at = end
        break
      }
    }
  }
  return null
}

const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

const isEscaped = (text: string, at: number): boolean => {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}

const isBeforeColon = (text: string, from: number): boolean => {
  let at = from
  while (BLANKS.has(text.charCodeAt(at))) at += 1
  return text.charCodeAt(at) === COLON
}

const nameOf = (quoted: string): string => (quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1))

/** RFC 6901. */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
