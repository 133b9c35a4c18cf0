/** Tokens of PDF (ISO 32000-1, 7.2). Blanks lie between them. */
export interface PdfToken {
  kind: 'WORD' | 'NAME' | 'STRING' | 'COMMENT' | 'OPEN' | 'CLOSE'
  /** The text as written; a name has lost its slash. */
  text: string
  end: number
}

const BLANKS = /[\0\t\n\f\r ]*/y
const COMMENT = /%[^\r\n]*/y
const NAME = /\/[^\0\t\n\f\r ()<>[\]{}/%]*/y
const HEX = /<[^>]*>/y
const WORD = /[^\0\t\n\f\r ()<>[\]{}/%]+/y

export const tokenAt = (text: string, from: number): PdfToken | 'BROKEN' | null => {
  const at = endOf(BLANKS, text, from)
  if (at === text.length) return null
  const made = (kind: PdfToken['kind'], end: number, skip = 0): PdfToken | 'BROKEN' =>
    end <= at ? 'BROKEN' : { kind, text: text.slice(at + skip, end), end }
  switch (text[at]) {
    case '%':
      return made('COMMENT', endOf(COMMENT, text, at))
    case '/':
      return made('NAME', endOf(NAME, text, at), 1)
    case '(':
      return made('STRING', endOfString(text, at))
    case '[':
      return made('OPEN', at + 1)
    case ']':
      return made('CLOSE', at + 1)
    case '<':
      return text[at + 1] === '<' ? made('OPEN', at + 2) : made('STRING', endOf(HEX, text, at))
    case '>':
      return text[at + 1] === '>' ? made('CLOSE', at + 2) : 'BROKEN'
    default:
      return made('WORD', endOf(WORD, text, at))
  }
}

const endOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

const SIGNS = /[()\\]/g
const SIGNS_MOST = 500_000

/** Parentheses nest; a backslash escapes. Returns -1 without an end. */
const endOfString = (text: string, at: number): number => {
  SIGNS.lastIndex = at
  let depth = 0
  let signs = 0
  for (let found = SIGNS.exec(text); found !== null && signs < SIGNS_MOST; found = SIGNS.exec(text)) {
    signs += 1
    if (found[0] === '\\') SIGNS.lastIndex += 1
    else depth += found[0] === '(' ? 1 : -1
    if (depth === 0) return SIGNS.lastIndex
  }
  return -1
}

export const isHex = (text: string): boolean => /^<[\0\t\n\f\r 0-9A-Fa-f]*>$/.test(text)
