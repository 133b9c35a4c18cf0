export interface TextSpan {
  start: number
  end: number
}

/** UTF-16 unit `i` of `line` stands for the original text from `starts[i]` to `ends[i]`. */
export interface TextView {
  line: string
  starts: number[]
  ends: number[]
}

interface ReadCharacter {
  character: string
  end: number
}

const AMPERSAND = 0x26
const LESS_THAN = 0x3c

/** `readLonger` reads sequences that begin with a surrogate, `&` or `<`. */
export const simplifyText = (
  text: string,
  simplify: (character: string) => string,
  readLonger: (text: string, at: number) => ReadCharacter = readCharacter,
): TextView => {
  const view: TextView = { line: '', starts: [], ends: [] }
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at)
    const mayBeLonger = unit === AMPERSAND || unit === LESS_THAN || (unit >= 0xd800 && unit <= 0xdfff)
    const { character, end } = mayBeLonger ? readLonger(text, at) : { character: text.charAt(at), end: at + 1 }
    const signs = simplify(character)
    for (let sign = 0; sign < signs.length; sign += 1) {
      view.starts.push(at)
      view.ends.push(end)
    }
    view.line += signs
    at = end
  }
  return view
}

export const readCharacter = (text: string, at: number): ReadCharacter => {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return { character, end: at + character.length }
}

export const cacheByUnit = (simplify: (character: string) => string): ((character: string) => string) => {
  const cache = Array<string | undefined>(0x10000)
  return (character) => {
    const unit = character.charCodeAt(0)
    const cached = character.length === 1 ? cache[unit] : undefined
    if (cached !== undefined) return cached
    const signs = simplify(character)
    if (character.length === 1) cache[unit] = signs
    return signs
  }
}

export const dropOverlaps = <S extends TextSpan>(spans: readonly S[]): S[] => {
  let free = 0
  return spans.filter(({ start, end }) => {
    if (start < free || end <= start) return false
    free = end
    return true
  })
}

/** The spans must be sorted, without overlaps. */
export const replaceSpans = <S extends TextSpan>(
  text: string,
  spans: readonly S[],
  replacementOf: (span: S) => string,
): string => {
  let written = ''
  let kept = 0
  for (const span of spans) {
    written += text.slice(kept, span.start) + replacementOf(span)
    kept = span.end
  }
  return written + text.slice(kept)
}
